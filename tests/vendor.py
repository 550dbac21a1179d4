"""A stand-in vendor whose failures weigh as the real ones do: each has a verdict, a cause and a wait."""

import math
from collections.abc import Mapping

from connectors import Absent, BadReply, Fault, Misconfigured, Throttled, Transient, Unauthorized
from gateway.ask import Errand
from gateway.budget import TICK
from gateway.outcome import TIMED_OUT, TOO_LATE, Done, Outcome, Reason, Verdict, default, of_fault, row_of
from gateway.upstream.talk import MAY_PASS
from stand_in import Script, StandIn, pause

_CAUSES: Mapping[str, tuple[type[Fault], str]] = {
    "refused": (Transient, "connect_refused"),
    "reset": (Transient, "reset"),
    "cut_short": (Transient, "cut_short"),
    "500": (Transient, "upstream_5xx"),
    "502": (Transient, "upstream_unavailable"),
    "503": (Transient, "upstream_unavailable"),
    "504": (Transient, "upstream_unavailable"),
    "400": (Misconfigured, "upstream_4xx"),
    "401": (Unauthorized, "upstream_401"),
    "403": (Unauthorized, "upstream_403"),
    "404": (Absent, "upstream_404"),
    "410": (Absent, "upstream_410"),
    "not_json": (BadReply, "invalid_json"),
    "wrong_shape": (BadReply, "invalid_schema"),
    "too_large": (BadReply, "too_large"),
}
_BUG = default(Reason.PLUGIN, "connector_bug")

FAULTS = frozenset({*_CAUSES, "429", "bug"})
"""The ways to fail, by one word: a status, what became of the connection, what was wrong with the body."""


def failing(word: str, retry_after: float = 1.0) -> Fault | Outcome:
    """What a call brings that fails in that way; `retry_after` is what a 429 asks for, in seconds."""
    if word == "bug":
        return _BUG
    if word == "429":
        throttled = Throttled(retry_after=retry_after)
        throttled.cause = "upstream_429"  # type: ignore[attr-defined]
        return throttled
    kind, cause = _CAUSES[word]
    fault = kind(word)
    fault.cause = cause  # type: ignore[attr-defined]
    return fault


class Vendor(StandIn):
    """The innermost errand step, with the verdicts of the real one. `sent` counts HTTP calls by source."""

    async def __call__(self, errand: Errand) -> Done:
        if errand.until - self.clock.now() <= TICK:
            return Done((TOO_LATE,) * len(errand.queries), Verdict.NEUTRAL, calls=0)
        self.errands.append(errand)
        errand.note_sent()
        self.out += 1
        scripts = [self.says(errand, query) for query in errand.queries]
        slowest = max(scripts, key=lambda script: script.latency)
        left = math.inf if slowest.deaf else errand.until - self.clock.now()
        try:
            await pause(min(slowest.latency, left), slowest.stubborn)
        finally:
            self.out -= 1
        if slowest.latency > left:
            return Done((TIMED_OUT,) * len(scripts), Verdict.BAD)
        return self._done(errand, [self._told(script) for script in scripts])

    def calls(self, name: str) -> int:
        """How many HTTP calls reached one source."""
        return sum(errand.source.name == name for errand in self.errands)

    def _told(self, script: Script) -> tuple[Outcome, Verdict]:
        brings = script.brings
        if isinstance(brings, Outcome):
            return brings, Verdict.NEUTRAL
        if isinstance(brings, Fault):
            return of_fault(brings), row_of(brings)[1]
        return self._outcome(brings), Verdict.GOOD

    @staticmethod
    def _done(errand: Errand, told: list[tuple[Outcome, Verdict]]) -> Done:
        """One verdict a call: good if any element is; what failed as a whole may be tried again, if it may pass."""
        outcomes = tuple(outcome for outcome, _ in told)
        verdicts = {verdict for _, verdict in told}
        verdict = next(one for one in (Verdict.GOOD, Verdict.BAD, Verdict.NEUTRAL) if one in verdicts)
        may_pass = all(outcome.cause in MAY_PASS for outcome in outcomes)
        return Done(
            outcomes,
            verdict,
            wait=max(outcome.retry_after or 0.0 for outcome in outcomes),
            may_retry=may_pass and errand.source.idempotent is not False,
        )
