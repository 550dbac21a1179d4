"""The reading of one traded symbol: a quote in exact decimals, the same whichever vendor filled it."""

from datetime import date
from decimal import Decimal as Number
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field
from pydantic.config import JsonDict

from connectors import Currency, Decimal, Part, Signal

MarketState = Literal["pre", "regular", "post", "closed", "holiday", "halted", "unknown"]
Symbol = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9.:-]{0,31}$", max_length=32)]

_PERCENT: Final[JsonDict] = {"x-unit": "%"}
_SECONDS: Final[JsonDict] = {"x-unit": "s"}
_TEN_THOUSANDTH = Number("0.0001")


class Extended(Part):
    """A price outside regular hours; its change counts from the last regular close."""

    kind: Literal["pre", "post"]
    price: Decimal
    change: Decimal | None = None
    change_pct: Decimal | None = Field(default=None, json_schema_extra=_PERCENT)
    at: AwareDatetime | None = None


class Market(Signal):
    """One symbol's quote. A null is what the vendor did not say; it is never 0.

    `last` is the newest regular price, and a price outside regular hours stands in `extended` alone; `trading_date` is
    the exchange's own date of `last`. `change` counts from `previous_close`, the regular close before. `market_state`
    held when the reply arrived.
    """

    symbol: Symbol | None = None
    mic: str | None = Field(default=None, pattern=r"^[A-Z0-9]{4}$", max_length=4, description="ISO 10383")
    instrument_type: str | None = Field(default=None, max_length=32)
    currency: Currency | None = None
    last: Decimal | None = None
    previous_close: Decimal | None = None
    open: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    volume: Decimal | None = None
    change: Decimal | None = None
    change_pct: Decimal | None = Field(default=None, json_schema_extra=_PERCENT)
    change_since_open_pct: Decimal | None = Field(default=None, json_schema_extra=_PERCENT)
    extended: Extended | None = None
    market_state: MarketState = "unknown"
    trading_date: date | None = None
    timezone: str | None = Field(default=None, max_length=64, description="IANA name of the exchange's time zone")
    delay_s: int | None = Field(default=None, ge=0, le=86_400, json_schema_extra=_SECONDS)
    feed: str | None = Field(default=None, max_length=32)


UNKNOWN: Final = Market()
"""The default of the kind: no price, no change, the state of the market unknown."""


def figure(number: Number) -> str:
    """An exact number as text: its own decimals, no exponent, no minus before a zero."""
    return f"{number if number else abs(number):f}"


def percent(part: Number, whole: Number) -> Number:
    """How much of the whole a part is, in percent with four decimals, half to even.

    The decimal context of the caller has to hold the quotient: the usual 28 digits do for two prices.

    Raises:
        ArithmeticError: the whole is zero.
    """
    return (100 * part / whole).quantize(_TEN_THOUSANDTH)
