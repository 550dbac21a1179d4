"""The lab's market: New York's hours on every weekday, and for any symbol a price that walks by the minute.

The daily bar opens at 09:30 and stands from 16:00 on, over the night and the weekend; trades outside those hours
never stop, so that a body asked for later is another one at any hour of the week. There are no holidays.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from math import exp, pow
from zoneinfo import ZoneInfo

from gateway.lab.seeded import Seeded

MINUTE_S = 60
_NEW_YORK = ZoneInfo("America/New_York")
_OPENS, _CLOSES = time(9, 30), time(16, 0)
_SATURDAY = 5
_DAYS_BACK = {0: 3, 6: 2}  # from a Monday, from a Sunday; from any other day it is one
_SAMPLES_APART = 30  # minutes between the prices that a daily bar's high and low are taken from


@dataclass(frozen=True, slots=True)
class Bar:
    """The prices and the volume of one stretch of time that began at `began`."""

    began: int
    opened: float
    high: float
    low: float
    closed: float
    volume: int
    trades: int


@lru_cache(maxsize=65_536)
def price(symbol: Seeded, minute: int) -> float:
    """The price of a symbol in one minute, counted from 1970; a few percent a day around its own level."""
    level = 8 * pow(50.0, symbol.fraction("level"))
    sway = (
        0.07 * (symbol.drift(minute / 1440, "day") - 0.5)
        + 0.02 * (symbol.drift(minute / 60, "hour") - 0.5)
        + 0.004 * (symbol.fraction("minute", minute) - 0.5)
    )
    return round(level * exp(sway), 2)


def minute_bar(symbol: Seeded, minute: int) -> Bar:
    """The bar of one whole minute, ending where the next begins."""
    ends = price(symbol, minute), price(symbol, minute + 1)
    trades = symbol.whole(5, 2000, "trades", minute)
    return Bar(minute * MINUTE_S, ends[0], max(ends), min(ends), ends[1], trades * 104, trades)


@lru_cache(maxsize=4096)
def daily_bar(symbol: Seeded, day: date, minute: int) -> Bar:
    """The bar of one trading day as it stands in a minute of it, or, from the close on, for good."""
    began = _minute(day, _OPENS)
    last = max(began, min(minute, _minute(day, _CLOSES)))
    seen = [price(symbol, at) for at in (*range(began, last, _SAMPLES_APART), last)]
    trades = symbol.whole(200, 900, "pace", day.toordinal()) * (last - began + 1)
    return Bar(_midnight(day), seen[0], max(seen), min(seen), seen[-1], trades * 170, trades)


def trading_day(minute: int) -> date:
    """The latest weekday whose opening bell has rung."""
    here = datetime.fromtimestamp(minute * MINUTE_S, _NEW_YORK)
    day = here.date()
    return day if here.time() >= _OPENS and day.weekday() < _SATURDAY else weekday_before(day)


def weekday_before(day: date) -> date:
    """The last weekday before a day."""
    return day - timedelta(days=_DAYS_BACK.get(day.weekday(), 1))


def instant(at: int) -> str:
    """A whole second as RFC 3339."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant_ns(at: int, nanoseconds: int) -> str:
    """A second and its fraction, to nine digits, as RFC 3339."""
    return f"{instant(at)[:-1]}.{nanoseconds:09d}Z"


def _minute(day: date, clock: time) -> int:
    """The minute, counted from 1970, at which New York's clocks show a time of a day."""
    return int(datetime.combine(day, clock, _NEW_YORK).timestamp()) // MINUTE_S


def _midnight(day: date) -> int:
    """The Unix time at which a day begins in New York."""
    return _minute(day, time(0)) * MINUTE_S
