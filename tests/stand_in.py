"""Stand-in sources: connectors that declare, and one upstream step that answers in their place by a script."""

import asyncio
import math
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from typing import Any

from connectors import Connector, Fault, From, Policy, Query, Scope, Settings, Signal, Talk, derived, seconds
from gateway.ask import Ask, Errand, Source
from gateway.clock import Clock
from gateway.outcome import TIMED_OUT, Done, Outcome, Reading, Verdict, live, of_fault


class Figure(Signal):
    """What every stand-in source tells."""

    value: float | None = None
    label: str | None = None
    owner: str | None = None


UNKNOWN = Figure()


class Of(Query):
    """A query that a template binds."""

    of: str = From(pattern=r"^[A-Za-z0-9.-]{1,32}$", max_length=32)


class Product(Query):
    product: str = From("context.product", pattern=r"^[a-z0-9]{1,20}$")


class Place(Query):
    lat: float = From("where.lat", round=2)
    lon: float = From("where.lon", round=2)


class Member(Query):
    member: str = From("ticket.member || ticket.sub")


@derived(default=UNKNOWN)
def total(quotes: Mapping[str, Figure]) -> Figure:
    """The sum of quotes; no sum of nothing."""
    return Figure(value=sum(one.value or 0.0 for one in quotes.values()))


@derived(default=UNKNOWN)
def doubled(one: Figure) -> Figure:
    """Twice the value; what it makes of 13 and 14 is a mistake of its author's."""
    if one.value == 13:
        raise KeyError("a mistake")
    if one.value == 14:
        raise SystemExit
    return Figure(value=(one.value or 0.0) * 2)


@derived(default=UNKNOWN)
def greeting(name: str) -> Figure:
    """A derivation that reads no signal."""
    return Figure(label=f"hello {name}")


DERIVATIONS = {
    name: EntryPoint(name, f"stand_in:{name}", "moment.connectors") for name in ("total", "doubled", "greeting")
}


def source(name: str, query: type[Query], **policy: Any) -> Source:
    """A stand-in connector with its effective policy; durations in seconds."""
    law: dict[str, Any] = {"scope": Scope.SHARED, "timeout": 0.3, "ttl": 60.0, "stale": 600.0, "batch": 1} | policy
    spans = {key: seconds(value) if key in {"timeout", "ttl", "stale"} else value for key, value in law.items()}

    def talk(self: Any, asked: Any) -> Talk[Any]:
        raise AssertionError("the stand-in answers in the connector's place")

    body = {
        "name": name,
        "default": UNKNOWN,
        "policy": Policy(hosts=("127.0.0.1",), **spans),
        "read": talk,
        **({"read_many": talk} if law["batch"] > 1 else {}),
    }
    made = types.new_class(name, (Connector[Settings, query, Figure],), {}, lambda space: space.update(body))
    return Source(
        name=name,
        connector=made(Settings(base_url="http://127.0.0.1:1")),
        hosts=("127.0.0.1",),
        reuse=True,
        max_bytes=1024,
        consent=law.pop("consent", ()),
        digest="d",
        **law,
    )


def ask_of(of: Source, query: Query, clock: Clock, *, viewer: str | None = None, **changed: Any) -> Ask:
    """An ask of an open with 395 ms to go."""
    stated = {"until": clock.now() + 0.395, "timeout": of.timeout, "fresh_within": math.inf, "usable_within": math.inf}
    return Ask(source=of, query=query, key=(f"main/{of.name}@1/d", viewer, query), **(stated | changed))


@dataclass(slots=True)
class Script:
    """How a source answers one query: after `latency` seconds, by a signal, a fault, or an exception of its own.

    `stubborn` is how long the call lives on after it was cancelled; `deaf` calls do not keep to their time either.
    """

    latency: float = 0.02
    brings: Signal | BaseException | Outcome = field(default_factory=lambda: Figure(value=1.0))
    stubborn: float = 0.0
    deaf: bool = False


Says = Callable[[Errand, Query], Script]
HANGS = Script(latency=3600.0)


class StandIn:
    """The innermost errand step: answers each query by its script, and remembers what it was asked."""

    def __init__(self, clock: Clock, says: Says) -> None:
        self.clock = clock
        self.says = says
        self.errands: list[Errand] = []
        self.out = 0

    async def __call__(self, errand: Errand) -> Done:
        self.errands.append(errand)
        errand.note_sent()
        self.out += 1
        scripts = [self.says(errand, query) for query in errand.queries]
        slowest = max(scripts, key=lambda script: script.latency)
        left = math.inf if slowest.deaf else errand.until - self.clock.now()
        try:
            await pause(min(slowest.latency, left), slowest.stubborn)
            if slowest.latency > left:
                return Done((TIMED_OUT,) * len(scripts), Verdict.BAD)
            return Done(tuple(self._outcome(script.brings) for script in scripts), Verdict.GOOD)
        finally:
            self.out -= 1

    def _outcome(self, brings: Signal | BaseException | Outcome) -> Outcome:
        if isinstance(brings, Outcome):
            return brings
        if isinstance(brings, Fault):
            return of_fault(brings)
        if isinstance(brings, BaseException):
            raise brings
        return live(Reading.of(brings, self.clock.now(), self.clock.wall()))

    def asked(self, name: str) -> list[Query]:
        """The queries that reached one source, in their order."""
        return [query for errand in self.errands if errand.source.name == name for query in errand.queries]


async def pause(delay: float, stubborn: float) -> None:
    """Take that long; cancelled, live on for `stubborn` seconds, and end as if nothing had been."""
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        if not stubborn:
            raise
        await asyncio.sleep(stubborn)
