"""Whatever is asked and reported in whatever order: one lease at most, none that lapsed, and no word of before."""

from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gate_bench import BAD, GOOD, NEUTRAL, NOT_SENT, PLAIN, Hand
from gateway.guards import Permit, Refusal
from gateway.guards.breaker import Breaker, CircuitStatistics, State
from gateway.laws import BreakerLaw
from gateway.outcome import Done

LAW = BreakerLaw(min_calls=4, in_a_row=3, open_least=1.0, open_most=8.0, window=5.0, forget_after=10.0, close_after=2)
LEASE = LAW.lease * PLAIN.timeout
DONE = st.sampled_from([GOOD, BAD, NEUTRAL, NOT_SENT])


@dataclass
class Out:
    """A permit that is out: in which of the circuit's lives it was given, when, and whether it is a probe's."""

    permit: Permit
    life: int
    since: float
    is_probe: bool


class Circuit(RuleBasedStateMachine):
    """One circuit beside a record of what it gave out. A life is the time from one change of state to the next."""

    def __init__(self) -> None:
        super().__init__()
        self.hand = Hand()
        self.chance = 0.5
        self.breaker = Breaker(LAW, self.hand.clock, lambda: self.chance)
        self.out: list[Out] = []
        self.life = 0
        self.seen = State.CLOSED

    @initialize(chance=st.sampled_from([0.0, 0.5, 1.0]))
    def begin(self, chance: float) -> None:
        """With any jitter."""
        self.chance = chance

    @property
    def circuit(self) -> CircuitStatistics:
        """How it stands."""
        return self.breaker.statistics().get("plain", CircuitStatistics(State.CLOSED, 0, 0))

    def look(self) -> None:
        """Note a change of state."""
        if self.circuit.state is not self.seen:
            self.seen = self.circuit.state
            self.life += 1

    @rule()
    def ask(self) -> None:
        """Somebody asks: through, refused, or refused with a probe behind."""
        before = self.seen
        answer = self.breaker.enter(self.hand.errand())
        self.look()
        live = [one for one in self.out if one.is_probe and one.life == self.life]
        if not isinstance(answer, Refusal):
            assert before is self.seen is State.CLOSED
            self.out.append(Out(answer, self.life, self.hand.now, is_probe=False))
        elif answer.probe is not None:
            assert self.seen is State.HALF_OPEN
            assert live == []
            self.out.append(Out(answer.probe, self.life, self.hand.now, is_probe=True))
        elif self.seen is State.HALF_OPEN:
            assert [self.hand.now - one.since < LEASE for one in live] == [True]

    @precondition(lambda self: self.out)
    @rule(which=st.integers(0, 10**6), done=DONE)
    def report(self, which: int, done: Done) -> None:
        """Any of those that are out ends, in any way, as late as may be."""
        one = self.out.pop(which % len(self.out))
        before = self.circuit
        one.permit.leave(done)
        after = self.circuit
        if one.life != self.life or done in (NEUTRAL, NOT_SENT):
            assert (after.state, after.opened) == (before.state, before.opened)
        if after.state is not before.state:
            moves = {State.CLOSED: ({State.OPEN}, BAD), State.HALF_OPEN: ({State.OPEN, State.CLOSED}, None)}
            to, verdict = moves[before.state]
            assert after.state in to
            assert verdict in (None, done)
            assert (after.state is State.CLOSED) == (done is GOOD)
        if one.is_probe and one.life == self.life and done is BAD:
            assert after.state is State.OPEN
        self.look()

    @rule(count=st.integers(1, 4), done=DONE)
    def calls(self, count: int, done: Done) -> None:
        """A few whole calls in a row, as traffic has them."""
        for _ in range(count):
            self.ask()
            if self.out and self.out[-1].since == self.hand.now:
                self.report(len(self.out) - 1, done)

    @rule(seconds=st.sampled_from([0.01, 0.3, LEASE, 0.8, 1.2, 5.0, 20.0]))
    def later(self, seconds: float) -> None:
        """Time passes, and changes nothing by itself."""
        before = self.circuit
        self.hand.later(seconds)
        assert self.circuit == before

    @rule()
    def strike(self) -> None:
        """A call did not end when it was cancelled: that may open, and never closes."""
        before = self.circuit.state
        self.breaker.strike("plain")
        assert self.circuit.state in {before, State.OPEN}
        self.look()

    @invariant()
    def at_most_one_lease_is_live(self) -> None:
        """Of the probes of this life that are out, one at most."""
        if self.seen is State.HALF_OPEN:
            assert sum(one.is_probe and one.life == self.life for one in self.out) <= 1

    @invariant()
    def is_closed_says_so(self) -> None:
        """What others are told of the circuit is its state."""
        assert self.breaker.is_closed("plain") == (self.circuit.state is State.CLOSED)

    def teardown(self) -> None:
        """However it stands, a source that is well again is let through in the end."""
        for _ in range(3 * LAW.close_after):
            self.hand.later(LAW.open_most * 1.2)
            answer = self.breaker.enter(self.hand.errand())
            permit = answer.probe if isinstance(answer, Refusal) else answer
            if permit is not None:
                permit.leave(GOOD)
        assert self.circuit.state is State.CLOSED


TestCircuit = Circuit.TestCase
TestCircuit.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
