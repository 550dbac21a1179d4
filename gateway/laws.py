"""The numbers of the guards, each stated here and nowhere else: `gateway.yaml` overrides them, guards are given them.

Durations are in seconds.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CacheLaw:
    """`swr` in units of the ttl, `jitter` as a fraction of it; `refreshes` is the most at once."""

    entries: int = 100_000
    size: float = 256 * 1024 * 1024
    swr: float = 1.0
    jitter: float = 0.1
    refreshes: int = 32


NEGATIVES = 0.1
"""The most failures of keys that are held, as a share of the entries of the cache."""


@dataclass(frozen=True, slots=True)
class NegativeLaw:
    """The most entries, and how long a failure stands at first and at most."""

    entries: int = int(CacheLaw().entries * NEGATIVES)
    failure_least: float = 1.0
    failure_most: float = 5.0


@dataclass(frozen=True, slots=True)
class BreakerLaw:
    """When a circuit opens and closes. `bad` and `jitter` are shares, `lease` is in units of a source's time."""

    window: float = 10.0
    min_calls: int = 20
    bad: float = 0.5
    in_a_row: int = 8
    open_least: float = 5.0
    open_most: float = 60.0
    jitter: float = 0.2
    lease: float = 2.0
    close_after: int = 3
    forget_after: float = 60.0
    strikes: int = 3
    strikes_within: float = 60.0


@dataclass(frozen=True, slots=True)
class BulkheadLaw:
    """The most errands out at once, of one source and in all."""

    in_flight: int = 64
    gateway_wide: int = 1024


@dataclass(frozen=True, slots=True)
class AllowanceLaw:
    """`tokens` is the start and the most; `ratio` is earned a good first attempt.

    One token comes every `trickle_every` seconds while there are fewer than `trickle_up_to`; 0 for none.
    """

    tokens: float
    ratio: float
    trickle_every: float = 10.0
    trickle_up_to: float = 0.0


@dataclass(frozen=True, slots=True)
class HedgeLaw:
    """When a second call is sent: after the 95th percentile of at least `min_samples` calls.

    That is after no less than `min_delay`, and no more than the share `max_delay` of the call's time.
    """

    enabled: bool = False
    min_samples: int = 100
    min_delay: float = 0.005
    max_delay: float = 0.5


@dataclass(frozen=True, slots=True)
class RetryLaw:
    """The most extra attempts, and the longest pause before one; the pause is random up to it."""

    attempts: int = 1
    backoff: float = 0.005


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
    """The numbers of all guards. `least` is what a call must have left, `window` how long a batch gathers."""

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


def most_to_one(connections: int) -> int:
    """The most connections to one origin, of so many in all: a quarter, so that no vendor takes those of the others."""
    return max(1, connections // 4)
