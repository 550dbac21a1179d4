"""What is asked of Shopify, and what our samples answer, is in the shape of Shopify's published schema."""

import re
from typing import Any

import pytest

from connector_samples import Sample, samples_of
from connectors.inventory.shopify import NODES, Shopify
from vendor_bodies import body

SCHEMA = "storefront_schema_availability_subset.json"
SCALARS = {"ID": str, "String": str, "Boolean": bool, "Int": int, "Decimal": str, "CurrencyCode": str}

Selection = dict[str, Any]


def selected(text: str) -> Selection:
    """The fields of a GraphQL query, each with the fields selected of it; a fragment's type stands as `... Type`."""
    root: Selection = {}
    open_at, last = [root], ""
    for token in re.findall(r"\.\.\. on \w+|\w+(?:\([^)]*\))?|[{}]", text):
        if token == "{":
            open_at[-1][last] = {}
            open_at.append(open_at[-1][last])
        elif token == "}":
            open_at.pop()
        else:
            last = token
            open_at[-1][token] = None
    return root


def fields_of_a_node() -> Selection:
    """What is selected of a product variant."""
    (operation,) = (inner for inner in selected(NODES).values() if inner)
    fields: Selection = operation["nodes(ids: $ids)"]["... on ProductVariant"]
    return fields


def check(value: Any, kind: dict[str, Any], selection: Any, schema: dict[str, Any]) -> None:
    """Assert that a value has the type, and of an object exactly the fields that were selected."""
    if kind["kind"] == "NON_NULL":
        assert value is not None
        check(value, kind["ofType"], selection, schema)
    elif value is None:
        return
    elif kind["kind"] == "OBJECT":
        types = {field["name"]: field["type"] for field in schema[kind["name"]]["fields"]}
        assert set(value) == set(selection)
        for name, part in value.items():
            check(part, types[name], selection[name], schema)
    else:
        assert type(value) is SCALARS[kind["name"]]


def test_every_field_that_is_asked_for_exists() -> None:
    """`nodes` takes a list of ids, and each selected field is one of the schema's."""
    schema = body("shopify", SCHEMA)
    (nodes,) = (field for field in schema["QueryRoot"]["fields"] if field["name"] == "nodes")
    variant = {field["name"]: field["type"] for field in schema["ProductVariant"]["fields"]}

    assert [argument["name"] for argument in nodes["args"]] == ["ids"]
    assert f"more than `{Shopify.policy.batch}` values" in nodes["args"][0]["description"]
    for name, inner in fields_of_a_node().items():
        kind = variant[name]
        named = kind["ofType"] if kind["kind"] == "NON_NULL" else kind
        assert (named["kind"] == "OBJECT") == (inner is not None)
        if inner:
            assert set(inner) <= {field["name"] for field in schema[named["name"]]["fields"]}


@pytest.mark.parametrize("sample", [one for one in samples_of("inventory", "shopify") if one.values[0].exemplary])
def test_an_exemplary_answer_has_the_shape_of_the_schema(sample: Sample) -> None:
    """Each node of our exemplary samples is what the schema promises for the query, no field more or less."""
    schema = body("shopify", SCHEMA)
    variant = {"kind": "OBJECT", "name": "ProductVariant"}

    for node in sample.http[0]["reply"]["json"]["data"]["nodes"]:
        check(node, variant, fields_of_a_node(), schema)
