"""The expressions that opens are full of, as plain functions: JMESPath's interpreter costs ten times as much.

Only what stands in the table below has a shortcut, and an expression only if all of it has one; the interpreter reads
the rest. A shortcut gives what the interpreter gives, for every document.
"""

from collections.abc import Callable, Mapping
from typing import Any

_Node = Mapping[str, Any]
Search = Callable[[Any], Any]


def shortcut(node: _Node) -> Search | None:
    """A function that reads what the syntax tree reads; None where a part of it has no shortcut."""
    make = _MAKERS.get(node["type"])
    return None if make is None else make(node)


def plain_chain(node: _Node) -> tuple[str, ...]:
    """The names of a bare `a.b.c`; empty for anything else."""
    if node["type"] == "field":
        return (node["value"],)
    if node["type"] == "subexpression" and all(child["type"] == "field" for child in node["children"]):
        return tuple(child["value"] for child in node["children"])
    return ()


def _parts(node: _Node) -> tuple[Search, ...] | None:
    made = [shortcut(child) for child in node["children"]]
    whole = tuple(one for one in made if one is not None)
    return whole if len(whole) == len(made) else None


def _chain(node: _Node) -> Search | None:
    chain = plain_chain(node)

    def walk(value: Any) -> Any:
        for name in chain:
            try:
                value = value.get(name)
            except AttributeError:
                return None
        return value

    return walk if chain else None


def _path(node: _Node) -> Search | None:
    """Names, and at the end of them perhaps a projection, as in `ticket.holdings[*].symbol`."""
    if plain_chain(node):
        return _chain(node)
    *names, last = node["children"]
    first = _chain({**node, "children": names}) if len(names) > 1 else shortcut(names[0])
    then = _projection(last) if last["type"] == "projection" else None
    if first is None or then is None:
        return None
    return lambda value: then(first(value))


def _literal(node: _Node) -> Search | None:
    value = node["value"]
    # A list or a mapping could be changed by who is given it.
    return (lambda _: value) if value is None or isinstance(value, str | int | float) else None


def _or(node: _Node) -> Search | None:
    parts = _parts(node)
    if parts is None:
        return None
    left, right = parts

    def search(value: Any) -> Any:
        found = left(value)
        return right(value) if _is_false(found) else found

    return search


def _and(node: _Node) -> Search | None:
    parts = _parts(node)
    if parts is None:
        return None
    left, right = parts

    def search(value: Any) -> Any:
        found = left(value)
        return found if _is_false(found) else right(value)

    return search


def _equality(node: _Node) -> Search | None:
    parts = _parts(node)
    if parts is None or node["value"] not in ("eq", "ne"):
        return None
    left, right = parts
    wanted = node["value"] == "eq"
    return lambda value: _equal(left(value), right(value)) is wanted


def _projection(node: _Node) -> Search | None:
    """Only `….[*].a.b`, and what is read of an element is no more than a chain: an element may be null."""
    left, right = shortcut(node["children"][0]), _chain(node["children"][1])
    if left is None or right is None:
        return None

    def search(value: Any) -> Any:
        base = left(value)
        if not isinstance(base, list):
            return None
        return [found for element in base if (found := right(element)) is not None]

    return search


def _contains(node: _Node) -> Search | None:
    """Only `contains([literals], …)`: of any other function the arguments have types to check."""
    if node["value"] != "contains" or len(node["children"]) != 2:
        return None
    choices, sought = node["children"]
    is_plain = choices["type"] == "multi_select_list" and all(one["type"] == "literal" for one in choices["children"])
    search = shortcut(sought)
    if not is_plain or search is None:
        return None
    known = [one["value"] for one in choices["children"]]
    return lambda value: search(value) in known


_MAKERS: Mapping[str, Callable[[_Node], Search | None]] = {
    "field": _chain,
    "subexpression": _path,
    "literal": _literal,
    "or_expression": _or,
    "and_expression": _and,
    "comparator": _equality,
    "projection": _projection,
    "function_expression": _contains,
}


def _is_false(value: Any) -> bool:
    """What JMESPath calls false; zero is not."""
    return value is None or value is False or value == "" or value == [] or value == {}


def _equal(left: Any, right: Any) -> bool:
    """JMESPath's equality, in which true is not 1 and false is not 0."""
    return bool(left == right) and not (isinstance(left, bool) is not isinstance(right, bool))
