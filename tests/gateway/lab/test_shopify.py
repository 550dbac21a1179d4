"""Shopify's stand-in: nodes in the order asked, the states of stock, and errors that come with 200."""

import orjson
import pytest

from gateway.lab import shopify
from gateway.lab.shopify import tell
from vendor_bodies import body

QUERY = """query Stock($ids: [ID!]!) { nodes(ids: $ids) { ... on ProductVariant {
    id sku availableForSale currentlyNotInStock quantityAvailable
    price { amount currencyCode } compareAtPrice { amount currencyCode } } } }"""
TOKEN = {"x-shopify-storefront-access-token": "public"}
FIELDS = ["id", "sku", "availableForSale", "currentlyNotInStock", "quantityAvailable", "price", "compareAtPrice"]


def _gid(number: object) -> str:
    return f"gid://shopify/ProductVariant/{number}"


@pytest.fixture
def query(ask):
    """Asks for ids with a query, and gives the answer."""

    def asked(ids, text=QUERY, headers=TOKEN, **more):
        return tell(ask(headers=headers, body=orjson.dumps({"query": text, "variables": {"ids": ids}}), **more))

    return asked


def test_nodes_come_in_the_order_asked_with_null_for_what_is_no_variant(query) -> None:
    """Each id has its place in the answer; what is not a variant's id, and an id that cannot exist, is null."""
    ids = [_gid(7), "gid://shopify/Product/7", _gid(123), "7", "", _gid(0), _gid("1" * 21), _gid(7)]

    told = query(ids)

    assert (told.status, told.items) == (200, 8)
    nodes = told.body["data"]["nodes"]
    assert [node and node["id"] for node in nodes] == [_gid(7), None, _gid(123), None, None, None, None, _gid(7)]
    assert nodes[0] == nodes[-1]


def test_the_envelope_is_the_real_one(query) -> None:
    """Beside `data` stands `extensions.context`, as in a real body."""
    real = body("shopify", "storefront_graphql_ok_with_cost.json")
    told = query([_gid(1)]).body

    assert list(told) == list(real)
    assert set(told["extensions"]["context"]) == set(real["extensions"]["context"])


def test_a_node_has_the_types_of_the_vendor_s_schema(query) -> None:
    """Each field of a node has the scalar that the schema names, and null only where the schema allows it."""
    schema = body("shopify", "storefront_schema_availability_subset.json")
    types = {field["name"]: field["type"] for field in schema["ProductVariant"]["fields"]}
    scalars = {"ID": str, "String": str, "Boolean": bool, "Int": int, "MoneyV2": dict}
    nodes = query([_gid(number) for number in range(1, 250)]).body["data"]["nodes"]

    for name in FIELDS:
        required = types[name]["kind"] == "NON_NULL"
        kind = types[name]["ofType"]["name"] if required else types[name]["name"]
        allowed = {scalars[kind]} if required else {scalars[kind], type(None)}
        assert {type(node[name]) for node in nodes} <= allowed
    assert {tuple(node["price"]) for node in nodes} == {("amount", "currencyCode")}
    assert all(float(node["price"]["amount"]) > 0 for node in nodes)


def test_only_what_is_asked_is_told_under_the_names_asked(query) -> None:
    """A node has just the selected fields, in the order of the query, aliases included."""
    text = """{ found: nodes(ids: ["gid://shopify/ProductVariant/5", "x"]) {
        __typename, ... on ProductVariant { left: quantityAvailable price { amount } } ... on Product { handle } } }"""

    told = query([], text).body["data"]

    node = told["found"][0]
    assert list(node) == ["__typename", "left", "price"]
    assert list(node["price"]) == ["amount"]
    assert told["found"][1] is None


def test_every_state_of_stock_is_found_among_a_few_ids(query) -> None:
    """Sold out, sold on order, sold without being counted and counted all occur, each consistent in itself."""
    nodes = query([_gid(number) for number in range(1, 101)]).body["data"]["nodes"]
    states = {(node["availableForSale"], node["currentlyNotInStock"]) for node in nodes}

    assert states == {(True, False), (True, True), (False, False)}
    assert {node["quantityAvailable"] for node in nodes if not node["availableForSale"]} == {0}
    assert all(node["quantityAvailable"] <= 0 for node in nodes if node["currentlyNotInStock"])
    counted = [node["quantityAvailable"] for node in nodes if node["availableForSale"] > node["currentlyNotInStock"]]
    assert None in counted
    assert all(left is None or left > 0 for left in counted)


