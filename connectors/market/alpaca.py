"""Quotes of stocks traded in the United States, from Alpaca's market data (API v2), a whole portfolio in one call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal as Number
from typing import Any, Final, Literal

from pydantic import Field, SecretStr

from connectors import (
    Absent,
    BadReply,
    Call,
    Connector,
    Fault,
    From,
    Policy,
    Query,
    Quota,
    Scope,
    Settings,
    Talk,
    minutes,
    ms,
    seconds,
)
from connectors.market.sessions import SESSIONS, State
from connectors.market.signal import UNKNOWN, Extended, Market, figure, percent

_CHEAPEST, _DEAREST = Number("0.0001"), Number(10_000_000)
_MOST_CHANGE = Number("0.5")
_CLOCKS_DIFFER = timedelta(minutes=1)
_DELAYS_S: Final[Mapping[str, int]] = {"iex": 0, "sip": 0, "delayed_sip": 900}
# Conditions of a trade (CTA and UTP plans) that make it the close itself, though it is printed a moment later.
_CLOSING = frozenset({"6", "9", "M"})

_Row = Mapping[str, Any]


class AlpacaSettings(Settings):
    """The account's keys, and the feed that it may read."""

    base_url: str = Field(default="https://data.alpaca.markets", description="Address of the market data API")
    key_id: SecretStr = Field(description="API key ID of the account")
    secret_key: SecretStr = Field(description="Secret key that belongs to the key ID")
    feed: Literal["iex", "sip", "delayed_sip"] = Field(
        default="iex", description="iex is one venue, free of charge; sip is all of them, delayed_sip 15 minutes later"
    )


class Ticker(Query):
    """One symbol; a template says where it comes from, most often `each` of the holdings in a ticket."""

    symbol: str = From(pattern=r"^[A-Z][A-Z0-9.]{0,9}$", max_length=10)


class Alpaca(Connector[AlpacaSettings, Ticker, Market]):
    """Quotes of stocks traded in the United States, from Alpaca's market data (API v2)."""

    name = "alpaca"
    default = UNKNOWN
    good_until = SESSIONS.ends
    policy = Policy(
        scope=Scope.SHARED,
        timeout=ms(300),
        ttl=seconds(15),
        stale=minutes(5),
        batch=100,
        idempotent=True,
        hosts=("data.alpaca.markets",),
        quota=Quota(rate=3, burst=20),  # free of charge: 200 calls a minute, and in no minute is it more
    )

    def read_many(self, queries: Sequence[Ticker]) -> Talk[Mapping[Ticker, Market | Fault]]:
        """Read the snapshots of all symbols in one call; a symbol that Alpaca does not know is left out by it."""
        reply = yield Call(
            "GET",
            "/v2/stocks/snapshots",
            params={"symbols": ",".join(query.symbol for query in queries), "feed": self.settings.feed},
            headers={"APCA-API-KEY-ID": self.settings.key_id, "APCA-API-SECRET-KEY": self.settings.secret_key},
        )
        rows = reply.json
        if not isinstance(rows, dict) or (rows and not any(query.symbol in rows for query in queries)):
            raise BadReply("the reply is no mapping by the symbols that were asked for")
        arrival = _arrival(reply.at)
        feed = self.settings.feed
        known = [query for query in queries if rows.get(query.symbol)]
        return {query: self.alone(_quote, query.symbol, rows[query.symbol], arrival, feed) for query in known}


@dataclass(frozen=True, slots=True)
class _Arrival:
    """The instant of the reply, and what it is to the exchange; `latest` is the last session that had opened."""

    at: datetime
    state: State
    today: date
    latest: date


def _arrival(at: datetime) -> _Arrival:
    today = SESSIONS.local(at).date()
    return _Arrival(at, SESSIONS.state(at), today, SESSIONS.trading_date(at) or today)


@dataclass(frozen=True, slots=True)
class _Bar:
    """The regular trading of one day: its date at the exchange, its last price, and the row with the rest."""

    day: date
    price: Number
    row: _Row


@dataclass(frozen=True, slots=True)
class _Trade:
    """The latest trade, of whichever hours; `state` is that of the market when it was made."""

    at: datetime
    day: date
    state: State
    price: Number
    is_the_close: bool


