"""The stack, written once, one layer a line, in the order in which an ask meets them.

Guards know no other guard: what two of them must know of each other is a small callable that is handed over here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.admission import Level
from gateway.allowance import Allowance, AllowanceLaw
from gateway.ask import Ask, Errand
from gateway.clock import Clock
from gateway.guards import ErrandStep
from gateway.guards.batch import Batch
from gateway.guards.breaker import Breaker, BreakerLaw
from gateway.guards.bulkhead import Bulkhead, BulkheadLaw
from gateway.guards.cache import Cache, CacheLaw
from gateway.guards.flight import Flight
from gateway.guards.hedge import Hedge, HedgeLaw
from gateway.guards.quota import QuotaGate
from gateway.guards.retry import Retry, RetryLaw
from gateway.guards.walk import Walk
from gateway.latency import Latencies
from gateway.negatives import NegativeLaw, Negatives
from gateway.outcome import Done

__all__ = [
    "AllowanceLaw",
    "BreakerLaw",
    "BulkheadLaw",
    "CacheLaw",
    "HedgeLaw",
    "LateLaw",
    "Laws",
    "NegativeLaw",
    "RetryLaw",
    "Stack",
]


@dataclass(frozen=True, slots=True)
class LateLaw:
    """How long a call may be out when what it brings will be kept, and how full the bulkhead may be then."""

    most: float = 2.0
    factor: float = 2.0
    bulkhead_below: float = 0.8


_HEDGE_TOKENS = AllowanceLaw(tokens=5, ratio=0.05)
_RETRY_TOKENS = AllowanceLaw(tokens=10, ratio=0.2, trickle_up_to=2)


@dataclass(frozen=True, slots=True)
class Laws:
    """The numbers of all guards. `least` is what a call must have left, `window` how long a batch gathers, seconds."""

    cache: CacheLaw = field(default_factory=CacheLaw)
    negatives: NegativeLaw = field(default_factory=NegativeLaw)
    breaker: BreakerLaw = field(default_factory=BreakerLaw)
    bulkhead: BulkheadLaw = field(default_factory=BulkheadLaw)
    hedge: HedgeLaw = field(default_factory=HedgeLaw)
    hedge_tokens: AllowanceLaw = _HEDGE_TOKENS
    hedge_bulkhead_below: float = 0.7
    retry: RetryLaw = field(default_factory=RetryLaw)
    retry_tokens: AllowanceLaw = _RETRY_TOKENS
    late: LateLaw = field(default_factory=LateLaw)
    least: float = 0.005
    window: float = 0.0


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

        self.walk = Walk((self.quota, self.breaker, self.bulkhead), upstream, clock, self.latencies, told)
        retry = Retry(self.walk, laws.retry, clock, self.retry_tokens, self._usual, self._has_time, chance)
        hedge = Hedge(retry, laws.hedge, clock, self.hedge_tokens, self.retry_tokens, self.latencies, self._is_well)
        self.batch = Batch(hedge, clock, window=laws.window, lasts=self._lasts, stuck=self.breaker.strike)
        self.cache = Cache(
            laws.cache, clock, chance, negatives=Negatives(laws.negatives, clock), may_refresh=self._has_time
        )
        self.flight = Flight(
            self.batch.put,
            self.cache.keep,
            clock,
            least=self._least,
            lasts=self._lasts,
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

    def _may_finish(self, ask: Ask) -> bool:
        name = ask.source.name
        has_room = self.bulkhead.share(name) < self._laws.late.bulkhead_below
        return ask.source.ttl > 0 and self._has_time() and self.breaker.is_closed(name) and has_room

    def _is_well(self, name: str) -> bool:
        has_room = self.bulkhead.share(name) < self._laws.hedge_bulkhead_below
        return self._has_time() and self.breaker.is_closed(name) and has_room


ENOUGH_SAMPLES = 20
"""The calls of a minute from which what is usual is read."""