def test_stock_is_stable_within_a_minute_and_another_one_later(query) -> None:
    """A counted variant has one left fewer, or a new batch, in the next minute, at an unchanged price."""
    ids = [_gid(number) for number in range(1, 41)]
    first, same, later = (query(ids, wall=wall).body["data"]["nodes"] for wall in (600.0, 659.9, 660.0))

    assert same == first
    counted = [(one, two) for one, two in zip(first, later, strict=True) if (one["quantityAvailable"] or 0) > 0]
    assert len(counted) > 20
    assert all(one["quantityAvailable"] != two["quantityAvailable"] for one, two in counted)
    assert [one["price"] for one in first] == [two["price"] for two in later]


def test_the_variant_of_the_demo_is_in_stock(query) -> None:
    """The product that the shipped demo shows can be bought and counted."""
    (node,) = query([_gid(41897239806)]).body["data"]["nodes"]

    assert (node["availableForSale"], node["currentlyNotInStock"]) == (True, False)
    assert node["quantityAvailable"] > 0


@pytest.mark.parametrize("headers", [{}, {TOKEN.copy().popitem()[0]: " "}])
def test_without_a_token_nothing_is_told(query, headers) -> None:
    """A missing or blank access token is a 401 with GraphQL errors and no data."""
    told = query([_gid(1)], headers=headers)

    assert told.status == 401
    assert list(told.body) == ["errors"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{ nodes(ids: $ids) { id }",
        "{ nodes(ids: $ids) { id } } }",
        "{ nodes(ids: $ids) { } }",
        "{ nodes(ids: $ids) }",
        "mutation { nodes(ids: $ids) { id } }",
        "{ nodes(ids: ids) { id } }",
        "{ nodes(ids: $ids) { ... on ProductVariant { stockLevel } } }",
        "{ nodes(ids: $ids) { quantityAvailable } }",
        "{ nodes(ids: $ids) { ... on ProductVariant { price } } }",
        "{ nodes(ids: $ids) { ... on ProductVariant { sku { id } } } }",
        "{ nodes(ids: $ids) { ... on ProductVariant { price { cents } } } }",
        "{ product { id } }",
        "{ nodes(ids: $ids) { id } again: nodes(ids: $ids) { id } }",
        "{ nodes(ids: $others) { id } }",
        "{ nodes { id } }",
        "{" * 3000,
        "{ nodes(ids: " + "[" * 3000 + ") { id } }",
        "{ nodes(ids: $ids) { id § } }",
    ],
)
def test_a_query_that_the_schema_refuses_is_200_with_errors(query, text) -> None:
    """Whatever is wrong with a query, the status is 200, and there are errors with a code and no data."""
    told = query([_gid(1)], text)

    assert told.status == 200
    assert list(told.body) == ["errors"]
    assert all(error["message"] and error["extensions"]["code"] for error in told.body["errors"])


@pytest.mark.parametrize("body_of", [b"", b"{", b"[]", b"null", b'{"query": 7}', b'{"variables": {}}'])
def test_a_body_without_a_query_is_200_with_errors(ask, body_of) -> None:
    """A body that is not a GraphQL request is answered as GraphQL answers."""
    told = tell(ask(headers=TOKEN, body=body_of))

    assert (told.status, list(told.body)) == (200, ["errors"])


@pytest.mark.parametrize("ids", [None, "one", [7], [None], {"0": "x"}, [_gid(1)] * 251])
def test_ids_of_another_kind_or_too_many_are_refused(query, ids) -> None:
    """`ids` is a list of at most 250 texts."""
    assert list(query(ids).body) == ["errors"]


def test_the_wrong_shape_is_not_a_list_of_nodes(query) -> None:
    """The misshapen body still has `data.nodes`, as something that no reader of nodes can take."""
    wrong = shopify.VENDOR.misshape(query([_gid(1)]).body)

    assert not isinstance(wrong["data"]["nodes"], list)
