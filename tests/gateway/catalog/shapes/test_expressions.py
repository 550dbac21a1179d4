"""Every name in an expression is checked before any value exists, and what it gives is known."""

import jmespath.ast
import pytest

from connectors.contract.expression import Expression
from gateway.catalog.shapes import ANYTHING, NoSuchPath, Shape, obj, shape_in, shape_of
from gateway.catalog.shapes.expressions import NODES
from throwaway_connectors import Air, Item, Quote, Wealth

TOP = obj(
    {
        "air": shape_in(Air.model_json_schema(mode="serialization")),
        "item": shape_in(Item.model_json_schema(mode="serialization")),
        "wealth": shape_in(Wealth.model_json_schema(mode="serialization")).raised_to("viewer"),
        "quotes": Shape(frozenset({"object"}), values=shape_in(Quote.model_json_schema(mode="serialization"))),
        "lists": shape_in({"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}),
        "ragged": shape_in(
            {"type": "array", "items": {"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "string"}]}}
        ),
        "ticket": ANYTHING,
    }
)


def types(text: str) -> set[str] | None:
    """The types that an expression may give."""
    found = shape_of(Expression(text), TOP).types
    return None if found is None else set(found)


def error(text: str) -> NoSuchPath:
    """The error of an expression that reads what is not there."""
    with pytest.raises(NoSuchPath) as caught:
        shape_of(Expression(text), TOP)
    return caught.value


def test_every_node_of_the_language_has_its_rule() -> None:
    """The table knows the nodes that the parser makes, and no other; a pair is read by the object that it is in."""
    words = {"current_node": "current", "expref": "expref"}
    made = {
        words.get(name, name)
        for name, value in vars(jmespath.ast).items()
        if callable(value) and not name.startswith("_")
    }

    assert made - {"key_val_pair"} == set(NODES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("air.condition", {"string"}),
        ("air.temperature_c", {"number", "null"}),
        ("air.wind.speed", {"number", "null"}),
        ("air.wind.gusts[0]", {"number", "null"}),
        ("air.wind.gusts[0:2]", {"array", "null"}),
        ("wealth.holdings[*].symbol", {"array"}),
        ("wealth.holdings[*].symbol | [0]", {"string", "null"}),
        ("wealth.holdings[?quantity > `1`].symbol", {"array"}),
        ("wealth.holdings[].quantity", {"array"}),
        ("lists[]", {"array"}),
        ("lists[] | [0]", {"integer", "null"}),
        ("ragged[] | [0]", None),
        ("quotes.AAPL.last", {"string", "null"}),
        ("quotes.*.last", {"array", "null"}),
        ("quotes.*.last | [0]", {"string", "null"}),
        ("wealth.extra.a.b[0]", None),
        ("ticket.anything[*].at[].all", {"array", "null"}),
        ("air.condition == 'rain'", {"boolean"}),
        ("air.temperature_c > `3`", {"boolean", "null"}),
        ("!(air.rainy)", {"boolean"}),
        ("air.condition == 'rain' && air.rainy", {"boolean"}),
        ("item.sku || 'none'", {"string"}),
        ("item.sku || item.quantity", {"string", "integer", "null"}),
        ("{a: air.condition, b: item.quantity}.b", {"integer", "null"}),
        ("air.{c: condition}", {"object"}),
        ("item.price.{a: amount}", {"object", "null"}),
        ("item.price.{a: amount}.a", {"string", "null"}),
        ("[air.condition, item.quantity] | [1]", {"string", "integer", "null"}),
        ("item.price.[amount]", {"array", "null"}),
        ("air | condition", {"string"}),
        ("`true`", {"boolean"}),
        ("`1`", {"integer"}),
        ("`1.5`", {"number"}),
        ("'x'", {"string"}),
        ("`null`", {"null"}),
        ("`[1]`", {"array"}),
        ('`{"a": 1}`', {"object"}),
        ("air", {"object"}),
    ],
)
def test_what_an_expression_gives_is_known(text: str, expected: set[str] | None) -> None:
    """Each kind of node has the types of what it reads; null stands where something on the way may be missing."""
    assert types(text) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("aire.condition", "aire"),
        ("air.conditon", "conditon"),
        ("air.wind.sped", "sped"),
        ("wealth.holdings[*].ticker", "ticker"),
        ("wealth.holdings[?symbl == 'A']", "symbl"),
        ("wealth.holdings[?symbol == 'A'].quantty", "quantty"),
        ("wealth.holdings[0].ticker", "ticker"),
        ("wealth.holdings[].ticker", "ticker"),
        ("wealth.holdings[0:1].ticker", "ticker"),
        ("quotes.AAPL.lst", "lst"),
        ("quotes.*.lst", "lst"),
        ("air.conditon == 'rain'", "conditon"),
        ("'rain' == air.conditon", "conditon"),
        ("air.rainy && air.snowy", "snowy"),
        ("air.rainy || air.snowy", "snowy"),
        ("!(air.snowy)", "snowy"),
        ("{a: air.snowy}", "snowy"),
        ("[air.snowy]", "snowy"),
        ("{a: air.rainy}.b", "b"),
        ("air | snowy", "snowy"),
        ("contains(air.conditon, 'r')", "conditon"),
        ("sort_by(wealth.holdings, &ticker)", "ticker"),
        ("map(&ticker, wealth.holdings)", "ticker"),
        ("ragged[*].x", ""),
    ],
)
def test_a_wrong_name_is_found_wherever_it_stands(text: str, name: str) -> None:
    """No part of an expression goes unchecked."""
    assert error(text).name == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("air.condition.x", "'x' is read of what is string"),
        ("air.condition[0]", "an element is read of what is string"),
        ("air.condition[*]", "an element is read of what is string"),
        ("air.condition[]", "an element is read of what is string"),
        ("air.condition[0:1]", "an element is read of what is string"),
        ("air.condition[?a]", "an element is read of what is string"),
        ("air.condition.*", r"\* is read of what is string"),
        ("quotes[0]", "an element is read of what is object"),
        ("item.price.amount < `30`", r"an order compares numbers, and this is null or string: write to_number\(...\)"),
        ("`30` >= air.condition", "an order compares numbers, and this is string"),
        ("air.rainy > `0`", "and this is boolean"),
        ("&air", "by a function alone"),
        ("!air.rainy", "'rainy' is read of what is boolean"),  # the language reads (!air).rainy
    ],
)
def test_what_never_gives_anything_is_told(text: str, message: str) -> None:
    """A path through what has no parts, and an order over text, are errors that say what stands there."""
    with pytest.raises(NoSuchPath, match=message):
        shape_of(Expression(text), TOP)


