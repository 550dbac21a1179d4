"""Whatever Shopify sends, one variant gets a reading or a fault of its own, and its neighbours theirs."""

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from connector_samples import AT, Answer, answers_of
from connectors import Absent, BadReply, Fault, Reply
from connectors.inventory.shopify import GID, Shopify, ShopifySettings, Variant
from connectors.inventory.signal import Stock
from hostile_bodies import any_json, one_part_replaced

SHOPIFY = Shopify(ShopifySettings.model_validate({"base_url": "https://my-shop.myshopify.com", "token": "t"}))
NAMES = ("data", "errors", "nodes", "extensions", "code", "path", "id", "price", "amount", "availableForSale")
PRICE = {"amount": "19.90", "currencyCode": "EUR"}
NODES = [
    {
        "id": f"{GID}{digit}",
        "sku": "A",
        "availableForSale": True,
        "currentlyNotInStock": False,
        "quantityAvailable": 22,
        "price": PRICE,
        "compareAtPrice": PRICE,
    }
    for digit in "123"
]
ERRORS = [{"message": "no", "path": ["nodes", 1, "sku"], "extensions": {"code": "ACCESS_DENIED"}}]


def ask(digits: str, body: Any) -> list[Answer]:
    """The answers of a body; raises what would be the connector's own fault."""
    queries = [Variant(variant=digit) for digit in digits]
    return answers_of(SHOPIFY, queries, lambda _: Reply(AT, 200, {}, orjson.dumps(body)))


def test_the_good_body_is_good() -> None:
    """The body that the other tests break comes out whole when nobody breaks it."""
    answers = ask("123", {"errors": ERRORS, "data": {"nodes": NODES}})

    assert [answer.quantity for answer in answers if isinstance(answer, Stock)] == [22, 22, 22]


@given(any_json(*NAMES))
def test_any_json_is_a_fault_and_never_our_own(body: Any) -> None:
    """No JSON at all makes the connector raise anything but what counts as the vendor's fault."""
    (answer,) = ask("1", body)

    assert isinstance(answer, Fault)


@given(one_part_replaced({"errors": ERRORS, "data": {"nodes": NODES[:1]}}))
def test_a_body_with_one_wrong_part_is_a_reading_or_a_fault(body: Any) -> None:
    """A good body with any part replaced or missing is read within bounds, or is a fault."""
    (answer,) = ask("1", body)

    assert isinstance(answer, Fault) or Stock.model_validate(answer.model_dump()) == answer


@given(one_part_replaced(NODES[0]) | any_json(*NAMES), st.integers(0, 2))
def test_a_wrong_node_harms_no_neighbour(wrong: Any, at: int) -> None:
    """Whatever stands in the place of one node, the other variants have their reading."""
    nodes: list[Any] = list(NODES)
    nodes[at] = wrong
    answers = ask("123", {"data": {"nodes": nodes}})
    del answers[at]

    assert all(isinstance(answer, Stock) and answer.quantity == 22 for answer in answers)


@given(st.permutations([0, 1, 2]))
def test_a_stock_is_never_given_to_another_variant(order: list[int]) -> None:
    """Nodes in another order than asked are bad replies: a variant gets its own stock or none."""
    answers = ask("123", {"data": {"nodes": [NODES[at] for at in order]}})

    for digit, answer in zip("123", answers, strict=True):
        assert isinstance(answer, BadReply) or (isinstance(answer, Stock) and answer.variant_id == digit)


class Looked(dict[str, Any]):
    """One error of a body, which counts how often it is looked at."""

    looks = 0

    def get(self, *words: Any) -> Any:
        self.looks += 1
        return super().get(*words)

    def __getitem__(self, name: str) -> Any:
        self.looks += 1
        return super().__getitem__(name)


def test_a_body_full_of_errors_is_read_once() -> None:
    """Thousands of errors beside a full batch of nulls cost a look or two at each, not one for every null."""
    count = SHOPIFY.policy.batch
    errors = [Looked(path=["nodes", 250 + number], extensions={}) for number in range(4000)]
    queries = [Variant(variant=str(number)) for number in range(count)]
    reply = Reply(AT, 200, {}, b"")
    reply.__dict__["json"] = {"errors": errors, "data": {"nodes": [None] * count}}

    answers = answers_of(SHOPIFY, queries, lambda _: reply)

    assert {type(answer) for answer in answers} == {Absent}
    assert 1 <= min(error.looks for error in errors) <= max(error.looks for error in errors) <= 4
