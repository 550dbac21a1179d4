"""What came of an ask: one outcome, with a status and a reason from closed lists, whatever happened."""

from asyncio import Future
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Any, Self

from connectors import Absent, BadReply, Fault, Misconfigured, Signal, Throttled, Transient, Unauthorized


class Status(StrEnum):
    """How good the value is: asked now, from the cache within its time, older because asking failed, or none."""

    LIVE = "live"
    FRESH = "fresh"
    STALE = "stale"
    DEFAULT = "default"


class Reason(StrEnum):
    """Why a signal is stale or default. The list is closed: payloads, metric labels and logs carry nothing else."""

    TIMEOUT = "timeout"
    BUDGET = "budget"
    BREAKER = "breaker"
    BULKHEAD = "bulkhead"
    QUOTA = "quota"
    SHED = "shed"
    ERROR = "error"
    INVALID = "invalid"
    ABSENT = "absent"
    UNAUTHORIZED = "unauthorized"
    DEPENDENCY = "dependency"
    INPUT = "input"
    ANONYMOUS = "anonymous"
    CONSENT = "consent"
    PREFETCH = "prefetch"
    PLUGIN = "plugin"


class Verdict(Enum):
    """What an errand says about the health of its source; neutral is what says nothing."""

    GOOD = "good"
    BAD = "bad"
    NEUTRAL = "neutral"


CAUSES = frozenset(
    {"connect_refused", "dns_error", "tls_error", "reset", "protocol_error", "upstream_5xx", "blocked_address"}
    | {"upstream_unavailable", "cut_short", "bucket_empty", "breaker_open", "breaker_probe", "bulkhead_full"}
    | {"upstream_4xx", "connect_timeout", "dns_timeout", "tls_timeout", "total_timeout", "starved", "too_large"}
    | {"decode_error", "redirect_blocked", "invalid_json", "invalid_schema", "identity_mismatch", "upstream_status"}
    | {"upstream_401", "upstream_403", "upstream_404", "upstream_410", "upstream_204", "upstream_429", "left_out"}
    | {"no_ticket", "ticket_invalid", "ticket_expired", "wrong_template", "bad_input", "no_consent"}
    | {"connector_bug", "connector_fault", "unmapped"}
)
"""The finer causes: for logs and `/-/connectors` only, never in a payload."""

# Fault -> reason and verdict. What stands in no row of a table is a bug of the gateway's own, and says so.
OF_FAULT: Mapping[type[Fault], tuple[Reason, Verdict]] = MappingProxyType(
    {
        Absent: (Reason.ABSENT, Verdict.GOOD),
        Throttled: (Reason.QUOTA, Verdict.NEUTRAL),
        Unauthorized: (Reason.UNAUTHORIZED, Verdict.NEUTRAL),
        Transient: (Reason.ERROR, Verdict.BAD),
        BadReply: (Reason.INVALID, Verdict.BAD),
        Misconfigured: (Reason.ERROR, Verdict.NEUTRAL),
    }
)

# An older value may stand in for these; for the others there is no query to read by, nothing may be read, or the
# source has said that the old value no longer holds.
STALE_MAY_STAND_IN = frozenset(
    {Reason.TIMEOUT, Reason.BUDGET, Reason.BREAKER, Reason.BULKHEAD, Reason.QUOTA, Reason.SHED, Reason.ERROR}
    | {Reason.INVALID, Reason.UNAUTHORIZED, Reason.PLUGIN}
)


LONGEST_WAIT = 86_400.0
"""The most seconds that a vendor is heard to ask for: a day. How much of it is honoured, the quota gate decides."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A signal with its JSON form, which expressions read, and its age.

    `fetched_at` is on the loop's monotonic clock; `age_then` is how old the value was at that instant by the source's
    own time, in seconds, never negative. `as_of` is that time, or the fetch's where the source states none (RFC 3339).
    """

    signal: Signal
    document: dict[str, Any]
    fetched_at: float
    age_then: float
    as_of: str

    @classmethod
    def of(cls, signal: Signal, now: float, wall: float) -> Self:
        """Make the reading of a signal that was fetched at `now` (monotonic) and `wall` (Unix time)."""
        # What a source says of the future is its clock's error, and must not make the value younger than it is.
        observed = wall if signal.as_of is None else min(wall, signal.as_of.timestamp())
        as_of = datetime.fromtimestamp(int(observed), UTC).isoformat()[:-6] + "Z"
        return cls(signal, signal.model_dump(mode="json"), now, max(0.0, wall - observed), as_of)

    def age(self, now: float) -> float:
        """How old the value is, in seconds; a jump of the wall clock changes nothing of it."""
        return self.age_then + max(0.0, now - self.fetched_at)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came of one ask. `reason` stands whenever the status is stale or default, `reading` unless it is default.

    `cause` is the finer word of `CAUSES`; `retry_after` is in seconds, where the vendor asked for a wait.
    """

    status: Status
    reading: Reading | None = None
    reason: Reason | None = None
    cause: str | None = None
    retry_after: float | None = None


def live(reading: Reading) -> Outcome:
    """The outcome of an ask that was answered now."""
    return Outcome(Status.LIVE, reading)


def default(reason: Reason, cause: str | None = None, retry_after: float | None = None) -> Outcome:
    """The outcome of an ask that brought no value."""
    return Outcome(Status.DEFAULT, None, reason, cause, retry_after)


TIMED_OUT = default(Reason.TIMEOUT, "total_timeout")
TOO_LATE = default(Reason.BUDGET, "starved")


def of_fault(fault: Fault, cause: str = "connector_fault") -> Outcome:
    """The outcome of an ask that ended in a fault, which may be of a connector's own subclass.

    A fault may name its `cause`, which is taken only if it is one of `CAUSES`: it could hold a viewer's value.
    """
    named = getattr(fault, "cause", None)
    known = isinstance(named, str) and named in CAUSES
    return default(row_of(fault)[0], named if known else cause, _wait_of(fault))


def row_of(fault: Fault) -> tuple[Reason, Verdict]:
    """The reason and the verdict of a fault."""
    return next(OF_FAULT[kind] for kind in type(fault).__mro__ if kind in OF_FAULT)


def _wait_of(fault: Fault) -> float | None:
    """The seconds that a `Throttled` asks for, between 0 and `LONGEST_WAIT`; None if it names no number."""
    asked = getattr(fault, "retry_after", None)
    if isinstance(asked, bool) or not isinstance(asked, int | float) or not asked >= 0:
        return None
    return float(min(asked, LONGEST_WAIT))


@dataclass(frozen=True, slots=True)
class Done:
    """An errand that was run: one outcome a query, in their order, and what it says about the source.

    `calls` are the HTTP calls that were made; `wait` is how long the vendor asked to be left alone, in seconds;
    `may_retry` says that the failure may not happen again, and that sending it again does no harm. A `probe` is the
    same errand on its way to a source that was refused: its outcomes come later, and nobody waits for them.
    """

    outcomes: tuple[Outcome, ...]
    verdict: Verdict
    calls: int = 1
    wait: float = 0.0
    may_retry: bool = False
    probe: Future["Done"] | None = None
