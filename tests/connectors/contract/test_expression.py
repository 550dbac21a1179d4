"""Expressions know what they read before they read it, and read as JMESPath says."""

from types import MappingProxyType
from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract.expression import Expression, may_read
from connectors.contract.shortcuts import plain_chain

NAMES = st.sampled_from(["a", "b", "c", "get", "keys", "x y"])
SCOPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)
CHAINS = st.lists(NAMES, min_size=1, max_size=4).map(lambda names: ".".join(f'"{name}"' for name in names))


@given(CHAINS, SCOPES)
def test_a_plain_chain_reads_what_jmespath_reads(text: str, scope: Any) -> None:
    """The short way through a chain of names gives jmespath's own answer on any JSON."""
    made = Expression(text)

    assert plain_chain(made.parsed)
    assert made.search(scope) == jmespath.search(text, scope)


def test_a_chain_reads_any_mapping() -> None:
    """A read-only mapping is read like a dict, by a chain and by the interpreter alike."""
    scope = MappingProxyType({"where": MappingProxyType({"lat": 1.5})})

    assert [Expression(text).search(scope) for text in ("where.lat", "where.lat || `0`")] == [1.5, 1.5]


@pytest.mark.parametrize(
    ("text", "roots"),
    [
        ("where.lat", {"where"}),
        ('"where"."lat"', {"where"}),
        ("ticket.loyalty_id || ticket.sub", {"ticket"}),
        ("context.product || signals.cart.product", {"context", "signals"}),
        ("signals.account.holdings[*].symbol", {"signals"}),
        ("signals.a[?b > c].d", {"signals"}),
        ("signals.a[?b == `1`] | [0].ticket", {"signals"}),
        ("where.{x: ticket}", {"where"}),
        ("{x: ticket, y: [where.lat]}", {"ticket", "where"}),
        ("where.ticket", {"where"}),
        ("ticket[]", {"ticket"}),
        ("ticket.*", {"ticket"}),
        ("ticket.a[0:2]", {"ticket"}),
        ("!ticket", {"ticket"}),
        ("where.a == ticket.b && context.c", {"where", "ticket", "context"}),
        ("join(',', ticket.roles)", {"ticket"}),
        ("sort_by(signals.a, &ticket)", {"signals"}),
        ("`1`", set()),
        ("'ticket'", set()),
    ],
)
def test_the_roots_are_the_names_read_at_the_top(text: str, roots: set[str]) -> None:
    """A name is a root where it is read from the scope, and not where it is read from another value."""
    assert Expression(text).roots == roots


@pytest.mark.parametrize(
    "text", ["@", "@.ticket.sub", "*", "*.sub", "[*].sub", "[0]", "[]", "values(@)", "to_string(@)", "[?sub]", "{x: @}"]
)
def test_reading_the_whole_scope_is_told(text: str) -> None:
    """Who reads everything reads the ticket too: the scope itself is among the roots."""
    assert "@" in Expression(text).roots


@given(st.sampled_from(["where", "ticket"]), CHAINS, SCOPES, SCOPES)
def test_a_root_that_is_not_told_is_not_read(root: str, chain: str, one: Any, other: Any) -> None:
    """What is not among the roots may have any value: the result is the same."""
    made = Expression(f"context.{chain} || {root}.{chain}")
    other_root = {"where": "ticket", "ticket": "where"}[root]
    scope = {"context": None, root: one}

    assert other_root not in made.roots
    assert made.search({**scope, other_root: one}) == made.search({**scope, other_root: other})


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("moment.now", True),
        ('"moment"."now"', True),
        ("moment", True),
        ("moment | now", True),
        ("moment.*", True),
        ("moment.[date, now]", True),
        ("{m: moment}.m.now", True),
        ("context.x || moment.now", True),
        ("moment.date", False),
        ("moment.date || moment.weekday", False),
        ("signals.moment.now", False),
        ("context.now", False),
    ],
)
def test_a_name_of_a_root_is_found_however_it_is_read(text: str, reads: bool) -> None:
    """`moment.now` is found under quotes, behind a pipe and inside the whole of `moment`."""
    assert may_read(Expression(text).parsed, "moment", "now") is reads


@pytest.mark.parametrize(
    "text", ["", "a.", "a b", "[", "a[?", "`{`", "a.'b'", "foo(", "&", "a\0", "!" * 500, "[" * 512]
)
def test_bad_syntax_is_a_value_error(text: str) -> None:
    """What is no JMESPath is refused in one line, however it is broken or nested."""
    with pytest.raises(ValueError, match="expression") as caught:
        Expression(text)

    assert len(str(caught.value).splitlines()) == 1


def test_an_expression_has_a_greatest_length() -> None:
    """512 characters are enough for everybody."""
    Expression("a" * 512)

    with pytest.raises(ValueError, match="at most 512"):
        Expression("a" * 513)


@given(st.text(max_size=40) | st.text(alphabet="ab.[]{}()*@&|!?`'\",:<=> 01", max_size=40))
def test_any_text_is_an_expression_or_a_value_error(text: str) -> None:
    """Compiling a text raises nothing but ValueError."""
    try:
        made = Expression(text)
    except ValueError:
        return

    assert made.text == text
