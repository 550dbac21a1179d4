"""The stack, written once, one layer a line, in the order in which an ask meets them.

Guards know no other guard: what two of them must know of each other is a small callable that is handed over here.
"""

from collections.abc import Callable

from gateway.admission import Level
from gateway.allowance import Allowance
from gateway.ask import Ask, Errand
from gateway.clock import Clock
from gateway.guards import ErrandStep
from gateway.guards.batch import Batch
from gateway.guards.breaker import Breaker
from gateway.guards.bulkhead import Bulkhead
from gateway.guards.cache import Cache
from gateway.guards.flight import Flight
from gateway.guards.hedge import Hedge
from gateway.guards.quota import QuotaGate
from gateway.guards.retry import Retry
from gateway.guards.walk import Walk
from gateway.latency import Latencies
from gateway.laws import Laws
from gateway.negatives import Negatives
from gateway.outcome import Done
from gateway.stragglers import Stragglers


class Stack:
    """The guards around one upstream.

    `level()` is the load of now, `chance()` gives numbers from 0 to 1, `told` hears of each errand that was sent.
    """

    def __init__(
        self,
        upstream: ErrandStep,
        clock: Clock,
        laws: Laws,
        chance: Callable[[], float],
        level: Callable[[], Level],
        told: Callable[[Errand, Done, float], None] | None = None,
    ) -> None:
        self._laws = laws
        self._level = level
        self.latencies = Latencies(clock)
        self.retry_tokens = Allowance(laws.retry_tokens, clock)
        self.hedge_tokens = Allowance(laws.hedge_tokens, clock)
        self.quota = QuotaGate(clock)
        self.breaker = Breaker(laws.breaker, clock, chance)
        self.bulkhead = Bulkhead(laws.bulkhead)

        self.stragglers = Stragglers(self.breaker.strike)

        self.cache = Cache(
            laws.cache, clock, chance, negatives=Negatives(laws.negatives, clock), may_refresh=self._has_time
        )
        self.walk = Walk((self.quota, self.breaker, self.bulkhead), upstream, clock, self.latencies, told)
        retry = Retry(self.walk, laws.retry, clock, self.retry_tokens, self._usual, self._has_time, chance)
        tokens = self.hedge_tokens, self.retry_tokens
        hedge = Hedge(retry, laws.hedge, clock, *tokens, self.latencies, self._is_well, self.stragglers)
        self.batch = Batch(hedge, clock, self.stragglers, window=laws.window, lasts=self._lasts, probed=self.cache.keep)
        self.flight = Flight(
            self.batch.put,
            self.cache.keep,
            clock,
            least=self._least,
            lasts=self._lasts,
            alone=self._alone,
            may_finish=self._may_finish,
        )
        self.cache.around(self.flight)

    def _has_time(self) -> bool:
        """Whether extra work is done at all: retries, hedges, refreshes, late finishes."""
        return self._level() is Level.NORMAL

    def _usual(self, name: str) -> float:
        return self.latencies.of(name).p50

    def _least(self, ask: Ask) -> float:
        """What must be left for a call to be begun: half of what it usually takes, once that is known."""
        known = self.latencies.of(ask.source.name)
        return max(self._laws.least, 0.5 * known.p50 if known.count >= ENOUGH_SAMPLES else 0.0)

    def _lasts(self, ask: Ask) -> float:
        """How long a call may be out: its time, or longer where what comes late still fills the cache."""
        late = self._laws.late
        return max(ask.longest, min(late.most, late.factor * ask.longest)) if ask.source.ttl > 0 else ask.longest

    def _alone(self, ask: Ask) -> float:
        """How long a call may be out with nobody waiting: however long its asker was ready to wait, not for ever."""
        late = self._laws.late
        return max(ask.source.timeout, min(late.most, late.factor * ask.longest))

    def _may_finish(self, ask: Ask) -> bool:
        name = ask.source.name
        has_room = self.bulkhead.share(name) < self._laws.late.bulkhead_below
        return ask.source.ttl > 0 and self._has_time() and self.breaker.is_closed(name) and has_room

    def _is_well(self, name: str) -> bool:
        has_room = self.bulkhead.share(name) < self._laws.hedge_bulkhead_below
        return self._has_time() and self.breaker.is_closed(name) and has_room


ENOUGH_SAMPLES = 20
"""The calls of a minute from which what is usual is read."""
