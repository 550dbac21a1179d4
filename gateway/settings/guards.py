"""The sections of `gateway.yaml` that set the guards; each key has the default of `laws.py`."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, Field, Strict, StrictBool, model_validator

from gateway.laws import NEGATIVES, Laws
from gateway.settings.quantities import Duration, PositiveDuration, Size, at_most
from gateway.settings.unfit import Unfit
from gateway.settings.validation import Section

Count = Annotated[int, Strict(), Field(ge=1)]
CountOrNone = Annotated[int, Strict(), Field(ge=0)]
Factor = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, lt=1)]
FullShare = Annotated[float, Field(gt=0, le=1)]

_LAWS = Laws()


def _seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


class CacheSettings(Section):
    """The cache of signals.

    `swr` is how long past its TTL an entry is served while it is renewed, in units of the TTL; `jitter` the share of
    the TTL that is taken off at random; `refreshes` how many renewals may run at a time. The failure of a key stands
    from `failure_least` doubling to `failure_most`; such entries are at most the share `negatives` of all.
    """

    entries: Count = _LAWS.cache.entries
    bytes: Annotated[Size, Field(ge=1)] = int(_LAWS.cache.size)
    swr: Factor = _LAWS.cache.swr
    jitter: Share = _LAWS.cache.jitter
    refreshes: CountOrNone = _LAWS.cache.refreshes
    failure_least: Duration = _seconds(_LAWS.negatives.failure_least)
    failure_most: Duration = _seconds(_LAWS.negatives.failure_most)
    negatives: Share = NEGATIVES

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.failure_least > self.failure_most:
            raise Unfit("should be in order: failure_least, failure_most")
        return self


class BatchSettings(Section):
    """How long distinct keys of one connector are gathered for one call; 0ms is to the end of the loop's turn."""

    window: Annotated[Duration, AfterValidator(at_most(timedelta(milliseconds=2)))] = _seconds(_LAWS.window)


class BreakerSettings(Section):
    """When a source that keeps failing is left alone: see the table in `guards/breaker.py`."""

    window: PositiveDuration = _seconds(_LAWS.breaker.window)
    min_calls: Count = _LAWS.breaker.min_calls
    bad: FullShare = _LAWS.breaker.bad
    in_a_row: Count = _LAWS.breaker.in_a_row
    open_least: PositiveDuration = _seconds(_LAWS.breaker.open_least)
    open_most: PositiveDuration = _seconds(_LAWS.breaker.open_most)
    jitter: Share = _LAWS.breaker.jitter
    lease: Annotated[float, Field(ge=1, allow_inf_nan=False)] = _LAWS.breaker.lease
    close_after: Count = _LAWS.breaker.close_after
    forget_after: PositiveDuration = _seconds(_LAWS.breaker.forget_after)
    strikes: Count = _LAWS.breaker.strikes
    strikes_within: PositiveDuration = _seconds(_LAWS.breaker.strikes_within)


class BulkheadSettings(Section):
    """The most calls out at once, of one source and in all."""

    in_flight: Count = _LAWS.bulkhead.in_flight
    gateway_wide: Count = _LAWS.bulkhead.gateway_wide


class HedgeSettings(Section):
    """A second call where the first is slower than most; off unless switched on."""

    enabled: StrictBool = _LAWS.hedge.enabled
    min_samples: Count = _LAWS.hedge.min_samples
    min_delay: Duration = _seconds(_LAWS.hedge.min_delay)
    max_delay: FullShare = _LAWS.hedge.max_delay
    bulkhead_below: FullShare = _LAWS.hedge_bulkhead_below
    tokens: Factor = _LAWS.hedge_tokens.tokens
    ratio: Share = _LAWS.hedge_tokens.ratio


class RetrySettings(Section):
    """One more call after a failure that may not happen again, as far as its tokens reach."""

    attempts: CountOrNone = _LAWS.retry.attempts
    backoff: Duration = _seconds(_LAWS.retry.backoff)
    tokens: Factor = _LAWS.retry_tokens.tokens
    ratio: Share = _LAWS.retry_tokens.ratio
    trickle_every: PositiveDuration = _seconds(_LAWS.retry_tokens.trickle_every)
    trickle_up_to: Factor = _LAWS.retry_tokens.trickle_up_to


class LateSettings(Section):
    """How long a call goes on that nobody waits for any more, for the cache's sake."""

    most: Duration = _seconds(_LAWS.late.most)
    factor: Annotated[float, Field(ge=1, allow_inf_nan=False)] = _LAWS.late.factor
    bulkhead_below: FullShare = _LAWS.late.bulkhead_below


class StreamSettings(Section):
    """Event streams: how many go on at once after their payload, and how often each says that it is still there."""

    most: CountOrNone = 2000
    heartbeat: PositiveDuration = _seconds(5)


class DrainSettings(Section):
    """The end: how long the gateway still takes opens after it said that it is not ready, and waits for answers."""

    delay: Duration = _seconds(5)
    grace: Duration = _seconds(3)
