"""From the sections of `gateway.yaml` to the laws of the guards: durations become seconds, nothing else changes."""

from gateway.admission import AdmissionLaw
from gateway.app.connections import ConnectionsLaw
from gateway.app.http import Patience
from gateway.app.stream import StreamLaw
from gateway.laws import (
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
from gateway.pace import PaceLaw
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
        strikes=breaker.strikes,
        strikes_within=breaker.strikes_within.total_seconds(),
    )


def admission_law_of(settings: GatewaySettings) -> AdmissionLaw:
    """The numbers of admission."""
    stated = settings.admission
    return AdmissionLaw(
        enabled=stated.enabled,
        start=stated.start,
        least=stated.least,
        most=stated.most,
        tick=stated.tick.total_seconds(),
        ticker=stated.ticker.total_seconds(),
        lag=stated.lag.total_seconds(),
        overshoot=stated.overshoot.total_seconds(),
        overshoot_share=stated.overshoot_share,
        backoff=stated.backoff,
        shares=stated.shares.in_order(),
        lags=stated.lags.in_order(),
        calm=stated.calm.total_seconds(),
    )


def connections_law_of(settings: GatewaySettings) -> ConnectionsLaw:
    """How many connections a port takes."""
    stated = settings.public.connections
    return ConnectionsLaw(stated.most, stated.each_address, stated.trusted)


def patience_of(settings: GatewaySettings) -> Patience:
    """How long a port waits for whoever is at the other end."""
    stated = settings.public.patience
    return Patience(stated.head.total_seconds(), stated.body.total_seconds(), stated.idle.total_seconds())


def pace_law_of(settings: GatewaySettings) -> PaceLaw | None:
    """How often a viewer may open; None for as often as they like."""
    stated = settings.pace
    return PaceLaw(stated.rate, stated.burst, stated.viewers) if stated.enabled else None


def stream_law_of(settings: GatewaySettings) -> StreamLaw:
    """The numbers of event streams."""
    return StreamLaw(settings.stream.heartbeat.total_seconds(), settings.stream.most)
