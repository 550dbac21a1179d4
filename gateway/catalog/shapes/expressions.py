"""The walk of an expression over a shape: every name and every function in it is checked, and its result is known."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from connectors.contract.expression import Expression
from gateway.catalog.shapes.functions import parameters_of, result_of
from gateway.catalog.shapes.schemas import type_of
from gateway.catalog.shapes.shape import ANYTHING, NoSuchPath, Shape, array, most_private, obj, union

_Node = Mapping[str, Any]

_ORDERS = frozenset({"lt", "lte", "gt", "gte"})
_NUMBERS = frozenset({"number", "integer"})
_ARRAY: Final = frozenset({"array"})
_BOOLEAN: Final = Shape(frozenset({"boolean"}))


def shape_of(expression: Expression, top: Shape) -> Shape:
    """The shape of what an expression reads of a document of shape `top`; as private as the most private part it reads.

    Raises:
        NoSuchPath: a name or a function in it is not there, a function is given what it never takes, or an order
            compares what is no number.
    """
    return _walk(expression.parsed, top)


def _walk(node: _Node, here: Shape) -> Shape:
    return NODES[node["type"]](node, here)


def _children(node: _Node, here: Shape) -> list[Shape]:
    return [_walk(child, here) for child in node["children"]]


def _computed(result: Shape, *read: Shape) -> Shape:
    """A result that tells something of all that was read for it."""
    return result.raised_to(most_private(shape.exposure() for shape in read))


def _chain(node: _Node, here: Shape) -> Shape:
    for child in node["children"]:
        here = _walk(child, here)
    return here


def _index(_: _Node, here: Shape) -> Shape:
    return here.element().or_null()


def _slice(_: _Node, here: Shape) -> Shape:
    return _listed(here.element(), here)


def _projection(node: _Node, here: Shape) -> Shape:
    base = _walk(node["children"][0], here)
    return _listed(_walk(node["children"][1], base.element()), base)


def _value_projection(node: _Node, here: Shape) -> Shape:
    base = _walk(node["children"][0], here)
    return _listed(_walk(node["children"][1], base.value()), base).or_null()


def _filter_projection(node: _Node, here: Shape) -> Shape:
    left, right, condition = node["children"]
    base = _walk(left, here)
    tested = _walk(condition, base.element())
    return _computed(_listed(_walk(right, base.element()), base), tested)


def _flatten(node: _Node, here: Shape) -> Shape:
    base = _walk(node["children"][0], here)
    inner = base.element()
    if inner.types == _ARRAY:
        return _listed(inner.element(), base)
    is_mixed = inner.types is not None and "array" in inner.types
    return _listed(ANYTHING.raised_to(inner.exposure()) if is_mixed else inner, base)


def _listed(items: Shape, base: Shape) -> Shape:
    """The list that is made of a list; null where there was none."""
    made = array(items).raised_to(base.privacy)
    return made if base.types == _ARRAY else made.or_null()


def _select_dict(node: _Node, here: Shape) -> Shape:
    members = {child["value"]: _walk(child["children"][0], here) for child in node["children"]}
    return obj(members) if here.types and "null" not in here.types else obj(members).or_null()


def _select_list(node: _Node, here: Shape) -> Shape:
    made = array(union(_children(node, here)))
    return made if here.types and "null" not in here.types else made.or_null()


def _or(node: _Node, here: Shape) -> Shape:
    left, right = _children(node, here)
    return _computed(union([left.not_null(), right]), left, right)


def _and(node: _Node, here: Shape) -> Shape:
    sides = _children(node, here)
    return _computed(union(sides), *sides)


def _not(node: _Node, here: Shape) -> Shape:
    return _computed(_BOOLEAN, *_children(node, here))


def _comparison(node: _Node, here: Shape) -> Shape:
    sides = _children(node, here)
    if node["value"] not in _ORDERS:
        return _computed(_BOOLEAN, *sides)
    for side in sides:
        if side.types is not None and not side.types & _NUMBERS:
            raise NoSuchPath(f"an order compares numbers, and this is {side.told()}: write to_number(...)")
    return _computed(_BOOLEAN.or_null(), *sides)


def _function(node: _Node, here: Shape) -> Shape:
    name, arguments = node["value"], node["children"]
    parameters = parameters_of(name, len(arguments))
    given = [None if one["type"] == "expref" else _walk(one, here) for one in arguments]
    for parameter, shape in zip(parameters, given, strict=True):
        parameter.check(shape)
    # What stands after & is read of each element of the list beside it.
    lists = [shape for shape in given if shape is not None]
    shapes = [
        _walk(argument["children"][0], lists[0].element()) if shape is None else shape
        for argument, shape in zip(arguments, given, strict=True)
    ]
    return _computed(result_of(name, shapes), *shapes)


def _reference(_: _Node, __: Shape) -> Shape:
    raise NoSuchPath("an expression with & is read by a function alone")


def _literal(node: _Node, _: Shape) -> Shape:
    return Shape(frozenset({type_of(node["value"])}))


NODES: Final[Mapping[str, Callable[[_Node, Shape], Shape]]] = {
    "and_expression": _and,
    "comparator": _comparison,
    "current": lambda _, here: here,
    "expref": _reference,
    "field": lambda node, here: here.member(node["value"]),
    "filter_projection": _filter_projection,
    "flatten": _flatten,
    "function_expression": _function,
    "identity": lambda _, here: here,
    "index": _index,
    "index_expression": _chain,
    "literal": _literal,
    "multi_select_dict": _select_dict,
    "multi_select_list": _select_list,
    "not_expression": _not,
    "or_expression": _or,
    "pipe": _chain,
    "projection": _projection,
    "slice": _slice,
    "subexpression": _chain,
    "value_projection": _value_projection,
}
