"""Shopify's Storefront API, one query: `nodes` of product variants, answered in the order asked, null for unknown."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson

from gateway.lab.graphql import MalformedError, Selected, Variable, parse
from gateway.lab.seeded import Seeded
from gateway.lab.vendor import Asked, Source, Told, Vendor

MOST_IDS = 250
CURRENCY = "GBP"
_TOKENS = ("X-Shopify-Storefront-Access-Token", "Shopify-Storefront-Private-Token")
_VARIANT = re.compile(r"gid://shopify/ProductVariant/([1-9]\d{0,19})")
_CONTEXT = {"context": {"country": "GB", "language": "EN"}}

# Each type's fields that are answered, with the type of those that are objects.
_SCHEMA: Mapping[str, Mapping[str, str | None]] = {
    "QueryRoot": {"nodes": "Node"},
    "Node": {"__typename": None, "id": None},
    "ProductVariant": {
        "__typename": None,
        "id": None,
        "sku": None,
        "title": None,
        "barcode": None,
        "requiresComponents": None,
        "availableForSale": None,
        "currentlyNotInStock": None,
        "quantityAvailable": None,
        "price": "MoneyV2",
        "compareAtPrice": "MoneyV2",
    },
    "MoneyV2": {"__typename": None, "amount": None, "currencyCode": None},
}
_KINDS_OF_A_VARIANT = (None, "Node", "ProductVariant")

# The shares of all variants that are sold out, sold on order, and sold without being counted; the rest is in stock.
_SOLD_OUT, _BACKORDER, _UNTRACKED = 0.10, 0.17, 0.24


class _QueryError(Exception):
    """A query that is answered with errors: the message and the vendor's code."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What there is of one variant: whether it can be bought, whether only later, and how many are left."""

    sellable: bool
    later: bool
    left: int | None


def tell(asked: Asked) -> Told:
    """Answer `POST /api/{version}/graphql.json`."""
    if not any(asked.headers.get(name, "").strip() for name in _TOKENS):
        return Told(HTTPStatus.UNAUTHORIZED, _errors("", "UNAUTHORIZED"), 0)
    try:
        nodes, ids = _nodes(asked.body)
        minute = int(asked.wall) // 60
        told = [_node(asked.values, gid, nodes.fields, minute) for gid in ids]
    except MalformedError as malformed:
        return Told(HTTPStatus.OK, _errors(f"Parse error: {malformed}", "PARSE_ERROR"), 0)
    except _QueryError as refused:
        return Told(HTTPStatus.OK, _errors(str(refused), refused.code), 0)
    return Told(HTTPStatus.OK, {"data": {nodes.alias: told}, "extensions": _CONTEXT}, len(ids))