def test_a_text_is_ordered_as_a_number() -> None:
    """`to_number` is the way to compare a decimal text."""
    assert types("to_number(item.price.amount) < `30`") == {"boolean", "null"}


@pytest.mark.parametrize(
    "text",
    [
        "wealth",
        "wealth.points",
        "wealth.extra.a",
        "wealth.holdings[0].symbol",
        "wealth.holdings[*].symbol",
        "wealth.holdings[].symbol",
        "wealth.holdings[:1].symbol",
        "wealth.holdings[?quantity > `1`] | [0].symbol",
        "wealth.extra.*",
        "wealth.points > `3`",
        "wealth.points == `3`",
        "!(wealth.points)",
        "wealth.points && 'rich'",
        "'rich' && wealth.points",
        "wealth.points || item.quantity",
        "item.quantity || wealth.points",
        "item.quantity == wealth.points",
        "{a: item.quantity, b: wealth.points}",
        "[item.quantity, wealth.points]",
        "[item.quantity, wealth.points] | [0]",
        "to_string(wealth.points)",
        "length(wealth.holdings)",
        "keys(wealth.extra)",
        "not_null(item.quantity, wealth.points)",
        "max_by(wealth.holdings, &quantity).symbol",
        "map(&seen_by, [air]) | [0]",
        "air.seen_by",
        "air",
        "air.*",
        "[air] | [?seen_by == 'x'].condition",
        "{a: [air]}.a[0].seen_by",
        "wealth | points",
    ],
)
def test_what_tells_of_a_viewers_value_is_a_viewers(text: str) -> None:
    """No function, comparison, choice or list makes a private value public."""
    found = shape_of(Expression(text), TOP)

    assert found.exposure() == "viewer"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("air.condition", "public"),
        ("air.region", "tenant"),
        ("air.region || air.condition", "tenant"),
        ("{a: wealth.points, b: air.condition}.b", "public"),
        ("quotes.AAPL.last", "public"),
        ("'wealth'", "public"),
    ],
)
def test_what_tells_of_nobody_is_no_more_private_than_it_is(text: str, expected: str) -> None:
    """Reading beside a private value is not reading it."""
    assert shape_of(Expression(text), TOP).exposure() == expected
