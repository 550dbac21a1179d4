"""The reading of stock: schema.org's words, null for what is not known, bounds on everything."""

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from connectors.inventory.signal import UNKNOWN, Availability, Stock
from vendor_bodies import body


def test_the_words_are_those_of_schema_org() -> None:
    """Availability is exactly the enumeration ItemAvailability, no member more or less."""
    assert set(get_args(Availability)) == set(body("standards", "schemaorg_ItemAvailability.json"))


def test_the_default_states_no_fact() -> None:
    """The default claims neither that something is in stock nor that nothing is left."""
    assert UNKNOWN.model_dump(exclude_none=True) == {"locations": ()}


def test_a_quantity_may_be_negative() -> None:
    """More may be sold than there is."""
    assert Stock(quantity=-4).quantity == -4


@pytest.mark.parametrize(
    "wrong",
    [
        {"availability": "in stock"},
        {"quantity": 2**53},
        {"quantity": 1.5},
        {"quantity_kind": "roughly"},
        {"sku": ""},
        {"sku": "x" * 256},
        {"gtin": "123"},
        {"gtin": "٤٠٠٦٣٨١٣"},
        {"price": {"amount": 19.9, "currency": "EUR"}},
        {"price": {"amount": "1e3", "currency": "EUR"}},
        {"price": {"amount": "19.90", "currency": "€"}},
        {"low_stock_threshold": -1},
        {"restock_at": "2026-03-02T09:00:00"},
        {"locations": [{"id": str(number)} for number in range(101)]},
    ],
)
def test_a_reading_out_of_bounds_cannot_be_made(wrong: dict[str, Any]) -> None:
    """Other words, half units, floats as money and endless lists are refused by the signal itself."""
    with pytest.raises(ValidationError):
        Stock.model_validate(wrong)
