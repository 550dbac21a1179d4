"""The shape of an expression holds for every document of the schema."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.contract.expression import Expression
from gateway.catalog.shapes import NoSuchPath, shape_in, shape_of

NAMES = st.sampled_from(["a", "b", "c"])
SCHEMAS = st.recursive(
    st.sampled_from([{"type": "string"}, {"type": "integer"}, {"type": "null"}, {"type": "boolean"}]),
    lambda below: (
        st.dictionaries(NAMES, below, max_size=3).map(lambda some: {"type": "object", "properties": some})
        | below.map(lambda one: {"type": "array", "items": one})
        | below.map(lambda one: {"type": "object", "additionalProperties": one})
        | st.lists(below, min_size=1, max_size=2).map(lambda some: {"anyOf": some})
    ),
    max_leaves=8,
)
STEPS = st.sampled_from([".a", ".b", ".c", "[0]", "[*]", "[]", ".*", "[0:1]", "[?a]", ".{a: b}", ".[a]", " | a"])
EXPRESSIONS = st.tuples(NAMES, st.lists(STEPS, max_size=4)).map(lambda parts: parts[0] + "".join(parts[1]))
SAMPLES: dict[str, Any] = {"string": "x", "integer": 1, "null": None, "boolean": True}
JSON_TYPES = {str: "string", int: "integer", type(None): "null", bool: "boolean", dict: "object", list: "array"}


def documents(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Documents of a schema."""
    if "anyOf" in schema:
        return st.one_of([documents(one) for one in schema["anyOf"]])
    if schema["type"] == "array":
        return st.lists(documents(schema["items"]), max_size=2)
    if "additionalProperties" in schema:
        return st.dictionaries(NAMES, documents(schema["additionalProperties"]), max_size=2)
    if schema["type"] == "object":
        return st.fixed_dictionaries({name: documents(one) for name, one in schema["properties"].items()})
    return st.just(SAMPLES[schema["type"]])


@given(st.data(), st.fixed_dictionaries(dict.fromkeys(("a", "b", "c"), SCHEMAS)), EXPRESSIONS)
def test_the_shape_tells_the_truth(data: st.DataObject, members: dict[str, Any], text: str) -> None:
    """Whatever an expression gives on a document of the schema is of a type that its shape names."""
    schema = {"type": "object", "properties": members}
    try:
        shape = shape_of(Expression(text), shape_in(schema))
    except NoSuchPath:
        return
    value = Expression(text).search(data.draw(documents(schema)))

    assert shape.types is None or JSON_TYPES[type(value)] in shape.types
