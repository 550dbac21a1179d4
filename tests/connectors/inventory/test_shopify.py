"""Shopify as it is asked and read: the states of a variant, its numbers, errors with status 200, the token."""

from typing import Any

import orjson
import pytest
from pydantic import SecretStr, ValidationError

from connector_samples import AT, Answer, answers_of
from connectors import Absent, BadReply, Call, Misconfigured, Reply, Throttled, Unauthorized
from connectors.contract.query import binding_of
from connectors.inventory.shopify import GID, Shopify, ShopifySettings, Variant
from connectors.inventory.signal import Stock

SETTINGS = {"base_url": "https://my-shop.myshopify.com", "token": "canary"}


def node(digits: str = "1", **changed: Any) -> dict[str, Any]:
    """A good node with some of its fields changed."""
    return {
        "id": f"{GID}{digits}",
        "sku": "TEA-1",
        "availableForSale": True,
        "currentlyNotInStock": False,
        "quantityAvailable": 22,
        "price": {"amount": "19.90", "currencyCode": "EUR"},
        "compareAtPrice": None,
        **changed,
    }


def ask(body: Any, *digits: str, **settings: Any) -> list[Answer]:
    """The answers of a body to queries for these variants."""
    shopify = Shopify(ShopifySettings.model_validate({**SETTINGS, **settings}))
    queries = [Variant(variant=one) for one in digits or ("1",)]
    return answers_of(shopify, queries, lambda _: Reply(AT, 200, {}, orjson.dumps(body)))


def stock(**changed: Any) -> Answer:
    """The reading of one node."""
    (answer,) = ask({"data": {"nodes": [node(**changed)]}})
    return answer


@pytest.mark.parametrize(
    ("for_sale", "not_in_stock", "quantity", "availability", "purchasable", "backorderable", "is_low"),
    [
        (True, False, 22, "InStock", True, None, False),
        (True, False, 6, "InStock", True, None, False),
        (True, False, 5, "LimitedAvailability", True, None, True),
        (True, False, 1, "LimitedAvailability", True, None, True),
        (True, False, 0, "InStock", True, None, False),
        (True, False, None, "InStock", True, None, None),
        (True, True, 0, "BackOrder", True, True, False),
        (True, True, -4, "BackOrder", True, True, False),
        (True, True, None, "BackOrder", True, True, None),
        (False, False, 0, "OutOfStock", False, False, False),
        (False, True, -1, "OutOfStock", False, False, False),
        (False, False, None, "OutOfStock", False, False, None),
    ],
)
def test_two_booleans_and_a_quantity_make_the_state(
    for_sale: bool,
    not_in_stock: bool,
    quantity: int | None,
    availability: str,
    purchasable: bool,
    backorderable: bool | None,
    is_low: bool | None,
) -> None:
    """Sold though out of stock is a back order, few left are limited, and a quantity that may not be read is null."""
    answer = stock(availableForSale=for_sale, currentlyNotInStock=not_in_stock, quantityAvailable=quantity)

    assert isinstance(answer, Stock)
    assert (answer.availability, answer.purchasable, answer.backorderable) == (availability, purchasable, backorderable)
    assert (answer.quantity, answer.low_stock) == (quantity, is_low)
    assert answer.quantity_kind == (None if quantity is None else "exact")


def test_a_threshold_of_none_means_never_low() -> None:
    """With a threshold of 0 the last one is in stock like any other."""
    (answer,) = ask({"data": {"nodes": [node(quantityAvailable=1)]}}, low_stock_threshold=0)

    assert isinstance(answer, Stock)
    assert (answer.availability, answer.low_stock, answer.low_stock_threshold) == ("InStock", False, 0)


@pytest.mark.parametrize(("sku", "read"), [("A-1", "A-1"), ("", None), (None, None), ("x" * 256, None)])
def test_a_sku_that_says_nothing_is_null(sku: str | None, read: str | None) -> None:
    """An empty SKU is no SKU, and one that is too long is not cut."""
    answer = stock(sku=sku)

    assert isinstance(answer, Stock)
    assert answer.sku == read


@pytest.mark.parametrize(
    ("amount", "read"),
    [("19.90", "19.90"), ("19.9", "19.9"), ("0", "0"), (19.9, "19.9"), (110.1, "110.1"), (1200, "1200")],
)
def test_a_price_is_exact_text(amount: Any, read: str) -> None:
    """An amount keeps the vendor's digits; a number is taken by its shortest text, never by its binary value."""
    answer = stock(price={"amount": amount, "currencyCode": "EUR"}, compareAtPrice=None)

    assert isinstance(answer, Stock)
    assert answer.price is not None
    assert (answer.price.amount, answer.price.currency, answer.compare_at_price) == (read, "EUR", None)


@pytest.mark.parametrize(
    "changed",
    [
        {"id": f"{GID}2"},
        {"id": "gid://shopify/Product/1"},
        {"availableForSale": None},
        {"currentlyNotInStock": "no"},
        {"quantityAvailable": "22"},
        {"quantityAvailable": 1.5},
        {"quantityAvailable": 2**53},
        {"price": None},
        {"price": {"amount": "1e3", "currencyCode": "EUR"}},
        {"price": {"amount": "19.90", "currencyCode": "eur"}},
        {"price": {"amount": "N/A", "currencyCode": "EUR"}},
        {"compareAtPrice": {}},
        {"sku": 5},
    ],
)
def test_a_node_of_another_shape_or_another_variant_is_a_bad_reply(changed: dict[str, Any]) -> None:
    """What the reading stands on must be of its type, and of the variant that was asked for."""
    assert isinstance(stock(**changed), BadReply)


