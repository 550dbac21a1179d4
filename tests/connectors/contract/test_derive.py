"""A derived signal is a pure function with typed inputs and a default that states no fact."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from connectors import Part, Signal, derived


class Holding(Part):
    symbol: str
    quantity: int


class Portfolio(Signal):
    symbols: tuple[str, ...] = ()
    total: int | None = None


UNKNOWN = Portfolio()


@derived(default=UNKNOWN)
def portfolio(holdings: tuple[Holding, ...], prices: Mapping[str, int]) -> Portfolio:
    """What the holdings are worth."""
    return Portfolio(
        symbols=tuple(one.symbol for one in holdings), total=sum(prices[one.symbol] * one.quantity for one in holdings)
    )


def test_inputs_are_validated_by_their_types() -> None:
    """Plain data from tickets and signals becomes what the function says that it takes."""
    values = {"holdings": [{"symbol": "A", "quantity": "2"}], "prices": {"A": 10}, "ignored": 1}

    assert portfolio(values) == Portfolio(symbols=("A",), total=20)


def test_its_name_default_and_inputs_are_known_without_running_it() -> None:
    """A template is checked against the function before it runs."""
    assert (portfolio.name, portfolio.default, portfolio.signal_type) == ("portfolio", UNKNOWN, Portfolio)
    assert list(portfolio.inputs) == ["holdings", "prices"]


@pytest.mark.parametrize("holdings", [None, "A", [{"symbol": "A"}], [{"symbol": "A", "quantity": 1.5}]])
def test_a_wrong_input_is_an_error_and_not_a_reading(holdings: Any) -> None:
    """The function never sees an input of another type; the error names the input and holds nothing of it."""
    with pytest.raises(ValueError, match="input 'holdings' is not of its type") as raised:
        portfolio({"holdings": holdings, "prices": {}})

    assert isinstance(raised.value, ValidationError) is False
    assert raised.value.__cause__ is None


def no_signal(count: int) -> int:
    """Return no signal."""
    return count


def no_return(count: int):  # type: ignore[no-untyped-def]
    """Say nothing of what it returns."""
    return Portfolio(total=count)


def no_type(count, other: int) -> Portfolio:  # type: ignore[no-untyped-def]
    """Say nothing of what it takes."""
    return Portfolio(total=other)


@pytest.mark.parametrize(
    ("function", "message"),
    [(no_signal, "which signal"), (no_return, "which signal"), (no_type, "'count' has no type")],
)
def test_a_function_that_does_not_say_its_types_is_refused(function: Any, message: str) -> None:
    """Inputs and result are declared, or the function is no derive."""
    with pytest.raises(TypeError, match=message):
        derived(default=UNKNOWN)(function)


def good(count: int) -> Portfolio:
    """Say everything."""
    return Portfolio(total=count)


def test_a_default_is_a_valid_instance_of_the_result() -> None:
    """Another signal is refused, and so is a value made past validation."""
    with pytest.raises(TypeError, match="default is no Portfolio"):
        derived(default=Signal())(good)
    with pytest.raises(ValidationError):
        derived(default=Portfolio.model_construct(total="many"))(good)
