"""A shortcut gives what the interpreter of JMESPath gives, and stands for all that opens are full of."""

from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract.shortcuts import shortcut

NAMES = ("a", "b", "c")
SCALARS = st.none() | st.booleans() | st.sampled_from([0, 1, 2, 0.0, 1.0, 2.5, -1]) | st.sampled_from(["", "x", "y"])
DOCUMENTS = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(NAMES), below, max_size=3),
    max_leaves=12,
)
ROOTS = st.dictionaries(st.sampled_from(NAMES), DOCUMENTS, max_size=3)
CHAINS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map(".".join)
LITERALS = st.sampled_from(["`0`", "`1`", "`2.5`", "`true`", "`false`", "`null`", "'x'", "''"])
PLAIN = (
    CHAINS
    | st.tuples(CHAINS, CHAINS).map(lambda pair: f"{pair[0]}[*].{pair[1]}")
    | st.tuples(CHAINS, st.sampled_from(["==", "!="]), CHAINS | LITERALS).map(" ".join)
    | st.tuples(st.lists(LITERALS, min_size=1, max_size=3).map(", ".join), CHAINS).map(
        lambda pair: f"contains([{pair[0]}], {pair[1]})"
    )
)
EXPRESSIONS = st.recursive(
    PLAIN,
    lambda below: st.tuples(below, st.sampled_from(["||", "&&"]), below).map(lambda three: f"({' '.join(three)})"),
    max_leaves=4,
)


@given(expression=EXPRESSIONS, document=ROOTS)
def test_a_shortcut_gives_what_the_interpreter_gives(expression: str, document: dict[str, Any]) -> None:
    """For every expression that has a shortcut, and every document, both give the same value of the same type."""
    compiled = jmespath.compile(expression)
    search = shortcut(compiled.parsed)
    assert search is not None

    expected, found = compiled.search(document), search(document)

    assert (found, repr(found)) == (expected, repr(expected))


@pytest.mark.parametrize(
    "expression", ["length(a)", "a[0]", "a[?b == 'x']", "a | b", "{x: a}", "a < `1`", "!a", "contains(a, 'x')", "a[]"]
)
def test_what_has_no_shortcut_is_left_to_the_interpreter(expression: str) -> None:
    """An expression with any other part has no shortcut, wherever that part stands."""
    for text in (expression, f"b || {expression}", f"({expression}) == 'x'"):
        assert shortcut(jmespath.compile(text).parsed) is None


def test_a_shortcut_that_forgot_a_rule_would_be_found() -> None:
    """The comparison can fail: Python's own equality, in which true is one, is not JMESPath's."""
    compiled = jmespath.compile("a == `1`")
    search = shortcut(compiled.parsed)
    assert search is not None

    assert search({"a": True}) is compiled.search({"a": True}) is False
    assert ({"a": True}["a"] == 1) is True
