"""The innermost step of an errand: lets a connector talk with its source, and makes outcomes of what is said.

State: for each source its last failure, and whether its connector's code is known to be broken; counters; and the
errand whose connector's code runs this very moment, which is none's wherever something is awaited.
* A talk is closed exactly once, however it ends; a failed call ends it and is not thrown into it.
* Whatever a connector does, one outcome a query comes back; our own cancellation alone goes through.
* A broken connector is logged when it breaks, or breaks elsewhere, and not again until it has answered.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from connectors import Call, Reply
from gateway.ask import Errand, Source
from gateway.budget import TICK
from gateway.clock import Clock
from gateway.outcome import TOO_LATE, Done, Outcome, Reason, Verdict, default
from gateway.pool import Pool, PoolStatistics
from gateway.pool.failures import Failed, bug
from gateway.pool.statuses import WAIT_UNSAID
from gateway.upstream.answers import Answer, Talking, begin, listen, read_each, read_one

MOST_CALLS = 8
"""The calls of one talk; a connector that wants more has lost its way."""

_log = logging.getLogger("moment.upstream")
MAY_PASS = frozenset({"connect_refused", "reset", "upstream_unavailable", "upstream_429"})
"""The causes of failures that may not happen again a moment later."""

_SAFE_METHODS = frozenset({"GET", "HEAD"})
_UNMAPPED = default(Reason.ERROR, "unmapped")


@dataclass(frozen=True, slots=True)
class Failure:
    """The last failure of a source. `at` is Unix time; `where` the kind and place of an exception in its connector."""

    reason: Reason | None
    cause: str | None
    at: float
    where: str | None = None


@dataclass(frozen=True, slots=True)
class UpstreamStatistics:
    """Counts since the start, and the last failure by the name of its source. `unmapped` are bugs of our own."""

    errands: int
    unmapped: int
    failures: Mapping[str, Failure]
    pool: PoolStatistics


class Upstream:
    """Runs errands; a coroutine function from an errand to what was done."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._errands = 0
        self._unmapped = 0
        self._failures: dict[str, Failure] = {}
        self._broken: dict[str, str | None] = {}
        self.at_work: Errand | None = None

    async def __call__(self, errand: Errand) -> Done:
        """Run an errand: one outcome a query in their order, and the verdict on the source."""
        if errand.until - self._clock.now() <= TICK:
            return _all(errand, TOO_LATE, Verdict.NEUTRAL, 0)
        self._errands += 1
        made: list[Call] = []
        try:
            done = await self._run(errand, made)
        except Failed as failed:
            self._note(errand.source, failed.outcome, failed.where)
            return _failed(errand, failed, made)
        except Exception as error:
            self._unmapped += 1
            _log.error("bug: %s in an errand to %s", type(error).__name__, errand.source.name)
            self._note(errand.source, _UNMAPPED, None)
            return _all(errand, _UNMAPPED, Verdict.NEUTRAL, len(made))
        finally:
            self.at_work = None
        if self._broken:
            self._broken.pop(errand.source.name, None)
        wait = max((_wait_of(outcome) for outcome in done.outcomes), default=0.0)
        return done if len(made) == 1 and not wait else replace(done, calls=len(made), wait=wait)

    def statistics(self) -> UpstreamStatistics:
        """The counters and last failures as they are now."""
        failures = MappingProxyType(dict(self._failures))
        return UpstreamStatistics(self._errands, self._unmapped, failures, self._pool.statistics())

    async def _run(self, errand: Errand, made: list[Call]) -> Done:
        self.at_work = errand
        talk = begin(errand)
        reply: Reply | None = None
        try:
            while not isinstance(said := listen(talk, reply), Answer):
                if len(made) == MOST_CALLS:
                    raise bug(f"more than {MOST_CALLS} calls")
                made.append(said)
                self.at_work = None
                reply = await self._pool.exchange(said, errand.source, errand.until, errand.note_sent)
                self.at_work = errand
            read = read_one if len(errand.queries) == 1 else read_each
            return read(said.value, errand, self._clock, replied=reply is not None)
        finally:
            self.at_work = errand
            self._close(talk, errand.source)

    def _close(self, talk: Talking, source: Source) -> None:
        """Let the talk run its `finally`; what it raises there comes too late to change anything."""
        try:
            talk.close()
        except BaseException as error:
            self._tell_broken(source, f"{type(error).__name__} while its talk was closed")

    def _note(self, source: Source, outcome: Outcome, where: str | None) -> None:
        self._failures[source.name] = Failure(outcome.reason, outcome.cause, self._clock.wall(), where)
        if outcome.cause == "identity_mismatch":
            _log.error("%s answered with somebody else's data: it was refused", source.name)
        if outcome.reason is Reason.PLUGIN:
            self._tell_broken(source, where or "unknown place")

    def _tell_broken(self, source: Source, where: str) -> None:
        if self._broken.get(source.name) != where:
            self._broken[source.name] = where
            _log.error("the connector of %s is broken: %s", source.name, where)


def _all(errand: Errand, outcome: Outcome, verdict: Verdict, calls: int) -> Done:
    return Done((outcome,) * len(errand.queries), verdict, calls)


def _wait_of(outcome: Outcome) -> float:
    """How long the vendor wants to be left alone, in seconds: whoever says "too much" and no number means a second."""
    if outcome.retry_after is not None:
        return outcome.retry_after
    return WAIT_UNSAID if outcome.reason is Reason.QUOTA else 0.0


def _failed(errand: Errand, failed: Failed, made: list[Call]) -> Done:
    """What came of a talk that ended in a failure; whether it may be tried again is for its last call to say."""
    stated = errand.source.idempotent
    is_safe = all(call.method in _SAFE_METHODS for call in made) if stated is None else stated
    outcome = failed.outcome
    return Done(
        (outcome,) * len(errand.queries),
        failed.verdict,
        calls=len(made),
        wait=_wait_of(outcome),
        may_retry=is_safe and outcome.cause in MAY_PASS,
    )
