"""The walk of the gates: in order, without waiting; and each permit is left exactly once, however the errand ends.

The law of the state: a probe that leaves behind a refusal is a task of its own, held here until it ends, and never
awaited. What it brings is for whoever sent the errand.
"""

import asyncio
from asyncio import Task
from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import replace

from gateway.ask import Errand
from gateway.budget import TICK
from gateway.clock import Clock
from gateway.guards import OUTDONE, ErrandStep, Gate, Permit, Refusal
from gateway.latency import Latencies
from gateway.outcome import Done, Outcome, Reason, Verdict, default

_ENOUGH_SAMPLES = 100


class Walk:
    """An errand step: the gates in the order given, then upstream. `told` hears of what was sent and what it took."""

    def __init__(
        self,
        gates: Sequence[Gate],
        upstream: ErrandStep,
        clock: Clock,
        latencies: Latencies,
        told: Callable[[Errand, Done, float], None] | None = None,
    ) -> None:
        self._told = told
        self._gates = tuple(gates)
        self._upstream = upstream
        self._clock = clock
        self._latencies = latencies
        self._probes: set[Task[Done]] = set()

    async def __call__(self, errand: Errand) -> Done:
        """Run the errand, or refuse it with one outcome a query."""
        return await self._through(errand, self._gates, [])

    async def _through(self, errand: Errand, gates: Sequence[Gate], taken: list[Permit]) -> Done:
        done = _NOTHING_SENT
        began, before = self._clock.now(), errand.sent
        try:
            refused = self._enter(errand, gates, taken)
            if refused is not None:
                return refused
            done = _CUT_SHORT
            done = self._judged(errand, await self._upstream(errand), began)
            return done
        except asyncio.CancelledError as cancelled:
            # Cancelled after all the time it was promised, it failed; before, it says nothing of the source.
            if OUTDONE not in cancelled.args and self._is_honest(errand, self._clock.now() - began):
                done = _TOO_SLOW
            raise
        finally:
            if done is _CUT_SHORT or done is _TOO_SLOW:
                done = replace(done, calls=errand.sent - before)
            _leave(taken, done)
            if done.calls and self._told is not None:
                self._told(errand, done, self._clock.now() - began)

    def _enter(self, errand: Errand, gates: Sequence[Gate], taken: list[Permit]) -> Done | None:
        """Take the permits of all gates, or say what came of it: what was taken so far pays for a probe."""
        for position, gate in enumerate(gates):
            answer = gate.enter(errand)
            if not isinstance(answer, Refusal):
                taken.append(answer)
                continue
            refused = replace(_NOTHING_SENT, outcomes=_each(errand, default(answer.reason, answer.cause)))
            if answer.probe is None:
                return refused
            paid = [*taken, answer.probe]
            taken.clear()
            return replace(refused, probe=self._probe(errand, gates[position + 1 :], paid))
        return None

    def _judged(self, errand: Errand, done: Done, began: float) -> Done:
        took = self._clock.now() - began
        if done.verdict is Verdict.GOOD:
            self._latencies.add(errand.source.name, took)
            # What overran its time stays a failure of the source, even if it ended well for the cache.
            return done if took <= errand.timeout + TICK else replace(done, verdict=Verdict.BAD)
        # It may have failed before the time it had: a connection has a limit of its own.
        if done.verdict is Verdict.BAD and _is_timeout(done) and not self._is_honest(errand, errand.until - began):
            return replace(done, verdict=Verdict.NEUTRAL)
        return done

    def _is_honest(self, errand: Errand, took: float) -> bool:
        """Whether the source had as long as it usually needs, so that being late is its own doing."""
        known = self._latencies.of(errand.source.name)
        usual = known.p95 if known.count >= _ENOUGH_SAMPLES else errand.promised
        return took >= min(usual, errand.promised) - TICK

    def _probe(self, errand: Errand, gates: Sequence[Gate], taken: list[Permit]) -> Task[Done]:
        now = self._clock.now()
        timeout = errand.source.timeout
        probe = replace(errand, began=now, timeout=timeout, until=now + timeout, is_patient=False)
        task = asyncio.get_running_loop().create_task(self._through(probe, gates, taken), context=Context())
        self._probes.add(task)
        task.add_done_callback(lambda task: self._forget(task, taken))
        return task

    def _forget(self, task: Task[Done], taken: list[Permit]) -> None:
        self._probes.discard(task)
        _leave(taken, _NOTHING_SENT)  # of one that was cancelled before its first step
        if not task.cancelled():
            task.exception()


def _leave(taken: list[Permit], done: Done) -> None:
    while taken:
        taken.pop().leave(done)


def _each(errand: Errand, outcome: Outcome) -> tuple[Outcome, ...]:
    return (outcome,) * len(errand.queries)


def _is_timeout(done: Done) -> bool:
    return all(outcome.reason is Reason.TIMEOUT for outcome in done.outcomes)


_NOTHING_SENT = Done((), Verdict.NEUTRAL, calls=0)
_CUT_SHORT = Done((), Verdict.NEUTRAL, calls=0)
_TOO_SLOW = Done((), Verdict.BAD, calls=0)
