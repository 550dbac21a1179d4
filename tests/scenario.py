"""A scenario: one claim about the engine, as a file that says what happens and what must hold.

Instants are virtual and count from the start; a duration has a unit; a key that is not known is an error. What a file
leaves out is as stated here: a source answers well in 20 ms, may take 300 ms, and its value is fresh for a minute and
of use for ten. Nothing is left to chance: a ttl is not shortened, a retry does not pause, a circuit opens for the time
stated, unless the file's own `laws` say otherwise.
"""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, Field

from connectors import Scope
from gateway.laws import BreakerLaw, CacheLaw, Laws
from gateway.settings import Duration, PositiveDuration, Section, Unfit, read_document, validate
from vendor import FAULTS

MS = timedelta(milliseconds=1)
NO_CHANCE = Laws(breaker=BreakerLaw(jitter=0.0), cache=CacheLaw(jitter=0.0))

Latency: TypeAlias = Duration | Literal["never"]


def _known(fault: str) -> str:
    if fault not in FAULTS:
        raise Unfit(f"no such fault; there are {', '.join(sorted(FAULTS))}")
    return fault


Fault: TypeAlias = Annotated[str, AfterValidator(_known)] | None
Whole: TypeAlias = Annotated[int, Field(ge=0)]


class Behaviour(Section):
    """How a source answers. A list is one entry a call, in their order; its last stands for all later calls."""

    latency: Latency | tuple[Latency, ...] = 20 * MS
    fault: Fault | tuple[Fault, ...] = None
    value: float | tuple[float, ...] = 1.0
    retry_after: Duration = 1000 * MS


class Later(Behaviour):
    """How it answers calls that are sent at `at` or after."""

    at: Duration


class Cached(Section):
    """What the cache holds at the start, for every viewer and context of the file: a value, fetched `age` before."""

    age: Duration
    value: float = 0.0


class Bucket(Section):
    """The quota that the vendor allows: `rate` a second, `burst` at once."""

    rate: float
    burst: float | None = None
    window: Duration | None = None


class Signal(Behaviour):
    """A signal of the template and its source. Its field in `data` has its name and is null by default.

    It is asked for `context.product`, by a viewer's ticket where the scope is `viewer`, for what its `parent` says, or
    once for `each` element. One with `derive` asks no source: it is made of its `parent`. `by` changes how the source
    answers for one element, viewer or product; `later` how it does from some instant on. A source that is `deaf` keeps
    to no time limit; one that is `stubborn` lives on that long after it was cancelled. `timeout` is the connector's,
    `patience` the template's.
    """

    class_: Literal["required", "optional", "late"] = Field("required", alias="class")
    timeout: PositiveDuration = 300 * MS
    patience: PositiveDuration | None = None
    ttl: Duration = 60_000 * MS
    stale: Duration = 600_000 * MS
    scope: Scope = Scope.SHARED
    parent: str | None = None
    derive: Literal["total", "doubled"] | None = None
    each: str | None = None
    run_on_default: bool = False
    max_age: PositiveDuration | None = None
    needed_at: Duration | None = None
    batch: Annotated[int, Field(ge=1)] = 1
    quota: Bucket | None = None
    idempotent: bool | None = None
    hedge: bool = False
    in_flight: int | None = None
    negative_ttl: Duration = 30_000 * MS
    cached: Cached | None = None
    by: dict[str, Behaviour] = Field(default_factory=dict)
    later: tuple[Later, ...] = ()
    deaf: bool = False
    stubborn: Duration = 0 * MS


class Patched(Section):
    """One patch of a stream: which signal came, at what instant after the start, and what it changes."""

    at: Duration
    signal: str
    status: str = "live"
    data: dict[str, float]
    defaulted: tuple[str, ...]
    complete: bool


class Expected(Section):
    """What an open is told, and when exactly. `signals` names all of them, as `status` or `status/reason`.

    A stream is told its patches too, those and no others, and when it ends.
    """

    answered: Duration
    signals: dict[str, str]
    data: dict[str, float | None] = Field(default_factory=dict)
    defaulted: dict[str, str] | None = None
    complete: bool | None = None
    age_ms: dict[str, int] = Field(default_factory=dict)
    patches: tuple[Patched, ...] = ()
    ended: Duration | None = None


class Open(Section):
    """One open, or `count` alike, `every` so often: each is told the same, as much later as it began later.

    In the context `{n}` is the number of the open among them. Whoever `leaves` is told nothing. `level` is the load of
    the gateway from here on.
    """

    at: Duration = 0 * MS
    count: Annotated[int, Field(ge=1)] = 1
    every: Duration = 0 * MS
    viewer: str | None = None
    tenant: str | None = None
    budget_ms: Any = None
    context: dict[str, Any] = Field(default_factory=dict)
    leaves: Duration | None = None
    prefetch: bool = False
    stream: bool = False
    level: Annotated[int, Field(ge=0, le=3)] | None = None
    expect: Expected | None = None


class Held(Section):
    """What holds at an instant: HTTP calls so far and calls out now, a source that is not named having none.

    `breaker` is the state of circuits, `cache` the value held for every key that the file asks for, or null.
    """

    calls: dict[str, Whole]
    out: dict[str, Whole] = Field(default_factory=dict)
    breaker: dict[str, Literal["closed", "half_open", "open"]] = Field(default_factory=dict)
    cache: dict[str, float | None] = Field(default_factory=dict)


class Then(Held):
    """What holds at `at`."""

    at: Duration


class Jump(Section):
    """At `at` the system's clock is set on by that many `seconds`, or back."""

    at: Duration
    seconds: float


class Scenario(Section):
    """The whole of a file. `after` holds when all is still: five seconds after the last answer, or after `rest`."""

    claim: Annotated[str, Field(min_length=20)]
    budget: PositiveDuration = 400 * MS
    signals: Annotated[dict[str, Signal], Field(min_length=1)]
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    tenants: tuple[str, ...] = ("main",)
    laws: Laws = NO_CHANCE
    chance: float = 0.0
    wall: tuple[Jump, ...] = ()
    opens: Annotated[tuple[Open, ...], Field(min_length=1)]
    then: tuple[Then, ...] = ()
    rest: PositiveDuration = 5000 * MS
    after: Held


def read_scenario(path: Path) -> Scenario:
    """Read one file.

    Raises:
        ConfigError: it is none, or has a key that is not known; with the place in the file.
    """
    return validate(read_document(path, {}), Scenario)
