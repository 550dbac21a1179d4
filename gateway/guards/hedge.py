"""A second call where the first is slower than nearly all: the first good answer wins, the other call is cancelled.

Off unless switched on. It costs a token of its own and one of the retries', so that both together stay within what an
outage may cost; and it is sent only to a source that is well and has room, for an errand that was not tried again
already, nor is thereafter. The loser is recorded as "at least this long", or the percentile would drift down and feed
itself.
"""

import asyncio
from asyncio import Task
from collections.abc import Callable, Mapping
from contextvars import Context
from dataclasses import dataclass, replace

from gateway.allowance import Allowance
from gateway.ask import Errand
from gateway.clock import Clock
from gateway.guards import OUTDONE, ErrandStep
from gateway.latency import Latencies
from gateway.laws import HedgeLaw
from gateway.outcome import Done, Verdict
from gateway.stragglers import Stragglers


@dataclass(frozen=True, slots=True, eq=False)
class Hedge:
    """Wraps an errand step. `is_well(name)` says whether a source may be asked twice just now."""

    inner: ErrandStep
    law: HedgeLaw
    clock: Clock
    own: Allowance
    shared: Allowance
    latencies: Latencies
    is_well: Callable[[str], bool]
    stragglers: Stragglers

    async def __call__(self, errand: Errand) -> Done:
        """Run the errand, and once more beside it where it is slow."""
        delay = self._delay(errand)
        if delay is None:
            return await self.inner(errand)
        running = {self._begin(errand): self.clock.now()}
        try:
            await asyncio.wait(running, timeout=delay)
            if not any(task.done() for task in running) and self._may(errand):
                errand.has_extra = True
                running[self._begin(replace(errand, sent=0))] = self.clock.now()
            return await self._first_good(errand, running)
        except BaseException:
            for task in running:
                self.stragglers.let_go(errand.source.name, task)
            raise

    def _begin(self, errand: Errand) -> Task[Done]:
        task = asyncio.get_running_loop().create_task(_performed(self.inner, errand), context=Context())
        task.add_done_callback(_fetch)
        return task

    def _delay(self, errand: Errand) -> float | None:
        """After how many seconds a second call goes out; None where none ever does."""
        is_wanted = (self.law.enabled or errand.source.hedge) and errand.may_hedge
        if not is_wanted or not errand.source.idempotent:
            return None
        known = self.latencies.of(errand.source.name)
        if known.count < self.law.min_samples:
            return None
        most = self.law.max_delay * (errand.limit - self.clock.now())
        return min(max(known.p95, self.law.min_delay), most)

    def _may(self, errand: Errand) -> bool:
        name = errand.source.name
        is_enough = errand.limit - self.clock.now() >= self.latencies.of(name).p50
        if errand.has_extra or not is_enough or not self.is_well(name):
            return False
        if not self.own.has(name) or not self.shared.has(name):
            return False
        return self.own.spend(name) and self.shared.spend(name)

    async def _first_good(self, errand: Errand, running: Mapping[Task[Done], float]) -> Done:
        pending = set(running)
        last: Done | None = None
        while pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                last = task.result()
                if last.verdict is Verdict.GOOD:
                    if len(running) == 1:
                        self.own.earn(errand.source.name)
                    for loser in pending:
                        self.stragglers.let_go(errand.source.name, loser, OUTDONE)
                        self.latencies.add(errand.source.name, self.clock.now() - running[loser])
                    return last
        assert last is not None
        return last


def _fetch(task: Task[Done]) -> None:
    """Take what a call raised that nobody waits for any more: it is not to be complained of later."""
    if not task.cancelled():
        task.exception()


async def _performed(inner: ErrandStep, errand: Errand) -> Done:
    return await inner(errand)
