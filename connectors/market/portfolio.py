"""How the viewer's holdings have done since the close before, derived from quotes that are already in.

Holdings are the viewer's own and exist in this step only: they are in no key and in no message.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal as Number
from decimal import localcontext
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field
from pydantic.config import JsonDict

from connectors import Currency, Decimal, Part, Signal, derived
from connectors.market.sessions import SESSIONS
from connectors.market.signal import Market, MarketState, Symbol, figure, percent

_VIEWER: Final[JsonDict] = {"x-privacy": "viewer"}
_VIEWER_PERCENT: Final[JsonDict] = {**_VIEWER, "x-unit": "%"}
_CURRENCY: Final = "USD"
_FLAT_BELOW = Number("0.005")
_JUST_NOW = timedelta(minutes=20)
_FINEST, _CENT = Number(1).scaleb(-12), Number("0.01")
_MOST_UNITS = 10**18 - 1
# Enough for a hundred products of the longest figures, and to tell a quotient of two such sums from the nearest tie
# between two roundings: whatever is computed with so many is exact, or rounded once.
_DIGITS = 200

Direction = Literal["up", "down", "flat", "unknown"]
Basis = Literal["today", "last_close", "unknown"]
State = Literal[MarketState, "mixed"]


class Holding(Part):
    """So many units of one symbol, a negative number for a short position; a float would not be exact."""

    symbol: Symbol = Field(json_schema_extra=_VIEWER)
    quantity: Annotated[int, Field(strict=True, ge=-_MOST_UNITS, le=_MOST_UNITS)] | Decimal = Field(
        json_schema_extra=_VIEWER
    )


class Portfolio(Signal):
    """What all holdings are worth together, and the change since the regular close before.

    `direction` is that of the change: flat where it rounds to less than 0.005 %. `change_pct` has the sign of `change`
    also where the holdings are worth less than nothing, and is null where they were worth nothing. `basis` tells
    whether the change is of the viewer's today, or of the `trading_date`; `as_of` is the oldest quote's.
    """

    as_of: AwareDatetime | None = Field(default=None, json_schema_extra=_VIEWER)
    base_currency: Currency | None = Field(default=None, json_schema_extra=_VIEWER)
    value: Decimal | None = Field(default=None, json_schema_extra=_VIEWER)
    previous_value: Decimal | None = Field(default=None, json_schema_extra=_VIEWER)
    change: Decimal | None = Field(default=None, json_schema_extra=_VIEWER)
    change_pct: Decimal | None = Field(default=None, json_schema_extra=_VIEWER_PERCENT)
    direction: Direction = Field(default="unknown", json_schema_extra=_VIEWER)
    basis: Basis = Field(default="unknown", json_schema_extra=_VIEWER)
    market_state: State = Field(default="unknown", json_schema_extra=_VIEWER)
    trading_date: date | None = Field(default=None, json_schema_extra=_VIEWER)


UNKNOWN_PORTFOLIO: Final = Portfolio()
"""The default: no figure, no direction."""


@dataclass(frozen=True, slots=True)
class _Position:
    """One holding and its quote, priced."""

    quantity: Number
    last: Number
    previous: Number
    quote: Market


@derived(default=UNKNOWN_PORTFOLIO)
def portfolio(
    holdings: Annotated[tuple[Holding, ...], Field(max_length=100)],
    quotes: Mapping[str, Market],
    now: AwareDatetime,
    zone: Annotated[str, Field(max_length=64)],
) -> Portfolio:
    """Value all holdings, or none: half a portfolio would state a false fact.

    Raises:
        ValueError: nothing is held, a quote is missing, incomplete or in a foreign currency, or the zone is unknown.
    """
    positions = [_position(holding, quotes.get(holding.symbol)) for holding in holdings]
    if not positions:
        raise ValueError("nothing is held")
    held = [position.quote for position in positions]
    trading_date = _trading_date(held)
    as_of = _oldest(held)
    with localcontext(prec=_DIGITS):
        value = sum((one.quantity * one.last for one in positions), Number(0))
        previous = sum((one.quantity * _reference(one, trading_date) for one in positions), Number(0))
        change = value - previous
        change_pct = percent(change, abs(previous)) if previous else None
        return Portfolio(
            as_of=as_of,
            base_currency=_CURRENCY,
            value=_amount(value),
            previous_value=_amount(previous),
            change=_amount(change),
            change_pct=None if change_pct is None else figure(change_pct),
            direction=_direction(change_pct),
            basis=_basis(held, trading_date, as_of, now, _zone(zone)),
            market_state=_common_state(held, now),
            trading_date=trading_date,
        )


def _position(holding: Holding, quote: Market | None) -> _Position:
    if quote is None or quote.last is None or quote.previous_close is None:
        raise ValueError("a holding has no price, or none to compare it with")
    if quote.currency != _CURRENCY:
        raise ValueError(f"a quote is not in {_CURRENCY}")
    return _Position(Number(holding.quantity), Number(quote.last), Number(quote.previous_close), quote)


def _reference(position: _Position, trading_date: date | None) -> Number:
    """What a position's price is compared with: its close before the session that the portfolio is told of.

    One that was not traded in that session, as happens on a single venue, has its last price as that close; its own
    change is of an earlier day, and adding it would mix two days.
    """
    own = position.quote.trading_date
    is_older = own is not None and trading_date is not None and own < trading_date
    return position.last if is_older else position.previous


def _trading_date(held: Sequence[Market]) -> date | None:
    """The newest session that a price is of; None where some quote does not say."""
    dates = [quote.trading_date for quote in held]
    known = [day for day in dates if day is not None]
    return max(known) if len(known) == len(dates) else None


def _oldest(held: Sequence[Market]) -> datetime | None:
    times = [quote.as_of for quote in held]
    known = [time for time in times if time is not None]
    return min(known) if len(known) == len(times) else None


def _direction(change_pct: Number | None) -> Direction:
    if change_pct is None:
        return "unknown"
    if abs(change_pct) < _FLAT_BELOW:
        return "flat"
    return "up" if change_pct > 0 else "down"


def _common_state(held: Sequence[Market], now: datetime) -> State:
    states = {_state(quote, now) for quote in held}
    return states.pop() if len(states) == 1 else "mixed"


def _state(quote: Market, now: datetime) -> MarketState:
    """The state of a quote's market now, not when the quote was fetched; a halt is known from the quote alone."""
    if quote.timezone != SESSIONS.zone_name:
        return "unknown"
    state = SESSIONS.state(now)
    return "halted" if state == "regular" and quote.market_state == "halted" else state


def _basis(
    held: Sequence[Market], trading_date: date | None, as_of: datetime | None, now: datetime, zone: ZoneInfo
) -> Basis:
    """Whether "today" is true for the exchange and the viewer both; without a calendar only a fresh quote tells."""
    today = now.astimezone(zone).date()
    if any(_state(quote, now) == "unknown" for quote in held):
        is_fresh = as_of is not None and now - as_of < _JUST_NOW and as_of.astimezone(zone).date() == today
        return "today" if is_fresh else "unknown"
    if trading_date is None:
        return "unknown"
    return "today" if trading_date == today == SESSIONS.local(now).date() else "last_close"


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise ValueError("the viewer's time zone is unknown") from None


def _amount(number: Number) -> str:
    """An amount with its own decimals, at least two and at most the twelve that a decimal text may have."""
    rounded = number.quantize(_FINEST).normalize()
    return figure(rounded if _decimals(rounded) > 2 else rounded.quantize(_CENT))


def _decimals(number: Number) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0
