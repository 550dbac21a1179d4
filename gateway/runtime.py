"""The stack, written once, one layer a line, in the order in which an ask meets them; and the walk of the gates."""

from collections.abc import Callable, Sequence

from gateway.ask import Errand
from gateway.clock import Clock
from gateway.guards import ErrandStep, Gate, Permit, Refusal
from gateway.guards.batch import Batch
from gateway.guards.cache import Cache, CacheLaw
from gateway.guards.flight import Flight
from gateway.outcome import Done, Verdict, default

__all__ = ["CacheLaw", "Stack", "guarded"]


class Stack:
    """The guards around one upstream: cache ▸ flight ▸ batch ▸ each errand: gates ▸ upstream.

    `least` is what a call must have left to be sent, `window` how long a batch gathers, both in seconds.
    """

    def __init__(
        self,
        upstream: ErrandStep,
        clock: Clock,
        *,
        law: CacheLaw,
        chance: Callable[[], float],
        least: float,
        window: float,
        gates: Sequence[Gate] = (),
    ) -> None:
        self.cache = Cache(law, clock, chance)
        self.batch = Batch(guarded(gates, upstream), clock, window)
        self.flight = Flight(self.batch.put, self.cache.keep, clock, least)
        self.cache.around(self.flight)


def guarded(gates: Sequence[Gate], upstream: ErrandStep) -> ErrandStep:
    """Walk the gates in order before going upstream; each permit taken is left exactly once, however it ends.

    Where a gate refuses, the errand has that reason for each of its queries, and the permits already taken are left
    as neutral: nothing was sent.
    """
    if not gates:
        return upstream

    async def walk(errand: Errand) -> Done:
        taken: list[Permit] = []
        verdict = Verdict.NEUTRAL
        try:
            for gate in gates:
                answer = gate.enter(errand)
                if isinstance(answer, Refusal):
                    refused = default(answer.reason)
                    return Done((refused,) * len(errand.queries), Verdict.NEUTRAL)
                taken.append(answer)
            done = await upstream(errand)
            verdict = done.verdict
            return done
        finally:
            for permit in reversed(taken):
                permit.leave(verdict)

    return walk
