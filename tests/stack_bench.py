"""All guards around a vendor, in virtual time: asks as fan-out makes them, with their last word at the deadline."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from connectors import Query
from gateway.ask import Ask, Errand, Source
from gateway.guards.breaker import State
from gateway.laws import AllowanceLaw, BreakerLaw, HedgeLaw, Laws, RetryLaw
from gateway.outcome import TIMED_OUT, Outcome
from stand_in import Figure, Of, Says, Script, ask_of, source
from vendor import Vendor, failing
from virtual_time import Rig, settle

QUOTE = source("quote", Of, ttl=60.0, stale=600.0, timeout=0.3, idempotent=True)
BRIEF = source("brief", Of, ttl=0.0, stale=0.0, timeout=0.3, idempotent=True)
NEVER = 10**9
QUIET = Laws(
    breaker=BreakerLaw(min_calls=NEVER, in_a_row=NEVER, strikes=NEVER),
    retry=RetryLaw(attempts=0),
    retry_tokens=AllowanceLaw(tokens=10, ratio=0.2),
)
"""The shipped laws, but that the breaker stays closed and nothing is tried again: tests switch on what they are of."""

HEDGING = HedgeLaw(enabled=True)
DOWN = Script(brings=failing("500"))
PASSES = Script(brings=failing("503"))


class Bench(Rig):
    """A rig whose vendor's failures weigh as the real ones do; 1.0 is what it brings until it is told otherwise."""

    def __init__(self, says: Says | None = None, laws: Laws = QUIET, **more: Any) -> None:
        self.script = Script()
        super().__init__(says or self._says, laws=laws, stand_in=Vendor, **more)

    def _says(self, errand: Errand, query: Query) -> Script:
        return self.script

    def ask(self, key: str = "a", of: Source = QUOTE, **changed: Any) -> Ask:
        """An ask of now, with 395 ms to go."""
        return ask_of(of, Of(of=key), self.clock, **changed)

    async def read(self, key: str = "a", of: Source = QUOTE, **changed: Any) -> str:
        """What an ask is told: its status, with its reason after a stroke; at its deadline the last word."""
        return told(await self.outcome(self.ask(key, of, **changed)))

    async def outcome(self, ask: Ask) -> Outcome:
        """The outcome of an ask, which leaves at its deadline."""
        cache = self.stack.cache
        answer = cache.start(ask)
        if isinstance(answer, Outcome):
            return cache.settle(ask, answer)
        try:
            await asyncio.wait({answer}, timeout=ask.until - self.clock.now())
            outcome = answer.result() if answer.done() and not answer.cancelled() else TIMED_OUT
            return cache.settle(ask, outcome)
        finally:
            answer.cancel()

    def known(self, seconds: float, count: int = 100, of: Source = QUOTE) -> None:
        """So many calls took that long just now."""
        for _ in range(count):
            self.stack.latencies.add(of.name, seconds)

    def state(self, of: Source = QUOTE) -> State:
        """How the circuit of a source stands."""
        return self.stack.breaker.statistics()[of.name].state

    async def opened(self, of: Source = QUOTE) -> None:
        """Open the circuit of a source by failures of other keys, then let it be well."""
        before, self.script = self.script, DOWN
        for number in range(8):
            await self.read(f"fails-{number}", of)
        self.script = before
        await settle()
        assert self.state(of) is State.OPEN

    @property
    def sent(self) -> int:
        """How many errands reached the vendor."""
        return len(self.stand_in.errands)


def told(outcome: Outcome) -> str:
    """A status, with its reason after a stroke."""
    return "/".join(filter(None, (outcome.status.value, outcome.reason and outcome.reason.value)))


def with_(laws: Laws = QUIET, **changed: Any) -> Laws:
    """The laws, but for what is changed."""
    return replace(laws, **changed)


def by_key(scripts: dict[str, Script]) -> Callable[[Errand, Any], Script]:
    """A vendor that answers keys by their own scripts, and all others well."""
    return lambda _, query: scripts.get(query.of, Script())


def in_turn(*scripts: Script) -> Says:
    """A vendor that answers call by call, the last script for good."""
    left = iter(scripts)
    return lambda errand, query: next(left, scripts[-1])


def value(amount: float, latency: float = 0.02) -> Script:
    """A good answer."""
    return Script(latency, Figure(value=amount))