@pytest.mark.parametrize(
    ("errors", "kind"),
    [
        ([{"message": "Throttled", "extensions": {"code": "THROTTLED"}}], Throttled),
        ([{"message": "no"}, {"message": "Throttled", "extensions": {"code": "THROTTLED"}}], Throttled),
        ([{"message": "no", "extensions": {"code": "ACCESS_DENIED"}}], Unauthorized),
        ([{"message": "no", "extensions": {"code": "undefinedField"}}], Misconfigured),
        ([{"message": "no", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}], BadReply),
        ([{"message": "no", "extensions": None, "path": None}], BadReply),
        ([{"message": "no"}], BadReply),
        ("Not Found", BadReply),
        ([None], BadReply),
    ],
)
@pytest.mark.parametrize("data", [{}, {"data": None}, {"data": {}}, {"data": {"nodes": None}}, {"data": {"nodes": []}}])
def test_errors_with_status_200_are_faults(errors: Any, kind: type, data: dict[str, Any]) -> None:
    """Without a node an id, the first known code decides; a shape that is no error list is a bad reply."""
    answers = ask({**data, "errors": errors}, "1", "2")

    assert [type(answer) for answer in answers] == [kind, kind]


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        (["nodes", 1], [Stock, Unauthorized, Absent]),
        (["nodes", 1, "price"], [Stock, Unauthorized, Absent]),
        (["nodes", 0, "quantityAvailable"], [Stock, Absent, Absent]),
        (["nodes"], [Stock, Unauthorized, Unauthorized]),
        (["nodes", "1"], [Stock, Unauthorized, Unauthorized]),
        (None, [Stock, Unauthorized, Unauthorized]),
    ],
)
def test_data_beside_errors_is_used(path: Any, kinds: list[type]) -> None:
    """A node that came is read; one that is null is absent only if no error can be the cause."""
    error = {"message": "no", "path": path, "extensions": {"code": "ACCESS_DENIED"}}
    body = {"errors": [error], "data": {"nodes": [node(quantityAvailable=None), None, None]}}

    assert [type(answer) for answer in ask(body, "1", "2", "3")] == kinds


def test_an_empty_error_list_is_no_error() -> None:
    """A server that always sends the list of errors sends good data beside an empty one."""
    (answer,) = ask({"errors": [], "data": {"nodes": [node()]}})

    assert isinstance(answer, Stock)


def first_call(*digits: str, **settings: Any) -> Call:
    """The call that is made for these variants."""
    shopify = Shopify(ShopifySettings.model_validate({**SETTINGS, **settings}))
    return next(shopify.read_many([Variant(variant=one) for one in digits]))


def test_a_batch_is_one_call_with_the_ids_in_order() -> None:
    """All variants go out in one call, as the vendor's global ids, in the order of the queries."""
    call = first_call("3", "1", "2", api_version="2027-01")

    assert (call.method, call.path, call.params) == ("POST", "/api/2027-01/graphql.json", {})
    assert call.json["variables"] == {"ids": [f"{GID}3", f"{GID}1", f"{GID}2"]}
    assert Shopify.policy.batch == 250


def test_the_token_is_a_secret_in_a_header_and_the_only_header() -> None:
    """The token is in its header and in no text; no buyer's address goes along, so all viewers' bytes are the same."""
    call = first_call("1")

    assert call.headers == {"X-Shopify-Storefront-Access-Token": SecretStr("canary")}
    assert "canary" not in f"{call!r} {call.json} {ShopifySettings.model_validate(SETTINGS)!r}"


def test_what_is_sent_follows_from_the_product_alone() -> None:
    """The one input is the product of the page: no ticket, no place."""
    (binding,) = (binding_of(field) for field in Variant.model_fields.values())

    assert binding is not None
    assert binding.path is not None
    assert binding.path.text == "context.product"


@pytest.mark.parametrize("digits", ["", "12a", "1" * 21, "1\n", "-1", "١٢", '1"}', "gid://shopify/ProductVariant/1"])
def test_only_digits_are_a_variant(digits: str) -> None:
    """Whatever a player sends that is not a short row of digits is no query."""
    with pytest.raises(ValidationError):
        Variant(variant=digits)


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": None},
        {"token": ""},
        {"api_version": "2026-7"},
        {"api_version": "../admin"},
        {"api_version": "2026-07\n"},
        {"low_stock_threshold": -1},
        {"shop": "my-shop"},
    ],
)
def test_a_wrong_setting_is_refused(wrong: dict[str, Any]) -> None:
    """An empty token, a version that is none, a negative threshold and unknown keys are errors at load."""
    with pytest.raises(ValidationError):
        ShopifySettings.model_validate({**SETTINGS, **wrong})


def test_the_address_of_the_shop_is_required() -> None:
    """There is no default shop."""
    with pytest.raises(ValidationError):
        ShopifySettings.model_validate({"token": "t"})

    assert Shopify.policy.hosts == ("*.myshopify.com",)
