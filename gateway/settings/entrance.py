"""The sections of `gateway.yaml` that set who comes in, how often, and how much is done for an open under load."""

import ipaddress
from datetime import timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StrictBool, model_validator

from gateway.settings.addresses import Network
from gateway.settings.guards import Count, FullShare, Share
from gateway.settings.quantities import Duration, PositiveDuration, at_most
from gateway.settings.unfit import Unfit
from gateway.settings.validation import Section

OfLimit = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Tick = Annotated[PositiveDuration, AfterValidator(at_most(timedelta(milliseconds=20)))]

_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


class ConnectionSettings(Section):
    """The most connections in all, and of each address; an IPv6 address counts with its /64.

    The `trusted` count in all alone: name the balancers there that players come through, and this computer's own
    addresses again if they are still to be trusted.
    """

    most: Count = 10_000
    each_address: Count = 64
    trusted: tuple[Network, ...] = _LOOPBACK


class PatienceSettings(Section):
    """How long a player is waited for: its first head, a body, and its next request on the same connection.

    `idle` must be longer than that of a balancer in front, or it meets closed connections.
    """

    head: PositiveDuration = timedelta(seconds=5)
    body: PositiveDuration = timedelta(seconds=2)
    idle: PositiveDuration = timedelta(seconds=75)


class PaceSettings(Section):
    """How often one viewer, known by a good ticket, may open: `burst` at once, then `rate` a second.

    Of at most `viewers` it is remembered.
    """

    enabled: StrictBool = False
    rate: Rate = 5.0
    burst: Count = 10
    viewers: Count = 100_000


class ShareSettings(Section):
    """The opens in flight from which on each level holds, as a share of the limit."""

    thrifty: OfLimit = 0.8
    essential: OfLimit = 1.0
    cached: OfLimit = 1.5
    closed: OfLimit = 3.0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.thrifty <= self.essential <= self.cached <= self.closed:
            raise Unfit("should be in order: thrifty, essential, cached, closed")
        return self

    def in_order(self) -> tuple[float, float, float, float]:
        """All four, from the first level on."""
        return (self.thrifty, self.essential, self.cached, self.closed)


class LagSettings(Section):
    """The lag of the loop from which on each level holds, however few opens there are; null for none."""

    thrifty: PositiveDuration | None = timedelta(milliseconds=15)
    essential: PositiveDuration | None = None
    cached: PositiveDuration | None = timedelta(milliseconds=50)
    closed: PositiveDuration | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        stated = [lag for lag in self._all() if lag is not None]
        if stated != sorted(stated):
            raise Unfit("should be in order: thrifty, essential, cached, closed")
        return self

    def in_order(self) -> tuple[float | None, float | None, float | None, float | None]:
        """All four in seconds, from the first level on."""
        thrifty, essential, cached, closed = (None if lag is None else lag.total_seconds() for lag in self._all())
        return (thrifty, essential, cached, closed)

    def _all(self) -> tuple[timedelta | None, ...]:
        return (self.thrifty, self.essential, self.cached, self.closed)


class AdmissionSettings(Section):
    """How many opens at once are well served, and what is left off beyond: see `admission.py`.

    The lag of the loop is taken each `ticker`, which the watchdog of the loop lives on too, the limit adjusted each
    `tick`.
    """

    enabled: StrictBool = True
    start: Count = 64
    least: Count = 8
    most: Count = 1024
    tick: PositiveDuration = timedelta(milliseconds=100)
    ticker: Tick = timedelta(milliseconds=10)
    lag: PositiveDuration = timedelta(milliseconds=20)
    overshoot: PositiveDuration = timedelta(milliseconds=10)
    overshoot_share: Share = 0.01
    backoff: FullShare = 0.9
    shares: ShareSettings = ShareSettings()
    lags: LagSettings = LagSettings()
    calm: Duration = timedelta(seconds=2)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.least <= self.start <= self.most:
            raise Unfit("should be in order: least, start, most")
        if self.ticker > self.tick:
            raise Unfit("should be in order: ticker, tick")
        return self
