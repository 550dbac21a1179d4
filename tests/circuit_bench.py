"""A circuit whose clock is turned by hand: opened, reported to, and probed."""

from collections.abc import Callable, Iterable

from gate_bench import BAD, Hand, let_in
from gateway.guards import Permit, Refusal
from gateway.guards.breaker import Breaker, State
from gateway.laws import BreakerLaw
from gateway.outcome import Done


def breaker_of(hand: Hand, law: BreakerLaw | None = None, chance: Callable[[], float] = lambda: 0.5) -> Breaker:
    """A breaker whose waits are exact where chance is one half."""
    return Breaker(law or BreakerLaw(), hand.clock, chance)


def report(breaker: Breaker, hand: Hand, verdicts: Iterable[Done], every: float = 0.0) -> None:
    """Calls one after another, each of which must be let in."""
    for done in verdicts:
        hand.later(every)
        let_in(breaker, hand.errand()).leave(done)


def opened(hand: Hand, law: BreakerLaw | None = None, chance: Callable[[], float] = lambda: 0.5) -> Breaker:
    """A breaker that has just opened for the first time."""
    breaker = breaker_of(hand, law, chance)
    report(breaker, hand, [BAD] * 8)
    return breaker


def probe(breaker: Breaker, hand: Hand) -> Permit:
    """The lease of a probe that must be given out."""
    answer = breaker.enter(hand.errand())
    assert isinstance(answer, Refusal)
    assert answer.probe is not None
    return answer.probe


def state_of(breaker: Breaker, name: str = "plain") -> State:
    """The state of a circuit."""
    return breaker.statistics()[name].state
