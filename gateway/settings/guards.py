"""The sections of `gateway.yaml` that set the guards; each key has the default of its guard."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, Field, Strict, StrictBool, model_validator

from gateway.settings.quantities import Duration, PositiveDuration, Size, at_most
from gateway.settings.unfit import Unfit
from gateway.settings.validation import Section

Count = Annotated[int, Strict(), Field(ge=1)]
CountOrNone = Annotated[int, Strict(), Field(ge=0)]
Factor = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, lt=1)]
FullShare = Annotated[float, Field(gt=0, le=1)]


def _seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


class CacheSettings(Section):
    """The cache of signals.

    `swr` is how long past its TTL an entry is served while it is renewed, in units of the TTL; `jitter` the share of
    the TTL that is taken off at random; `refreshes` how many renewals may run at a time. The failure of a key stands
    from `failure_least` doubling to `failure_most`; such entries are at most the share `negatives` of all.
    """

    entries: Count = 100_000
    bytes: Annotated[Size, Field(ge=1)] = 256 * 1024 * 1024
    swr: Factor = 1.0
    jitter: Share = 0.1
    refreshes: CountOrNone = 32
    failure_least: Duration = _seconds(1)
    failure_most: Duration = _seconds(5)
    negatives: Share = 0.1

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.failure_least > self.failure_most:
            raise Unfit("should be in order: failure_least, failure_most")
        return self


class BatchSettings(Section):
    """How long distinct keys of one connector are gathered for one call; 0ms is to the end of the loop's turn."""

    window: Annotated[Duration, AfterValidator(at_most(timedelta(milliseconds=2)))] = timedelta()


class BreakerSettings(Section):
    """When a source that keeps failing is left alone: see the table in `guards/breaker.py`."""

    window: PositiveDuration = _seconds(10)
    min_calls: Count = 20
    bad: FullShare = 0.5
    in_a_row: Count = 8
    open_least: PositiveDuration = _seconds(5)
    open_most: PositiveDuration = _seconds(60)
    jitter: Share = 0.2
    lease: Annotated[float, Field(ge=1, allow_inf_nan=False)] = 2.0
    close_after: Count = 3
    forget_after: PositiveDuration = _seconds(60)


class BulkheadSettings(Section):
    """The most calls out at once, of one source and in all."""

    in_flight: Count = 64
    gateway_wide: Count = 1024


class HedgeSettings(Section):
    """A second call where the first is slower than most; off unless switched on."""

    enabled: StrictBool = False
    min_samples: Count = 100
    min_delay: Duration = timedelta(milliseconds=5)
    max_delay: FullShare = 0.5
    bulkhead_below: FullShare = 0.7
    tokens: Factor = 5.0
    ratio: Share = 0.05


class RetrySettings(Section):
    """One more call after a failure that may not happen again, as far as its tokens reach."""

    attempts: CountOrNone = 1
    backoff: Duration = timedelta(milliseconds=5)
    tokens: Factor = 10.0
    ratio: Share = 0.2
    trickle_every: PositiveDuration = _seconds(10)
    trickle_up_to: Factor = 2.0


class LateSettings(Section):
    """How long a call goes on that nobody waits for any more, for the cache's sake."""

    most: Duration = _seconds(2)
    factor: Annotated[float, Field(ge=1, allow_inf_nan=False)] = 2.0
    bulkhead_below: FullShare = 0.8


class AdmissionSettings(Section):
    """How many opens at once are well served, and what is left off beyond: see `admission.py`."""

    enabled: StrictBool = True
    start: Count = 64
    least: Count = 8
    most: Count = 1024
    lag: PositiveDuration = timedelta(milliseconds=20)
    overshoot: PositiveDuration = timedelta(milliseconds=10)
    backoff: FullShare = 0.9
    calm: Duration = _seconds(2)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.least <= self.start <= self.most:
            raise Unfit("should be in order: least, start, most")
        return self


class DrainSettings(Section):
    """The end: how long the gateway still takes opens after it said that it is not ready, and waits for answers."""

    delay: Duration = _seconds(5)
    grace: Duration = _seconds(3)
