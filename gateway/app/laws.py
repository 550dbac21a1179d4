"""From the sections of `gateway.yaml` to the laws of the guards: durations become seconds, nothing else changes."""

from gateway.admission import AdmissionLaw
from gateway.runtime import (
    AllowanceLaw,
    BreakerLaw,
    BulkheadLaw,
    CacheLaw,
    HedgeLaw,
    LateLaw,
    Laws,
    NegativeLaw,
    RetryLaw,
)
from gateway.settings import GatewaySettings


def laws_of(settings: GatewaySettings) -> Laws:
    """The numbers of all guards."""
    cache, hedge, retry = settings.cache, settings.hedge, settings.retry
    late = settings.late
    return Laws(
        cache=CacheLaw(cache.entries, cache.bytes, cache.swr, cache.jitter, cache.refreshes),
        negatives=NegativeLaw(
            int(cache.entries * cache.negatives),
            cache.failure_least.total_seconds(),
            cache.failure_most.total_seconds(),
        ),
        breaker=_breaker_law(settings),
        bulkhead=BulkheadLaw(settings.bulkhead.in_flight, settings.bulkhead.gateway_wide),
        hedge=HedgeLaw(hedge.enabled, hedge.min_samples, hedge.min_delay.total_seconds(), hedge.max_delay),
        hedge_tokens=AllowanceLaw(hedge.tokens, hedge.ratio),
        hedge_bulkhead_below=hedge.bulkhead_below,
        retry=RetryLaw(retry.attempts, retry.backoff.total_seconds()),
        retry_tokens=AllowanceLaw(retry.tokens, retry.ratio, retry.trickle_every.total_seconds(), retry.trickle_up_to),
        late=LateLaw(late.most.total_seconds(), late.factor, late.bulkhead_below),
        least=settings.open.min_useful.total_seconds(),
        window=settings.batch.window.total_seconds(),
    )


def _breaker_law(settings: GatewaySettings) -> BreakerLaw:
    breaker = settings.breaker
    return BreakerLaw(
        window=breaker.window.total_seconds(),
        min_calls=breaker.min_calls,
        bad=breaker.bad,
        in_a_row=breaker.in_a_row,
        open_least=breaker.open_least.total_seconds(),
        open_most=breaker.open_most.total_seconds(),
        jitter=breaker.jitter,
        lease=breaker.lease,
        close_after=breaker.close_after,
        forget_after=breaker.forget_after.total_seconds(),
    )


def admission_law_of(settings: GatewaySettings) -> AdmissionLaw:
    """The numbers of admission."""
    stated = settings.admission
    return AdmissionLaw(
        enabled=stated.enabled,
        start=stated.start,
        least=stated.least,
        most=stated.most,
        lag=stated.lag.total_seconds(),
        overshoot=stated.overshoot.total_seconds(),
        backoff=stated.backoff,
        calm=stated.calm.total_seconds(),
    )
