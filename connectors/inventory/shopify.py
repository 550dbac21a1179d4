"""Shopify's Storefront API: stock and price of up to 250 product variants in one call."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from pydantic import Field, SecretStr

from connectors import (
    BadReply,
    Call,
    Connector,
    Fault,
    From,
    Misconfigured,
    Policy,
    Query,
    Reply,
    Scope,
    Settings,
    Talk,
    Throttled,
    Unauthorized,
    ms,
    seconds,
)
from connectors.inventory.signal import LONGEST, UNKNOWN, Availability, Stock

GID: Final = "gid://shopify/ProductVariant/"
NODES: Final = """\
query Stock($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on ProductVariant {
      id
      sku
      availableForSale
      currentlyNotInStock
      quantityAvailable
      price { amount currencyCode }
      compareAtPrice { amount currencyCode }
    }
  }
}"""

# (availableForSale, currentlyNotInStock) → availability, purchasable, backorderable
_STATES: Final[dict[tuple[bool, bool], tuple[Availability, bool, bool | None]]] = {
    (True, False): ("InStock", True, None),
    (True, True): ("BackOrder", True, True),
    (False, False): ("OutOfStock", False, False),
    (False, True): ("OutOfStock", False, False),
}

_FAULTS: Final[dict[str, type[Fault]]] = {
    "THROTTLED": Throttled,
    "ACCESS_DENIED": Unauthorized,
    "undefinedField": Misconfigured,  # this version of the API has other fields than we ask for
}
_ALL: Final = -1
_ERROR: Final = "an error, or not one node an id, with status 200"  # the vendor's own texts are not repeated


class ShopifySettings(Settings):
    """The shop and its token; the host of `base_url` is the shop's own."""

    base_url: str = Field(description="Address of the shop, such as https://my-shop.myshopify.com")
    token: SecretStr = Field(
        min_length=1, description="Storefront access token; without the scope for inventory the quantity stays unknown"
    )
    api_version: str = Field(
        default="2026-07", pattern=r"^[0-9]{4}-(01|04|07|10)$", description="Version of the Storefront API"
    )
    low_stock_threshold: int = Field(
        default=5, ge=0, le=1_000_000, description="Up to this quantity an article is in limited supply; 0 for never"
    )


class Variant(Query):
    """One product variant, by the digits of its id."""

    variant: str = From("context.product", pattern=r"^[0-9]{1,20}$", max_length=20)


class Shopify(Connector[ShopifySettings, Variant, Stock]):
    """Stock and price of product variants from Shopify's Storefront API."""

    name = "shopify"
    default = UNKNOWN
    policy = Policy(
        scope=Scope.SHARED,
        timeout=ms(300),
        ttl=seconds(15),
        stale=seconds(60),
        batch=250,  # the most ids that `nodes` takes
        idempotent=True,
        hosts=("*.myshopify.com",),  # no quota: the vendor counts no calls, and throttles by a 429 alone
    )

    def read_many(self, queries: Sequence[Variant]) -> Talk[Mapping[Variant, Stock | Fault]]:
        """Ask for all variants at once; `nodes` answers in the order of the ids, null for an id it does not know.

        No buyer's address is sent along: throttling would follow the buyer, but so would the bytes of a shared call.
        """
        settings = self.settings
        reply = yield Call(
            "POST",
            f"/api/{settings.api_version}/graphql.json",
            headers={"X-Shopify-Storefront-Access-Token": settings.token},
            json={"query": NODES, "variables": {"ids": [f"{GID}{query.variant}" for query in queries]}},
        )
        nodes, failed = _answer(reply.json, len(queries))
        answers: dict[Variant, Stock | Fault] = {}
        for at, (query, node) in enumerate(zip(queries, nodes, strict=True)):
            if node is not None:
                answers[query] = self.alone(stock_from, node, query, reply, settings.low_stock_threshold)
            elif kind := failed.get(at) or failed.get(_ALL):
                answers[query] = kind(_ERROR)
        return answers


def _answer(body: Any, count: int) -> tuple[Sequence[Any], Mapping[int, type[Fault]]]:
    """The nodes, one an id, and what befell those that an error concerns.

    Data beside errors is used: GraphQL nulls what an error hit, up to the nearest nullable field. So a node that came
    is whole but for its nullable fields (a quantity that may not be read is null), and each is checked alone anyway;
    a node that is null because of an error may well exist, so it is a fault and not absent.

    Raises:
        Fault: there is not one node an id; the vendor's own reason if it gives one.
    """
    failed = _failed(body.get("errors") or ())
    data = body.get("data")
    nodes = data.get("nodes") if isinstance(data, dict) else None
    if not isinstance(nodes, list) or len(nodes) != count:
        raise next((kind for kind in failed.values() if kind is not BadReply), BadReply)(_ERROR)
    return nodes, failed


def _failed(errors: Sequence[Mapping[str, Any]]) -> dict[int, type[Fault]]:
    """The kind of fault of each node that an error names, and of all; the first known code of several decides."""
    failed: dict[int, type[Fault]] = {}
    for error in errors:
        at = _node_of(error.get("path"))
        if failed.get(at, BadReply) is BadReply:
            code = (error.get("extensions") or {}).get("code")
            failed[at] = _FAULTS.get(str(code), BadReply)
    return failed


def _node_of(path: Any) -> int:
    """The place among the nodes that the path of an error leads to, or all of them."""
    is_one = isinstance(path, list) and len(path) > 1 and path[0] == "nodes" and isinstance(path[1], int)
    return path[1] if is_one else _ALL


def stock_from(node: Mapping[str, Any], query: Variant, reply: Reply, threshold: int) -> Stock:
    """The reading of one node.

    Raises:
        BadReply: the node is another variant's.
    """
    if node["id"] != f"{GID}{query.variant}":
        raise BadReply("the node is another variant's")
    availability, purchasable, backorderable = _STATES[node["availableForSale"], node["currentlyNotInStock"]]
    quantity = node["quantityAvailable"]  # null: the token may not read it, which is not 0
    is_low = None if quantity is None else 0 < quantity <= threshold
    sku = node["sku"]
    return Stock.model_validate(
        {
            "variant_id": query.variant,
            "sku": sku if sku and len(sku) <= LONGEST else None,
            "availability": "LimitedAvailability" if availability == "InStock" and is_low else availability,
            "purchasable": purchasable,
            "quantity": quantity,
            "quantity_kind": None if quantity is None else "exact",
            "backorderable": backorderable,
            "low_stock": is_low,
            "low_stock_threshold": threshold,
            "price": _money(node["price"]),
            "compare_at_price": None if node["compareAtPrice"] is None else _money(node["compareAtPrice"]),
            "as_of": reply.at,  # the vendor gives no time of its own
        }
    )


def _money(given: Mapping[str, Any]) -> dict[str, Any]:
    """An amount as the vendor wrote it; a number is taken by its shortest text, never as a float."""
    amount = given["amount"]
    exact = amount if isinstance(amount, str) else str(Decimal(str(amount)))
    return {"amount": exact, "currency": given["currencyCode"]}
