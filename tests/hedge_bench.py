"""A hedge around calls by a script, in virtual time: which were made when, which ended how, and what it cost."""

import asyncio
from typing import Any

from gateway.allowance import Allowance
from gateway.ask import Errand, Source
from gateway.clock import Clock
from gateway.guards.hedge import Hedge
from gateway.latency import Latencies
from gateway.laws import AllowanceLaw, HedgeLaw
from gateway.outcome import Done, Reason, Verdict, default
from gateway.stragglers import Stragglers
from stand_in import Of, source

PLAIN = source("plain", Of, timeout=0.3, idempotent=True)
USUAL = 0.02


def done(word: str, verdict: Verdict = Verdict.GOOD) -> Done:
    """What a call brought, told apart by its cause."""
    return Done((default(Reason.ABSENT, word),), verdict)


class Bench:
    """A hedge around calls by a script of (seconds, verdict); the answers are named a, b, c by their order."""

    def __init__(self, *script: tuple[float, Verdict | BaseException], samples: int = 100, **law: Any) -> None:
        self.clock = Clock(asyncio.get_running_loop().time)
        self.script = iter(script)
        self.began: list[float] = []
        self.ended: list[tuple[str, str]] = []
        self.stubborn = 0.0
        self.breaks = False
        self.own = Allowance(AllowanceLaw(tokens=5, ratio=0.05), self.clock)
        self.shared = Allowance(AllowanceLaw(tokens=10, ratio=0.2), self.clock)
        self.latencies = Latencies(self.clock)
        self.well = True
        for _ in range(samples):
            self.latencies.add("plain", USUAL)
        law = {"enabled": True} | law
        budgets = self.own, self.shared
        self.stuck: list[str] = []
        stragglers = Stragglers(self.stuck.append)
        wired = self.latencies, lambda _: self.well, stragglers
        self.hedge = Hedge(self.call, HedgeLaw(**law), self.clock, *budgets, *wired)

    async def call(self, errand: Errand) -> Done:
        """One call of the script."""
        name = "abc"[len(self.began)]
        self.began.append(self.clock.now())
        seconds, brings = next(self.script)
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            await asyncio.sleep(self.stubborn)
            self.ended.append((name, "cancelled"))
            if self.breaks:
                raise RuntimeError("a bug while it went") from None
            raise
        self.ended.append((name, "done"))
        if isinstance(brings, BaseException):
            raise brings
        return done(name, brings)

    async def run(self, of: Source = PLAIN, *, within: float = 0.3, may_hedge: bool = True) -> str | None:
        """The name of the call whose answer was told."""
        now = self.clock.now()
        errand = Errand(of, (Of(of="a"),), now, within, now + within, may_hedge=may_hedge)
        return (await self.hedge(errand)).outcomes[0].cause

    def spent(self) -> tuple[float, float]:
        """How many tokens are gone, of its own and of the shared ones."""
        of = [budget.statistics().get("plain", full) for budget, full in ((self.own, 5.0), (self.shared, 10.0))]
        return 5 - of[0], 10 - of[1]


GOOD, BAD, NEUTRAL = Verdict.GOOD, Verdict.BAD, Verdict.NEUTRAL
SLOW_FAST = ((0.2, GOOD), (0.01, GOOD))
