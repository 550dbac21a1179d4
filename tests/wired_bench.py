"""All guards around the real upstream step and the real pool, against an upstream on the same loop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from connectors import Quota, Settings
from gateway.admission import Level
from gateway.ask import Errand, Source
from gateway.laws import Laws
from gateway.outcome import Done
from gateway.runtime import Stack
from gateway.upstream import Upstream
from raw_upstream import Behaviour, Id, Plain, Rig, rig

TEN = Quota(rate=0.0001, burst=10.0)


@dataclass
class Bench:
    """All guards around the real upstream step; `told` are the calls of each errand that the metrics hear of."""

    rig: Rig
    source: Source
    stack: Stack
    told: list[int] = field(default_factory=list)

    def begin(self, source: Source | None = None) -> asyncio.Task[Done]:
        """An errand of now, on its way through the gates."""
        now = self.rig.clock.now()
        errand = Errand(source or self.source, (Id(),), now, 0.3, now + 0.3)

        async def run() -> Done:
            return await self.stack.batch._run(errand)

        return asyncio.ensure_future(run())

    @property
    def paid(self) -> float:
        """The tokens that are gone."""
        tokens = self.stack.quota.statistics()["plain"].tokens
        assert tokens is not None
        return round(10.0 - tokens, 2)


@asynccontextmanager
async def bench(behave: Behaviour, connector: type[Plain] = Plain, **options: Any) -> AsyncIterator[Bench]:
    """A bench for one scenario, whose vendor allows ten calls."""
    async with rig(behave, **options) as made:
        url = f"http://127.0.0.1:{made.upstream.port}"
        source = replace(made.source, connector=connector(Settings(base_url=url)), quota=TEN, idempotent=True)
        told: list[int] = []
        upstream = Upstream(made.pool, made.clock)
        stack = Stack(
            upstream,
            made.clock,
            Laws(),
            lambda: 0.0,
            lambda: Level.NORMAL,
            lambda errand, done, took: told.append(done.calls),
        )
        yield Bench(made, source, stack, told)


async def until(happened: Callable[[], bool]) -> None:
    """Let the loop turn, and no time pass, until something has happened."""
    for _ in range(2000):
        if happened():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not happen")


async def until_asked(made: Bench, count: int) -> None:
    """Let the loop turn until so many requests have come in."""
    await until(lambda: len(made.rig.upstream.requests) >= count)
