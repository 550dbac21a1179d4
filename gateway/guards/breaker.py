"""Stops asking a source that keeps failing, and finds out without a viewer's time when it is back.

The law of the state, one circuit a source:

    from        event                                          to          then
    closed      enough calls in the window, and half bad       open        wait 5 s · 2^opened, at most 60 s, ±20 %
    closed      8 bad in a row                                 open        the same
    open        the wait is over, and somebody asks            half-open   one probe leaves, with a lease
    half-open   a probe is good                                half-open   the third good one: closed
    half-open   a probe is bad, or its lease is over           open        opened + 1
    half-open   a probe says nothing                           half-open   the lease is returned, the next ask may probe
    closed      60 s without opening                           closed      opened = 0

1. All transitions happen when somebody asks or reports: there is no timer, and no traffic changes nothing.
2. A verdict counts only for the generation it was let in by: what was sent before the circuit opened cannot close it.
3. In half-open there is at most one live lease. The ask that takes it is answered without waiting; the probe runs
   behind it.
4. Neutral says nothing: our own cancellations, refusals further in, and calls that were given too little time.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from gateway.ask import Errand
from gateway.clock import Clock
from gateway.guards import Permit, Refusal
from gateway.laws import BreakerLaw
from gateway.outcome import Done, Reason, Verdict


class State(IntEnum):
    """Of one circuit; the numbers are the metric's."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


@dataclass(frozen=True, slots=True)
class CircuitStatistics:
    """The circuit of one source: its state, how often it opened in a row, and the asks it answered by itself."""

    state: State
    opened: int
    short_circuits: int


class _Circuit:
    __slots__ = (
        "bad",
        "calls",
        "digest",
        "generation",
        "good_probes",
        "in_a_row",
        "lease_until",
        "opened",
        "opened_at",
        "short_circuits",
        "state",
        "strikes",
        "wait_until",
    )

    def __init__(self, now: float, digest: str) -> None:
        self.digest = digest
        self.state = State.CLOSED
        self.generation = 0
        self.calls: deque[tuple[float, bool]] = deque()
        self.bad = 0
        self.in_a_row = 0
        self.opened = 0
        self.opened_at = now
        self.wait_until = now
        self.lease_until: float | None = None
        self.good_probes = 0
        self.short_circuits = 0
        self.strikes: list[float] = []


class Breaker:
    """The gate in front of sources that fail. `chance` gives numbers from 0 to 1 for the jitter."""

    def __init__(self, law: BreakerLaw, clock: Clock, chance: Callable[[], float]) -> None:
        self._law = law
        self._clock = clock
        self._chance = chance
        self._circuits: dict[str, _Circuit] = {}

    def enter(self, errand: Errand) -> Permit | Refusal:
        """Let the errand in while the circuit is closed; in half-open one probe goes out behind the refusal."""
        now = self._clock.now()
        circuit = self._circuits.get(errand.source.name)
        if circuit is None or circuit.digest != errand.source.digest:  # other settings, perhaps another host
            circuit = self._circuits[errand.source.name] = _Circuit(now, errand.source.digest)
        if circuit.state is State.CLOSED:
            return _Pass(self, circuit, circuit.generation)
        circuit.short_circuits += 1
        self._look(circuit, now)
        if circuit.state is State.HALF_OPEN and circuit.lease_until is None:
            circuit.lease_until = now + self._law.lease * errand.source.timeout
            return Refusal(Reason.BREAKER, "breaker_probe", _Pass(self, circuit, circuit.generation))
        return _OPEN

    def is_closed(self, name: str) -> bool:
        """Whether calls of a source go through."""
        circuit = self._circuits.get(name)
        return circuit is None or circuit.state is State.CLOSED

    def strike(self, name: str) -> None:
        """A call of a source did not even end when it was cancelled; the third such in a minute opens its circuit."""
        now = self._clock.now()
        circuit = self._circuits.get(name)
        if circuit is None:
            return
        circuit.strikes = [at for at in circuit.strikes if at > now - self._law.strikes_within] + [now]
        if len(circuit.strikes) >= self._law.strikes and circuit.state is not State.OPEN:
            circuit.strikes = []
            self._forget(circuit, now)
            self._open(circuit, now)

    def statistics(self) -> dict[str, CircuitStatistics]:
        """How each circuit stands."""
        return {
            name: CircuitStatistics(circuit.state, circuit.opened, circuit.short_circuits)
            for name, circuit in self._circuits.items()
        }

    def _look(self, circuit: _Circuit, now: float) -> None:
        """The transitions that time has made due."""
        if circuit.state is State.OPEN and now >= circuit.wait_until:
            circuit.state, circuit.good_probes, circuit.lease_until = State.HALF_OPEN, 0, None
            circuit.generation += 1
        elif circuit.state is State.HALF_OPEN and circuit.lease_until is not None and now >= circuit.lease_until:
            self._open(circuit, now)

    def _report(self, circuit: _Circuit, generation: int, verdict: Verdict) -> None:
        if generation != circuit.generation:
            return
        now = self._clock.now()
        if circuit.state is State.HALF_OPEN:
            self._report_probe(circuit, verdict, now)
        elif circuit.state is State.CLOSED and verdict is not Verdict.NEUTRAL:
            self._count(circuit, verdict is Verdict.BAD, now)

    def _report_probe(self, circuit: _Circuit, verdict: Verdict, now: float) -> None:
        circuit.lease_until = None
        if verdict is Verdict.BAD:
            self._open(circuit, now)
        elif verdict is Verdict.GOOD:
            circuit.good_probes += 1
            if circuit.good_probes >= self._law.close_after:
                self._close(circuit, now)

    def _count(self, circuit: _Circuit, is_bad: bool, now: float) -> None:
        circuit.calls.append((now, is_bad))
        circuit.bad += is_bad
        circuit.in_a_row = circuit.in_a_row + 1 if is_bad else 0
        while circuit.calls[0][0] <= now - self._law.window:
            circuit.bad -= circuit.calls.popleft()[1]
        self._forget(circuit, now)
        many_bad = len(circuit.calls) >= self._law.min_calls and circuit.bad >= self._law.bad * len(circuit.calls)
        if is_bad and (many_bad or circuit.in_a_row >= self._law.in_a_row):
            self._open(circuit, now)

    def _forget(self, circuit: _Circuit, now: float) -> None:
        if circuit.state is State.CLOSED and now - circuit.opened_at >= self._law.forget_after:
            circuit.opened = 0

    def _open(self, circuit: _Circuit, now: float) -> None:
        wait = min(self._law.open_most, self._law.open_least * 2.0**circuit.opened)
        wait *= 1 + self._law.jitter * (2 * self._chance() - 1)
        circuit.state, circuit.opened, circuit.opened_at = State.OPEN, min(circuit.opened + 1, 32), now
        circuit.wait_until, circuit.lease_until = now + wait, None
        circuit.generation += 1

    def _close(self, circuit: _Circuit, now: float) -> None:
        circuit.state, circuit.opened_at = State.CLOSED, now
        circuit.calls.clear()
        circuit.bad = circuit.in_a_row = 0
        circuit.generation += 1


class _Pass:
    __slots__ = ("_breaker", "_circuit", "_generation")

    def __init__(self, breaker: Breaker, circuit: _Circuit, generation: int) -> None:
        self._breaker = breaker
        self._circuit = circuit
        self._generation = generation

    def leave(self, done: Done) -> None:
        self._breaker._report(self._circuit, self._generation, done.verdict)


_OPEN = Refusal(Reason.BREAKER, "breaker_open")
