"""The parts of a signal: exact numbers as text, frozen, no infinity, unknown keys ignored."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal as Exact

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from connectors import Currency, Decimal, Money, Part, Signal

DECIMAL = TypeAdapter(Decimal)


class Inner(Part):
    number: float = 0.0


class Outer(Signal):
    inner: Inner | None = None
    many: tuple[Inner, ...] = ()


@pytest.mark.parametrize("text", ["0", "19.90", "-4", "123456789012345678.123456789012", "-0.0"])
def test_a_decimal_keeps_its_digits(text: str) -> None:
    """An exact number is the text as it came."""
    assert DECIMAL.validate_python(text) == text


@pytest.mark.parametrize(
    "wrong",
    ["", "1e3", "1.", ".5", "+1", "1,5", "NaN", "Infinity", " 1", "1\n", "٣", "1" * 19, "1." + "1" * 13, 1, 1.5],
)
def test_what_is_no_plain_decimal_is_refused(wrong: object) -> None:
    """No float, exponent, sign of plenty or digit of another script passes for an exact number."""
    with pytest.raises(ValidationError):
        DECIMAL.validate_python(wrong)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**15), max_value=10**15))
def test_every_amount_of_four_places_fits(number: Exact) -> None:
    """Any amount a shop could ask for is representable, and comes back equal."""
    assert Exact(DECIMAL.validate_python(f"{number:f}")) == number


@pytest.mark.parametrize("code", ["eur", "EURO", "E1R", "", "€UR", "EUR\n"])
def test_a_currency_is_three_capital_letters(code: str) -> None:
    """A symbol, a name or a lower-case code is no ISO 4217 code."""
    assert TypeAdapter(Currency).validate_python("EUR") == "EUR"
    with pytest.raises(ValidationError):
        Money(amount="1", currency=code)


def test_a_signal_ignores_what_it_does_not_know_and_cannot_be_changed() -> None:
    """Vendors add fields; a reading is shared by many opens, so nobody changes it."""
    made = Outer.model_validate({"inner": {"number": 1, "colour": "red"}, "extra": 1})

    assert made == Outer(inner=Inner(number=1))
    with pytest.raises(ValidationError, match="frozen"):
        made.inner = None


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_no_number_is_infinite(number: float) -> None:
    """Neither NaN nor an infinity gets into a reading."""
    with pytest.raises(ValidationError):
        Inner(number=number)


def test_a_time_of_observation_has_an_offset() -> None:
    """A time without an offset is an error, not a guess; another offset is the same instant."""
    paris = timezone(timedelta(hours=1))

    assert Signal(as_of=datetime(2026, 3, 2, 10, tzinfo=paris)).as_of == datetime(2026, 3, 2, 9, tzinfo=UTC)
    with pytest.raises(ValidationError):
        Signal(as_of=datetime(2026, 3, 2, 9))  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize("inner", [Inner.model_construct(number="many"), Inner().model_copy(update={"number": None})])
def test_a_part_made_past_validation_is_found_where_it_is_taken_in(inner: Inner) -> None:
    """What model_construct and model_copy let through is refused by the signal that takes the part in."""
    with pytest.raises(ValidationError):
        Outer(inner=inner)
    with pytest.raises(ValidationError):
        Outer(many=(Inner(), inner))
