"""Sources that are down, in front of those that are up; and an upstream that asks each of them only once.

The law of the state: a memory keeps what a source said to an errand, from the first time it was asked until it is
told to forget failures. The asking is a task of its own, which no open cancels and which has time of its own: whether
a source is up must not depend on how busy this computer is. One memory is for one viewer at one instant.
"""

import asyncio
from asyncio import Task
from dataclasses import replace

from connectors import Query
from gateway.ask import Errand
from gateway.clock import Clock
from gateway.guards import ErrandStep
from gateway.outcome import Done, Reason, Verdict, default

PATIENCE = 5.0
"""The seconds that a source has when it is asked for the first time."""

_DOWN = default(Reason.ERROR, "connect_refused")


class Outage:
    """An upstream that cannot reach some sources."""

    def __init__(self, upstream: ErrandStep, down: frozenset[str]) -> None:
        self._upstream = upstream
        self._down = down

    async def __call__(self, errand: Errand) -> Done:
        """Refuse the errand, or pass it on."""
        if errand.source.name in self._down:
            return Done((_DOWN,) * len(errand.queries), Verdict.BAD)
        return await self._upstream(errand)


class Memory:
    """An upstream that answers the same errand always the same."""

    def __init__(self, upstream: ErrandStep, clock: Clock) -> None:
        self._upstream = upstream
        self._clock = clock
        self._asked: dict[tuple[str, tuple[Query, ...]], Task[Done]] = {}
        self._settled = 0

    async def __call__(self, errand: Errand) -> Done:
        """What the source said, or says now."""
        key = (errand.source.name, errand.queries)
        if key not in self._asked:
            now = self._clock.now()
            patient = replace(errand, began=now, timeout=PATIENCE, until=now + PATIENCE)
            self._asked[key] = asyncio.ensure_future(self._upstream(patient))
        return await asyncio.shield(self._asked[key])

    async def settle(self) -> bool:
        """Wait for all that is being asked, and forget what failed; whether there was nothing new."""
        if self._asked:
            await asyncio.wait(self._asked.values())
        failed = [key for key, task in self._asked.items() if task.exception() or task.result().verdict is Verdict.BAD]
        for key in failed:
            del self._asked[key]
        is_settled = not failed and len(self._asked) == self._settled
        self._settled = len(self._asked)
        return is_settled
