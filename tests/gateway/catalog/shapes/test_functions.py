"""The functions of the language are checked: their names, how many arguments they take, and of which types."""

import pytest
from jmespath.functions import Functions

from connectors.contract.expression import Expression
from gateway.catalog.shapes import NoSuchPath, Shape, shape_in, shape_of
from gateway.catalog.shapes.functions import parameters_of, result_of

TOP = shape_in(
    {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "maybe": {"type": ["string", "null"]},
            "whole": {"type": "integer"},
            "number": {"type": "number"},
            "yes": {"type": "boolean"},
            "texts": {"type": "array", "items": {"type": "string"}},
            "numbers": {"type": "array", "items": {"type": "number"}},
            "flags": {"type": "array", "items": {"type": "boolean"}},
            "rows": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer"}}}},
            "mapping": {"type": "object", "additionalProperties": {"type": "string"}},
            "any": {},
        },
    }
)


def types(text: str) -> set[str] | None:
    """The types that an expression may give."""
    found = shape_of(Expression(text), TOP).types
    return None if found is None else set(found)


def test_every_function_of_the_language_has_a_result() -> None:
    """The shape of what each gives is known, whatever it is given."""
    everything = Shape(None)
    for name, row in Functions.FUNCTION_TABLE.items():
        count = len(row["signature"])
        assert len(parameters_of(name, count)) == count
        assert result_of(name, [everything] * count).types != frozenset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("contains(text, 'a')", {"boolean"}),
        ("contains(texts, 'a')", {"boolean"}),
        ("contains(any, maybe)", {"boolean"}),
        ("starts_with(maybe, 'a')", {"boolean"}),
        ("length(rows)", {"number"}),
        ("abs(whole)", {"number"}),
        ("avg(numbers)", {"number", "null"}),
        ("to_number(text)", {"number", "null"}),
        ("join(', ', texts)", {"string"}),
        ("to_string(rows)", {"string"}),
        ("max(texts)", {"string", "null"}),
        ("max(numbers)", {"number", "null"}),
        ("max_by(rows, &n).n", {"integer", "null"}),
        ("sort_by(rows, &n)[0].n", {"integer", "null"}),
        ("reverse(text)", {"string"}),
        ("reverse(rows)[0].n", {"integer", "null"}),
        ("map(&n, rows)[0]", {"integer", "null"}),
        ("keys(mapping)[0]", {"string", "null"}),
        ("values(mapping)[0]", {"string", "null"}),
        ("not_null(maybe, whole)", {"string", "integer", "null"}),
        ("merge(mapping, mapping, mapping)", {"object"}),
        ("to_array(any)", {"array"}),
        ("type(any)", {"string"}),
    ],
)
def test_what_a_function_gives_is_known(text: str, expected: set[str]) -> None:
    """The result has the types that the language says."""
    assert types(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lenght(text)", "no such function: 'lenght'"),
        ("length()", r"length\(\) takes 1 arguments, and 0 are given"),
        ("contains(text)", r"contains\(\) takes 2 arguments, and 1 are given"),
        ("abs(whole, whole)", r"abs\(\) takes 1 arguments, and 2 are given"),
        ("merge()", r"merge\(\) takes 1 arguments, and 0 are given"),
        ("length(whole)", r"length\(\) takes string or array or object, and this is integer"),
        ("contains(number, 'a')", r"contains\(\) takes array or string, and this is number"),
        ("abs(text)", r"abs\(\) takes number, and this is string"),
        ("sum(texts)", r"sum\(\) takes array of number, and this is array"),
        ("join(', ', numbers)", r"join\(\) takes array of string, and this is array"),
        ("max(flags)", r"max\(\) takes array of number or array of string, and this is array"),
        ("sort_by(rows, n)", "no such path: 'n'"),
        ("sort_by(rows, text)", r"sort_by\(\) takes an expression with & here"),
        ("length(&text)", r"length\(\) takes string or array or object here"),
        ("type(&text)", r"type\(\) takes a value here"),
        ("map(&n, &n)", r"map\(\) takes array here"),
        ("merge(mapping, text)", r"merge\(\) takes object, and this is string"),
        ("map(&m, rows)", "no such path: 'm'"),
    ],
)
def test_a_call_that_can_only_fail_is_told(text: str, message: str) -> None:
    """What would raise at each open is refused once, at load."""
    with pytest.raises(NoSuchPath, match=message):
        shape_of(Expression(text), TOP)
