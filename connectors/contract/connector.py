"""A connector: how one source is asked and read. Everything it declares is checked when its class is created."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Generic, ParamSpec, TypeVar, get_args, get_origin

from connectors.contract.call import Talk
from connectors.contract.checks import faults_of
from connectors.contract.faults import FOREIGN, Absent, BadReply, Fault
from connectors.contract.policy import Policy
from connectors.contract.query import Query
from connectors.contract.settings import Settings
from connectors.contract.signal import Attribution, Signal

C = TypeVar("C", bound=Settings)
Q = TypeVar("Q", bound=Query)
S = TypeVar("S", bound=Signal)
P = ParamSpec("P")
R = TypeVar("R", bound=Signal)


class Connector(Generic[C, Q, S]):
    """Describes one source; the gateway performs the calls.

    A subclass names its types (`Connector[Settings, Query, Signal]`), declares `name`, `default` and `policy`, and
    writes `read`, or `read_many` where the vendor answers many queries in one call. It opens no socket, reads no
    clock and no environment; the only time it sees is `Reply.at`. `attribution` is what the vendor's licence wants
    shown; `good_until` the last day that data shipped with the connector covers: operators are warned before.

    Raises:
        TypeError: when the class is created and a declaration is missing or wrong; one message names all of them.
    """

    name: ClassVar[str]
    default: ClassVar[Any]
    policy: ClassVar[Policy]
    attribution: ClassVar[Attribution | None] = None
    good_until: ClassVar[date | None] = None

    settings_type: ClassVar[type[Settings]]
    query_type: ClassVar[type[Query]]
    signal_type: ClassVar[type[Signal]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Take the types from the bases and check every declaration."""
        super().__init_subclass__(**kwargs)
        for base in getattr(cls, "__orig_bases__", ()):
            if get_origin(base) is Connector:
                cls.settings_type, cls.query_type, cls.signal_type = get_args(base)
        faults = faults_of(cls, reads=cls.read is not Connector.read, batches=cls.read_many is not Connector.read_many)
        if faults:
            listed = "".join(f"\n  * {fault}" for fault in faults)
            raise TypeError(f"connector {cls.__module__}.{cls.__qualname__} is not well declared:{listed}")

    def __init__(self, settings: C) -> None:
        self.settings = settings

    def read(self, query: Q) -> Talk[S]:
        """Ask for one query: yield each `Call`, be sent its `Reply`, return the signal or raise a fault."""
        answers = yield from self.read_many((query,))
        found = answers.get(query)
        if found is None:
            raise Absent(f"{self.name} left the query out")
        if isinstance(found, Fault):
            raise found
        return found

    def read_many(self, queries: Sequence[Q]) -> Talk[Mapping[Q, S | Fault]]:  # noqa: ARG002
        """Ask for several queries at once: a query left out is absent, a fault as value fails that query alone."""
        raise TypeError(f"{self.name} reads one query at a time")
        yield  # makes this a generator, as every talk is

    @staticmethod
    def alone(read: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R | Fault:
        """Read one element of a batch: what is wrong with it becomes its own fault and harms no neighbour."""
        try:
            return read(*args, **kwargs)
        except Fault as fault:
            return fault
        except FOREIGN as error:
            return BadReply(f"another shape: {type(error).__name__}")
