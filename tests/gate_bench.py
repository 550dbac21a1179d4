"""One clock turned by hand and what a gate is shown: for guards that wait for nothing and need no loop."""

from typing import Any

from gateway.ask import Errand, Source
from gateway.clock import Clock
from gateway.guards import Gate, Permit, Refusal
from gateway.guards.bulkhead import Bulkhead
from gateway.outcome import Done, Verdict
from stand_in import Of, source

PLAIN = source("plain", Of, timeout=0.3)
OTHER = source("other", Of, timeout=0.3)
GOOD, BAD, NEUTRAL = (Done((), verdict) for verdict in (Verdict.GOOD, Verdict.BAD, Verdict.NEUTRAL))
NOT_SENT = Done((), Verdict.NEUTRAL, calls=0)


class Hand:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.clock = Clock(lambda: self.now, lambda: self.now)

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def errand(self, of: Source = PLAIN, **changed: Any) -> Errand:
        """An errand of now."""
        stated: dict[str, Any] = {"began": self.now, "timeout": of.timeout, "until": self.now + of.timeout}
        return Errand(of, (Of(of="a"),), **(stated | changed))


def let_in(gate: Gate, errand: Errand) -> Permit:
    """The permit of an errand that must be let in."""
    answer = gate.enter(errand)
    assert not isinstance(answer, Refusal)
    return answer


def refused(gate: Gate, errand: Errand) -> str | None:
    """The cause for which an errand is refused; None where it is let in, for good."""
    answer = gate.enter(errand)
    return answer.cause if isinstance(answer, Refusal) else None


def places(bulkhead: Bulkhead) -> dict[str, int]:
    """What is out now, by source; those with nothing out are left off."""
    return {name: count for name, count in bulkhead.statistics().items() if count}
