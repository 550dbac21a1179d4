"""From a JSON Schema, as pydantic writes it, to a shape."""

from collections.abc import Mapping
from typing import Any, cast

from gateway.catalog.shapes.shape import ANYTHING, PRIVACIES, Privacy, Shape, union

_Schema = Mapping[str, Any]
_TYPES: Mapping[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
    type(None): "null",
}


def shape_in(schema: _Schema) -> Shape:
    """The shape that a JSON Schema describes.

    It reads `$ref`, `anyOf` and its kin, `type`, `properties`, `additionalProperties`, `items`, `prefixItems`, `enum`,
    `const` and `x-privacy`. A type that contains itself is not followed inwards.
    """
    return _read(schema, schema.get("$defs", {}), frozenset())


def type_of(value: Any) -> str:
    """The JSON type of a value."""
    return _TYPES[type(value)]


def _read(schema: _Schema, definitions: Mapping[str, _Schema], within: frozenset[str]) -> Shape:
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        if name in within:
            return Shape(None, privacy=_privacy(schema))
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return _read({**definitions[name], **beside}, definitions, within | {name})
    if choices := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        return union([_read(one, definitions, within) for one in choices]).raised_to(_privacy(schema))

    def read(below: Any) -> Shape:
        return _read(below, definitions, within) if isinstance(below, Mapping) else ANYTHING

    properties, others = schema.get("properties"), schema.get("additionalProperties")
    items = [*schema.get("prefixItems", ()), *([schema["items"]] if "items" in schema else [])]
    return Shape(
        _types(schema),
        None if properties is None else {name: read(one) for name, one in properties.items()},
        read(others) if others else None,
        union([read(one) for one in items]) if items else None,
        _privacy(schema),
    )


def _types(schema: _Schema) -> frozenset[str] | None:
    stated = schema.get("type")
    if stated is not None:
        return frozenset({stated} if isinstance(stated, str) else stated)
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    return None if values is None else frozenset(map(type_of, values))


def _privacy(schema: _Schema) -> Privacy:
    """What the schema says; a word that is none of ours is taken for the most private one."""
    stated = schema.get("x-privacy", "public")
    return cast(Privacy, stated) if stated in PRIVACIES else "viewer"
