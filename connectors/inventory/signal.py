"""The reading of one article's stock and price, in schema.org's words, the same whichever vendor filled it."""

from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field

from connectors import Money, Part, Signal

Availability = Literal[
    "BackOrder",
    "Discontinued",
    "InStock",
    "InStoreOnly",
    "LimitedAvailability",
    "MadeToOrder",
    "OnlineOnly",
    "OutOfStock",
    "PreOrder",
    "PreSale",
    "Reserved",
    "SoldOut",
]
"""The members of schema.org's ItemAvailability."""

QuantityKind = Literal["exact", "estimated", "floor", "untracked"]
"""What a quantity is worth: counted, guessed, at least that many, or not counted at all."""

LONGEST: Final = 255
_EXACT_IN_A_BROWSER = 2**53 - 1

Identifier = Annotated[str, Field(min_length=1, max_length=LONGEST)]
Quantity = Annotated[int, Field(ge=-_EXACT_IN_A_BROWSER, le=_EXACT_IN_A_BROWSER, json_schema_extra={"x-unit": "1"})]


class Location(Part):
    """One place where the article lies, and how many lie there."""

    id: Identifier
    quantity: Quantity | None = None


class Stock(Signal):
    """Whether an article can be bought now. A null is what the vendor did not say; it is never "none left"."""

    product_id: Identifier | None = None
    variant_id: Identifier | None = None
    sku: Identifier | None = None
    gtin: Annotated[str, Field(pattern=r"^([0-9]{8}|[0-9]{12,14})$", max_length=14)] | None = None
    availability: Availability | None = None
    purchasable: bool | None = None
    quantity: Quantity | None = Field(default=None, description="Whole units; below 0 when oversold")
    quantity_kind: QuantityKind | None = None
    tracked: bool | None = Field(default=None, description="Whether the vendor counts this article")
    backorderable: bool | None = Field(default=None, description="Whether it is sold although none is left")
    low_stock: bool | None = Field(default=None, description="Whether some, and at most low_stock_threshold, are left")
    low_stock_threshold: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    restock_at: AwareDatetime | None = None
    price: Money | None = None
    compare_at_price: Money | None = Field(default=None, description="The price before a reduction")
    locations: tuple[Location, ...] = Field(default=(), max_length=100)


UNKNOWN: Final = Stock()
"""The default of the kind: nothing is known, so nothing is claimed."""
