"""`connectors.yaml`: which connectors may be loaded, the settings of each, and what overrides its policy.

The file is keyed by the connector's name; its keys are the list of what is allowed. Settings and the reserved words
`hosts` and `policy` stand side by side. What the settings mean is known to the connector alone, so they are kept with
their place until it is loaded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, Field, Strict, StrictBool, model_validator

from gateway.errors import ConfigError, ConfigFault
from gateway.settings.addresses import Host
from gateway.settings.document import Document, Location
from gateway.settings.names import CONNECTOR_NAME
from gateway.settings.quantities import Duration, PositiveDuration, Size
from gateway.settings.unfit import Unfit
from gateway.settings.validation import Section, validate

M = TypeVar("M", bound=BaseModel)

RESERVED = frozenset({"hosts", "policy"})


class QuotaOverride(Section):
    """What the vendor allows this key: `rate` calls a second, `burst` at once, counted by `window` where it does."""

    rate: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    burst: Annotated[float, Field(ge=1, allow_inf_nan=False)] | None = None
    window: PositiveDuration | None = None


class PolicyOverride(Section):
    """What an operator sets against a connector's own policy; what is None stays as its author wrote it.

    `in_flight` bounds the calls out at once, `hedge` switches second calls on, `retry` further tries off.
    """

    timeout: PositiveDuration | None = None
    ttl: Duration | None = None
    stale: Duration | None = None
    max_bytes: Annotated[Size, Field(ge=1)] | None = None
    batch: Annotated[int, Strict(), Field(ge=1)] | None = None
    quota: QuotaOverride | None = None
    idempotent: StrictBool | None = None
    negative_ttl: Duration | None = None
    in_flight: Annotated[int, Strict(), Field(ge=1)] | None = None
    hedge: StrictBool | None = None
    retry: StrictBool | None = None

    @model_validator(mode="after")
    def _stale_outlives_ttl(self) -> Self:
        if self.ttl is not None and self.stale is not None and self.stale < self.ttl:
            raise Unfit("stale should be at least as long as ttl")
        return self


class _ReservedWords(Section, extra="ignore"):
    hosts: tuple[Host, ...] = ()
    policy: PolicyOverride = PolicyOverride()


@dataclass(frozen=True, slots=True)
class ConnectorEntry:
    """One connector of the list: its raw settings, the hosts the operator approves, and what overrides its policy."""

    name: str
    settings: Mapping[str, Any] = field(repr=False)
    hosts: tuple[str, ...]
    policy: PolicyOverride
    document: Document
    at: Location

    def settings_as(self, model: type[M]) -> M:
        """The settings as the connector's own model.

        Raises:
            ConfigError: they do not fit; each fault with its place in the file.
        """
        return validate(self.document, model, self.at, reserved=RESERVED)


def read_connectors(document: Document) -> Mapping[str, ConnectorEntry]:
    """The entries of `connectors.yaml` by name, in the order of the file.

    Raises:
        ConfigError: a name or a reserved word is wrong; the settings are not looked at.
    """
    if not isinstance(document.data, dict | None):
        raise ConfigError(document.fault((), "should be a mapping: the name of a connector, then its settings"))
    faults: list[ConfigFault] = []
    entries: dict[str, ConnectorEntry] = {}
    for name in document.data or {}:
        try:
            entries[name] = _entry(document, name)
        except ConfigError as error:
            faults += error.faults
    if faults:
        raise ConfigError(*faults)
    return MappingProxyType(entries)


def _entry(document: Document, name: str) -> ConnectorEntry:
    at = (name,)
    if not CONNECTOR_NAME.match(name):
        message = "the name of a connector is 2 to 40 lower-case letters, digits and '-', and starts with a letter"
        raise ConfigError(ConfigFault(document.key_mark(at), message))
    words = validate(document, _ReservedWords, at)
    settings = {key: value for key, value in (document.part(at) or {}).items() if key not in RESERVED}
    return ConnectorEntry(name, MappingProxyType(settings), words.hosts, words.policy, document, at)
