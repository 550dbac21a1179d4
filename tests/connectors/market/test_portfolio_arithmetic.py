"""The arithmetic of the portfolio: exact, the same in any order, all of it or nothing, and private."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.market.portfolio import Holding, Portfolio, portfolio
from connectors.market.signal import Market

NOW = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)


def priced(last: str | None, previous_close: str | None, **fields: Any) -> Market:
    """A quote of today."""
    told = {"currency": "USD", "timezone": "America/New_York", "trading_date": "2026-03-03"}
    return Market.model_validate(told | {"last": last, "previous_close": previous_close} | fields)


def derive(*positions: tuple[Any, Market | None], zone: str = "UTC") -> Any:
    """The portfolio of quantities, each with its quote; None is a quote that is missing."""
    holdings = [{"symbol": f"S{index}", "quantity": quantity} for index, (quantity, _) in enumerate(positions)]
    quotes = {f"S{index}": quote for index, (_, quote) in enumerate(positions) if quote is not None}
    return portfolio({"holdings": holdings, "quotes": quotes, "now": NOW, "zone": zone})


prices = st.decimals("0.0001", 10_000_000, allow_nan=False, places=4).map("{:f}".format)
quantities = st.integers(-(10**6), 10**6) | st.decimals(-(10**6), 10**6, allow_nan=False, places=9).map("{:f}".format)
positions = st.lists(st.tuples(quantities, st.builds(priced, prices, prices)), min_size=1, max_size=12)


@given(positions)
def test_every_figure_is_exact(held: list[tuple[Any, Market]]) -> None:
    """Value, reference and change equal those of fractions, rounded once to twelve decimals; percent to four."""
    made = derive(*held)
    value = sum(Fraction(str(quantity)) * Fraction(quote.last) for quantity, quote in held)
    previous = sum(Fraction(str(quantity)) * Fraction(quote.previous_close) for quantity, quote in held)
    expected_pct = round(100 * (value - previous) / abs(previous), 4) if previous else None

    assert Fraction(made.value) == round(value, 12)
    assert Fraction(made.previous_value) == round(previous, 12)
    assert Fraction(made.change) == round(value - previous, 12)
    assert (None if made.change_pct is None else Fraction(made.change_pct)) == expected_pct


@given(positions, st.randoms(use_true_random=False))
def test_the_order_of_holdings_does_not_matter(held: list[tuple[Any, Market]], chance: Any) -> None:
    """Any permutation of the same holdings gives the same signal, text for text."""
    holdings = [{"symbol": f"S{index}", "quantity": quantity} for index, (quantity, _) in enumerate(held)]
    quotes = {f"S{index}": quote for index, (_, quote) in enumerate(held)}
    shuffled = chance.sample(holdings, len(holdings))
    one, other = (
        portfolio({"holdings": order, "quotes": quotes, "now": NOW, "zone": "UTC"}) for order in (holdings, shuffled)
    )

    assert one == other


@given(positions)
def test_a_signal_agrees_with_itself(held: list[tuple[Any, Market]]) -> None:
    """The direction is that of the change and of the percentage, and what is made is a valid signal of its kind."""
    made = derive(*held)
    change, pct = Decimal(made.change), None if made.change_pct is None else Decimal(made.change_pct)
    expected = "unknown" if pct is None else "flat" if abs(pct) < Decimal("0.005") else "up" if change > 0 else "down"

    assert made.direction == expected
    assert Portfolio.model_validate(made.model_dump()) == made
    assert pct is None or pct * change >= 0


@given(positions, st.data())
def test_two_lots_of_one_symbol_are_one_holding(held: list[tuple[Any, Market]], data: st.DataObject) -> None:
    """A holding split into two of the same symbol changes nothing."""
    index = data.draw(st.integers(0, len(held) - 1))
    quantity, quote = held[index]
    part = data.draw(st.integers(-1000, 1000))
    split = [*held[:index], (f"{Decimal(quantity) - part:f}", quote), *held[index + 1 :], (part, quote)]

    assert derive(*split) == derive(*held)


@pytest.mark.parametrize(
    ("last", "change_pct", "direction"),
    [
        ("100", "0.0000", "flat"),
        ("100.0049", "0.0049", "flat"),
        ("99.9951", "-0.0049", "flat"),
        ("100.005", "0.0050", "up"),
        ("99.995", "-0.0050", "down"),
        ("100.00004", "0.0000", "flat"),
        ("99.99996", "0.0000", "flat"),
        ("50", "-50.0000", "down"),
    ],
)
def test_less_than_half_a_hundredth_of_a_percent_is_flat(last: str, change_pct: str, direction: str) -> None:
    """The direction is flat below 0.005 %, up or down from it on, and a zero has no minus."""
    made = derive((3, priced(last, "100")))

    assert (made.change_pct, made.direction) == (change_pct, direction)


def test_a_short_position_gains_when_its_price_falls() -> None:
    """Selling short 10 at 100 that stand at 90 has made 100, up 10 % of what the position is worth."""
    made = derive((-10, priced("90", "100")))

    assert (made.value, made.previous_value, made.change) == ("-900.00", "-1000.00", "100.00")
    assert (made.change_pct, made.direction) == ("10.0000", "up")


def test_holdings_that_were_worth_nothing_have_no_percentage() -> None:
    """Long and short of one value: the change is a fact, a share of nothing is not."""
    made = derive((1, priced("110", "100")), (-1, priced("100", "100")))

    assert (made.previous_value, made.change, made.change_pct, made.direction) == ("0.00", "10.00", None, "unknown")


def test_amounts_keep_their_decimals_and_at_least_two() -> None:
    """Money reads as money: 1259.10 and not 1259.1, and no digit that counts is lost."""
    made = derive(("10.000000000", priced("125.91", "126.8512345")))

    assert (made.value, made.previous_value) == ("1259.10", "1268.512345")


@pytest.mark.parametrize(
    "missing",
    [
        None,
        priced(None, "100"),
        priced("100", None),
        priced("100", "100", currency="EUR"),
        priced("100", "100", currency=None),
        Market(),
    ],
)
def test_one_holding_without_a_price_leaves_no_figure_at_all(missing: Market | None) -> None:
    """A quote that is missing, half empty, or not in US dollars: an error that holds no value, never a partial sum."""
    with pytest.raises(ValueError, match=r"holding|quote") as told:
        derive(("77777", priced("123.45", "100")), ("88888", missing))

    assert not any(secret in str(told.value) for secret in ("77777", "88888", "123.45", "S0", "S1"))


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "UTC\0"])
def test_a_zone_that_does_not_exist_is_an_error(zone: str) -> None:
    """Without the viewer's zone nothing can be said of the viewer's today."""
    with pytest.raises(ValueError, match="zone") as told:
        derive((1, priced("100", "100")), zone=zone)

    assert not zone or zone not in str(told.value)


def test_nothing_held_is_no_portfolio() -> None:
    """A viewer without holdings has no performance; 0.00 would be a figure about nothing."""
    with pytest.raises(ValueError, match="nothing is held"):
        derive()


def test_a_value_beyond_what_a_decimal_text_may_hold_is_an_error_without_it() -> None:
    """A sum of more than 18 digits is refused, and the message does not hold it."""
    with pytest.raises(ValueError, match="value") as told:
        derive((10**17, priced("9876543", "9876543")))

    assert "9876543" not in str(told.value)


@pytest.mark.parametrize("quantity", [1.5, True, None, "", "1e3", "NaN", "Infinity", "1,5", "٣", 10**18, "0x10"])
def test_a_quantity_is_an_integer_or_a_decimal_text(quantity: Any) -> None:
    """A float would not be exact, and a boolean or a word is no quantity."""
    with pytest.raises(ValueError, match="quantity"):
        Holding.model_validate({"symbol": "ACME", "quantity": quantity})


def test_more_than_a_hundred_holdings_are_refused() -> None:
    """A ticket may list 100 holdings, and no more."""
    full = [(1, priced("100", "100"))] * 100

    assert derive(*full).value == "10000.00"
    with pytest.raises(ValueError, match="holdings"):
        derive(*full, (1, priced("100", "100")))


def test_quotes_as_json_are_quotes() -> None:
    """The binding hands over plain JSON values as well as signals, and both give the same portfolio."""
    quote = priced("110", "100", as_of=NOW)
    plain, typed = (derive((2, one)) for one in (quote.model_dump(mode="json"), quote))

    assert plain == typed
    assert typed.trading_date == date(2026, 3, 3)


def test_all_of_it_is_the_viewers() -> None:
    """Every field of the portfolio and of a holding is marked as the viewer's own."""
    for kind in (Portfolio, Holding):
        marks = {name: part.get("x-privacy") for name, part in kind.model_json_schema()["properties"].items()}

        assert marks == dict.fromkeys(kind.model_fields, "viewer")
