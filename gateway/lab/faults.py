"""The knobs of the lab: how each source fails and how long it takes, and what it was asked.

The law of this state:
* `Faults` is the only mutable state of the lab; it is changed on the event loop alone, between two awaits.
* A knob changes by `turn` (one source) and `reset` (all of them), whole: what a new setting leaves out is back at its
  start value, so that the same setting always means the same, whatever was set before.
* A count only grows, by `saw`, once a request and before the answer; `forget` alone takes all of them back to 0.
* A request keeps the knob it began with; a later turn never reaches an answer under way.
* No value of a request is ever kept.
"""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.lab.vendor import Source

_Z99 = NormalDist().inv_cdf(0.99)
_MOST_MS = 60_000


class Mode(StrEnum):
    """The ways a source behaves."""

    OK = "ok"
    HANG = "hang"
    TRICKLE = "trickle"
    RESET = "reset"
    ERROR = "error"
    THROTTLE = "throttle"
    GARBAGE = "garbage"
    SHAPE = "shape"
    HUGE = "huge"


class Quantiles(BaseModel):
    """A lognormal latency by two of its quantiles, in milliseconds."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    p50: float = Field(gt=0, le=_MOST_MS, allow_inf_nan=False)
    p99: float = Field(gt=0, le=_MOST_MS, allow_inf_nan=False)

    @model_validator(mode="after")
    def _in_order(self) -> "Quantiles":
        if self.p99 < self.p50:
            raise ValueError("p99 is below p50")
        return self


class Fault(BaseModel):
    """One knob: a mode and a latency, either spread between two quantiles or fixed; None is the source's own."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    mode: Mode = Mode.OK
    latency_ms: Quantiles | float | None = Field(default=None, union_mode="left_to_right")

    @model_validator(mode="after")
    def _fixed_in_bounds(self) -> "Fault":
        if isinstance(self.latency_ms, float) and not 0 <= self.latency_ms <= _MOST_MS:
            raise ValueError("the latency is out of bounds")
        return self


START: Mapping[Source, Fault] = MappingProxyType(
    {
        Source.WEATHER: Fault(latency_ms=Quantiles(p50=40, p99=120)),
        Source.INVENTORY: Fault(latency_ms=Quantiles(p50=60, p99=180)),
        Source.LOYALTY: Fault(latency_ms=Quantiles(p50=80, p99=220)),
        Source.MARKET: Fault(latency_ms=Quantiles(p50=50, p99=150)),
    }
)


@dataclass(slots=True)
class Count:
    """What one source was asked: HTTP calls, and the places, variants, members or symbols in them."""

    calls: int = 0
    items: int = 0


class Faults:
    """The knobs and the counts of all sources; `chance` draws the latencies."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._knobs = dict(START)
        self._counts = {source: Count() for source in Source}

    def turn(self, source: Source, fault: Fault) -> Fault:
        """Set one source's knob and return it as it is now."""
        own = START[source].latency_ms
        self._knobs[source] = fault if fault.latency_ms is not None else fault.model_copy(update={"latency_ms": own})
        return self._knobs[source]

    def reset(self) -> None:
        """Put every knob back to where it stood at the start."""
        self._knobs = dict(START)

    def knob(self, source: Source) -> Fault:
        """The knob of one source as it is now."""
        return self._knobs[source]

    def delay(self, source: Source) -> float:
        """The seconds that the next answer of a source takes to begin."""
        return latency(self._knobs[source].latency_ms or 0.0, self._chance.gauss(0.0, 1.0)) / 1000

    def saw(self, source: Source, items: int) -> None:
        """Count one request."""
        self._counts[source].calls += 1
        self._counts[source].items += items

    def forget(self) -> None:
        """Take all counts back to 0."""
        self._counts = {source: Count() for source in Source}

    def count(self, source: Source) -> Count:
        """What one source was asked so far; a copy."""
        return Count(self._counts[source].calls, self._counts[source].items)


def latency(of: Quantiles | float, deviations: float) -> float:
    """The latency that lies `deviations` standard deviations from the median of the fitted lognormal.

    0 is the median, and `NormalDist().inv_cdf(0.99)` is the 99th percentile, both exactly as set.
    """
    if isinstance(of, float):
        return of
    return of.p50 * math.exp(math.log(of.p99 / of.p50) / _Z99 * deviations)