def _quote(symbol: str, row: _Row, arrival: _Arrival, feed: str) -> Market:
    """The reading of one snapshot.

    Raises:
        Absent: it holds no price at all.
        BadReply: its price cannot be true.
    """
    bars, trade = _bars(row, arrival), _trade(row.get("latestTrade"), arrival)
    live = trade if trade and _is_live(trade, arrival) else None
    newest = live or next(iter(bars), None)
    if newest is None:
        raise Absent("no price")
    last = newest.price
    previous = next((bar.price for bar in bars if bar.day < newest.day), None)
    if previous is not None and _is_far(last, previous):
        raise BadReply("the price is half as much away from the close before: a split, or a mistake")
    return Market(
        symbol=symbol,
        currency="USD",
        last=figure(last),
        previous_close=None if previous is None else figure(previous),
        **({} if previous is None else _change(last, previous)),
        **_day_figures(next((bar.row for bar in bars if bar.day == newest.day), {}), last),
        extended=_extended(trade, last, newest.day) if trade and not live else None,
        market_state=arrival.state,
        trading_date=newest.day,
        timezone=SESSIONS.zone_name,
        delay_s=_DELAYS_S[feed],
        feed=feed,
        as_of=trade.at if trade else None,
    )


def _bars(row: _Row, arrival: _Arrival) -> list[_Bar]:
    """The bars of regular sessions, newest first; what is dated after the last session that had opened is none."""
    found = (_bar(row.get(name)) for name in ("dailyBar", "prevDailyBar"))
    return sorted((bar for bar in found if bar and bar.day <= arrival.latest), key=lambda bar: bar.day, reverse=True)


def _bar(row: _Row | None) -> _Bar | None:
    """One day's bar: its time is midnight at the exchange, so 04:00Z in summer and 05:00Z in winter."""
    if not row:
        return None
    midnight = datetime.fromisoformat(row["t"])
    return _Bar(SESSIONS.local(midnight).date(), _price(row["c"]), row)


def _trade(row: _Row | None, arrival: _Arrival) -> _Trade | None:
    """The latest trade; one without a readable time, or of the future, cannot be placed and is none."""
    if not row:
        return None
    try:
        when = datetime.fromisoformat(row["t"])
    except (LookupError, TypeError, ValueError):
        return None
    if when.tzinfo is None or when > arrival.at + _CLOCKS_DIFFER:
        return None
    price, is_the_close = _price(row["p"]), not _CLOSING.isdisjoint(row.get("c") or ())
    return _Trade(when, SESSIONS.local(when).date(), SESSIONS.state(when), price, is_the_close)


def _is_live(trade: _Trade, arrival: _Arrival) -> bool:
    """Whether the trade is the regular price of now; where no calendar tells the hours, as the vendor gives it."""
    if arrival.state == "unknown":
        return True
    return arrival.state == trade.state == "regular" and trade.day == arrival.today


def _extended(trade: _Trade, last: Number, day: date) -> Extended | None:
    """The latest trade, if it was made outside regular hours and after the session that `last` belongs to."""
    kind = trade.state
    if trade.is_the_close or (kind != "pre" and kind != "post"):
        return None
    if trade.day < day or (kind == "pre" and trade.day == day) or _is_far(trade.price, last):
        return None
    return Extended(kind=kind, price=figure(trade.price), **_change(trade.price, last), at=trade.at)


def _change(price: Number, base: Number) -> dict[str, str]:
    change = price - base
    return {"change": figure(change), "change_pct": figure(percent(change, base))}


def _is_far(price: Number, base: Number) -> bool:
    return abs(price - base) >= _MOST_CHANGE * base


def _day_figures(row: _Row, last: Number) -> dict[str, Any]:
    """Open, high, low and volume of the day of `last`; each is null where it cannot be true."""
    opened, high, low = (_price_or_none(row.get(name)) for name in ("o", "h", "l"))
    if opened is not None and _is_far(last, opened):
        opened = None
    if high is None or low is None or not low <= last <= high:
        high = low = None
    volume = _number_or_none(row.get("v"))
    return {
        "open": None if opened is None else figure(opened),
        "high": None if high is None else figure(high),
        "low": None if low is None else figure(low),
        "volume": None if volume is None or volume < 0 else figure(volume),
        "change_since_open_pct": None if opened is None else figure(percent(last - opened, opened)),
    }


def _price(value: Any) -> Number:
    price = _price_or_none(value)
    if price is None:
        raise BadReply("a price is no number, or out of bounds")
    return price


def _price_or_none(value: Any) -> Number | None:
    number = _number_or_none(value)
    return number if number is not None and _CHEAPEST <= number <= _DEAREST else None


def _number_or_none(value: Any) -> Number | None:
    """A number, exact as it was written: by way of its shortest text, never of its binary digits."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Number(str(value))