def _errors(message: str, code: str) -> dict[str, Any]:
    """Errors as GraphQL says them."""
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def _nodes(body: bytes) -> tuple[Selected, list[str]]:
    """The `nodes` field of a request and the ids it wants."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _QueryError("The request body is not JSON", "BAD_REQUEST") from None
    if not isinstance(document, dict) or not isinstance(document.get("query"), str):
        raise _QueryError("No query string was present", "BAD_REQUEST")
    root = parse(document["query"])
    _check(root, "QueryRoot")
    if len(root) > 1:
        raise _QueryError("This stand-in answers one field a query", "MAX_COMPLEXITY_EXCEEDED")
    return root[0], _ids(root[0], document.get("variables"))


def _check(fields: tuple[Selected, ...], kind: str) -> None:
    """Refuse what the schema does not have, before anything is answered."""
    for selected in fields:
        known = _SCHEMA.get(selected.on or kind)
        if known is None:  # a fragment on a type that no node here is of
            continue
        if selected.name not in known:
            message = f"Field '{selected.name}' doesn't exist on type '{selected.on or kind}'"
            raise _QueryError(message, "undefinedField")
        inner = known[selected.name]
        if (inner is not None) != bool(selected.fields):
            raise _QueryError(f"Field '{selected.name}' has too many or too few selections", "selectionMismatch")
        if inner is not None:
            _check(selected.fields, inner)


def _ids(nodes: Selected, variables: object) -> list[str]:
    """The ids that `nodes` is asked for, from its argument or from the variable that the argument names."""
    ids = nodes.arguments.get("ids")
    if isinstance(ids, Variable):
        ids = variables.get(ids.name) if isinstance(variables, dict) else None
    if not isinstance(ids, list) or not all(isinstance(gid, str) for gid in ids):
        raise _QueryError("Variable $ids of type [ID!]! was provided invalid value", "INVALID_VARIABLE")
    if len(ids) > MOST_IDS:
        message = f"The input array size of {len(ids)} is greater than the maximum allowed of {MOST_IDS}."
        raise _QueryError(message, "MAX_INPUT_SIZE_EXCEEDED")
    return ids


def _node(values: Seeded, gid: str, fields: tuple[Selected, ...], minute: int) -> dict[str, Any] | None:
    """One node with just the fields asked for; None where the id is no variant's."""
    if not (match := _VARIANT.fullmatch(gid)):
        return None
    variant = values.of(Source.INVENTORY, match[1])
    shelf = _shelf(variant, minute)
    pence = variant.whole(5, 120, "price") * 100 - variant.whole(0, 1, "odd") * 10
    whole = {
        "__typename": "ProductVariant",
        "id": gid,
        "sku": f"SKU-{variant.token(8, 'sku').upper()}",
        "title": "Default Title",
        "barcode": None,
        "requiresComponents": False,
        "availableForSale": shelf.sellable,
        "currentlyNotInStock": shelf.later,
        "quantityAvailable": shelf.left,
        "price": _money(pence),
        "compareAtPrice": _money(pence + 500) if variant.fraction("offer") < 0.3 else None,
    }
    return _only(whole, [selected for selected in fields if selected.on in _KINDS_OF_A_VARIANT])


def _shelf(variant: Seeded, minute: int) -> _Shelf:
    """What is left of a variant: one fewer each minute, and all of them again when the last is gone."""
    fate, batch = variant.fraction("fate"), variant.whole(12, 90, "batch")
    sold = (minute + variant.whole(0, batch - 1, "phase")) % batch
    if fate < _SOLD_OUT:
        return _Shelf(sellable=False, later=False, left=0)
    if fate < _BACKORDER:
        return _Shelf(sellable=True, later=True, left=-sold)
    return _Shelf(sellable=True, later=False, left=None if fate < _UNTRACKED else batch - sold)


def _money(pence: int) -> dict[str, str]:
    """A price; the vendor writes at least one digit after the point and no zero behind it."""
    return {"__typename": "MoneyV2", "amount": str(pence / 100), "currencyCode": CURRENCY}


def _only(whole: Mapping[str, Any], fields: Iterable[Selected]) -> dict[str, Any]:
    """What was asked of an object, under the names it was asked under."""
    told: dict[str, Any] = {}
    for selected in fields:
        value = whole[selected.name]
        told[selected.alias] = _only(value, selected.fields) if isinstance(value, dict) else value
    return told


def _misshaped(body: Any) -> Any:
    """The nodes as the pages of a list, which `nodes` never is."""
    nodes = body.get("data", {}).values()
    return {"data": {"nodes": {"edges": [{"node": node} for told in nodes for node in told]}}}


VENDOR = Vendor(
    source=Source.INVENTORY,
    method="POST",
    path=r"/shopify/api/{version:\d{4}-\d{2}|unstable}/graphql.json",
    tell=tell,
    misshape=_misshaped,
    failed=_errors("Internal error. Looks like something went wrong on our end.", "INTERNAL_SERVER_ERROR"),
    throttled=_errors("Throttled", "THROTTLED"),
)
