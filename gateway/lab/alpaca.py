"""Alpaca's market data v2, one call: snapshots of many symbols in a body keyed by symbol, unknown ones left out."""

import re
from http import HTTPStatus
from typing import Any

from gateway.lab.seeded import Seeded
from gateway.lab.tape import MINUTE_S, Bar, daily_bar, instant, instant_ns, minute_bar, price, trading_day
from gateway.lab.tape import weekday_before as _before
from gateway.lab.vendor import Asked, Source, Told, Vendor

_SYMBOL = re.compile(r"[A-Z][A-Z0-9.]{0,9}")
_UNLISTED = "ZZ"
_FEEDS = frozenset({"iex", "sip", "delayed_sip", "otc"})
_CREDENTIALS = ("APCA-API-KEY-ID", "APCA-API-SECRET-KEY")
_SECOND_NS = 1_000_000_000


def tell(asked: Asked) -> Told:
    """Answer `GET /v2/stocks/snapshots`."""
    if not all(asked.headers.get(name, "").strip() for name in _CREDENTIALS):
        return Told(HTTPStatus.UNAUTHORIZED, {"message": "forbidden."}, 0)
    symbols = list(dict.fromkeys(name for name in asked.query.get("symbols", "").split(",") if name))
    if not symbols:
        return Told(HTTPStatus.BAD_REQUEST, {"message": "symbols is required"}, 0)
    if asked.query.get("feed", "iex") not in _FEEDS:
        return Told(HTTPStatus.BAD_REQUEST, {"message": "invalid feed"}, len(symbols))
    listed = (name for name in symbols if _SYMBOL.fullmatch(name) and not name.startswith(_UNLISTED))
    body = {name: _snapshot(asked.values.of(Source.MARKET, name), asked.wall) for name in listed}
    return Told(HTTPStatus.OK, body, len(symbols))


def _snapshot(symbol: Seeded, wall: float) -> dict[str, Any]:
    """What is known of one symbol at an instant."""
    minute = int(wall) // MINUTE_S
    last = price(symbol, minute)
    day = trading_day(minute)
    return {
        "latestTrade": {
            "t": _moments_ago(symbol, wall, "trade"),
            "x": "V",
            "p": last,
            "s": 100 * symbol.whole(1, 9, "size", minute),
            "c": ["@"],
            "i": symbol.whole(1_000, 900_000, "trade id", minute),
            "z": "C",
        },
        "latestQuote": {
            "t": _moments_ago(symbol, wall, "quote"),
            "ax": "V",
            "ap": round(last + 0.01, 2),
            "as": symbol.whole(1, 9, "asked", minute),
            "bx": "V",
            "bp": round(last - 0.01, 2),
            "bs": symbol.whole(1, 9, "bid", minute),
            "c": ["R"],
            "z": "C",
        },
        "minuteBar": _bar(minute_bar(symbol, minute - 1)),
        "dailyBar": _bar(daily_bar(symbol, day, minute)),
        "prevDailyBar": _bar(daily_bar(symbol, _before(day), minute)),
    }


def _moments_ago(symbol: Seeded, wall: float, what: str) -> str:
    """An instant in the running minute and at most two seconds back, to the nanosecond."""
    now = int(wall * 1000) * 1_000_000
    minute = int(wall) // MINUTE_S * MINUTE_S
    back = symbol.whole(1, 2 * _SECOND_NS, what, int(wall))
    return instant_ns(*divmod(max(minute * _SECOND_NS, now - back), _SECOND_NS))


def _bar(bar: Bar) -> dict[str, Any]:
    """A bar as the vendor writes it; the average price is the middle of its four prices."""
    average = (bar.opened + bar.high + bar.low + bar.closed) / 4
    return {
        "t": instant(bar.began),
        "o": bar.opened,
        "h": bar.high,
        "l": bar.low,
        "c": bar.closed,
        "v": bar.volume,
        "n": bar.trades,
        "vw": round(average, 6),
    }


def _misshaped(body: Any) -> Any:
    """The same symbols, each with a trade in words and bars that are lists."""
    return {symbol: {"latestTrade": "161.1998", "dailyBar": [1], "prevDailyBar": None} for symbol in body}


VENDOR = Vendor(
    source=Source.MARKET,
    method="GET",
    path="/alpaca/v2/stocks/snapshots",
    tell=tell,
    misshape=_misshaped,
    failed={"message": "internal server error"},
    throttled={"message": "too many requests."},
)
