"""A request as it came: limits first, then its shape, and no value of it is ever repeated."""

from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from gateway.errors import Problem
from gateway.flow.request import bearer, read_request


def refused(body: bytes) -> Problem:
    """The problem of a body that is none."""
    with pytest.raises(Problem) as caught:
        read_request(body)
    assert caught.value.status == 400
    return caught.value


def test_a_whole_request_is_read() -> None:
    """Every member that a player may send is taken as it was sent."""
    request = read_request(
        b'{"template": "morning", "version": 3, "ticket": "t", "budget_ms": 300, "context": {"locale": "en-GB"}}'
    )

    assert (request.template, request.version, request.ticket) == ("morning", 3, "t")
    assert (request.budget_ms, request.context) == (300, {"locale": "en-GB"})


def test_a_template_is_all_that_a_request_needs() -> None:
    """Version, ticket, budget and context may be left out; keys that nobody knows are ignored."""
    request = read_request(b'{"template": "morning", "colour": "red"}')

    assert (request.version, request.ticket, request.budget_ms, request.context) == (None, None, None, {})


NO_JSON = (
    b"",
    b"{",
    b"nothing",
    b"{'a': 1}",
    b'{"template": "m", "budget_ms": NaN}',
    b'{"template": "m", "budget_ms": 1e400}',
    b'{"template": "m"} x',
    b'{"template": "\\ud800"}',
    b'\xef\xbb\xbf{"template": "m"}',
    b"\xff\xfe",
    b"[" * 5000,
)


@pytest.mark.parametrize("body", NO_JSON)
def test_what_is_no_json_is_malformed(body: bytes) -> None:
    """Neither JSON's neighbours nor half of a document get further than the reader."""
    assert refused(body).name == "malformed-json"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/template"),
        ({"template": 7}, "/template"),
        ({"template": None}, "/template"),
        ({"template": "x" * 65}, "/template"),
        ({"template": "morning", "version": "3"}, "/version"),
        ({"template": "morning", "version": 3.0}, "/version"),
        ({"template": "morning", "version": True}, "/version"),
        ({"template": "morning", "ticket": 7}, "/ticket"),
        ({"template": "morning", "context": []}, "/context"),
        ({"template": "morning", "context": "en"}, "/context"),
        ({"template": "morning", "context": None}, "/context"),
    ],
)
def test_a_wrong_type_is_pointed_at(body: dict[str, Any], pointer: str) -> None:
    """The problem names the place of each wrong value by a JSON Pointer."""
    problem = refused(orjson.dumps(body))

    assert problem.name == "invalid-request"
    assert [at for at, _ in problem.errors] == [pointer]


@pytest.mark.parametrize("body", [[], "morning", 7, None, True, [{"template": "morning"}]])
def test_a_body_that_is_no_object_is_invalid(body: Any) -> None:
    """Any other JSON is refused for its shape."""
    assert refused(orjson.dumps(body)).name == "invalid-request"


@pytest.mark.parametrize("budget", [-1, True, "300", None, [], {}, 1e308, 0])
def test_a_malformed_budget_is_no_problem(budget: Any) -> None:
    """Whatever stands as the budget, the request is read: it must not cost a viewer the answer."""
    assert read_request(orjson.dumps({"template": "morning", "budget_ms": budget})).budget_ms == budget


def nested(levels: int) -> bytes:
    """A request of so many levels of containers."""
    return b'{"template": "m", "context": ' + b'{"a": ' * (levels - 1) + b"1" + b"}" * levels


@pytest.mark.parametrize(("levels", "fits"), [(2, True), (15, True), (16, False), (100, False)])
def test_a_body_is_nested_16_levels_at_most(levels: int, fits: bool) -> None:
    """What is nested deeper is refused before anything recurses over it."""
    if fits:
        read_request(nested(levels))
    else:
        assert "deeper" in str(refused(nested(levels)).detail)


@pytest.mark.parametrize(("values", "fits"), [(200, True), (253, True), (254, False), (10_000, False)])
def test_a_body_has_256_values_at_most(values: int, fits: bool) -> None:
    """The body itself, its members and theirs are counted; more is refused."""
    body = orjson.dumps({"template": "m", "context": {f"k{number}": 1 for number in range(values)}})
    if fits:
        read_request(body)
    else:
        assert "values" in str(refused(body).detail)


def size_of(value: Any) -> tuple[int, int]:
    """How many values there are, and how many levels of them."""
    parts = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    sizes = [size_of(part) for part in parts]
    return 1 + sum(count for count, _ in sizes), 1 + max((levels for _, levels in sizes), default=0)


LEAVES = st.sampled_from([0, None, "", ",", "[[{,", {}, []])
WIDE = st.integers(1, 260).map(lambda count: [0] * count)
CONTEXTS = st.recursive(st.one_of(LEAVES, WIDE), lambda one: st.lists(one, max_size=3).map(lambda all_: {"a": all_}))


@given(CONTEXTS, st.integers(0, 14), st.booleans())
def test_the_limits_are_those_of_the_values_whatever_the_text(context: Any, deeper: int, is_spaced: bool) -> None:
    """A body is refused exactly where its values are too many or too deep, however many brackets its texts have."""
    for _ in range(deeper):
        context = [context]
    document = {"template": "m", "context": {"k": context}}
    values, levels = size_of(document)
    body = orjson.dumps(document, option=orjson.OPT_INDENT_2 if is_spaced else None)
    if values <= 256 and levels <= 16:
        assert read_request(body).context == document["context"]
    else:
        refused(body)


@pytest.mark.parametrize("key", ["template", "version", "ticket", "context"])
def test_no_value_is_repeated(key: str) -> None:
    """What a problem tells holds nothing of what was sent."""
    secret = ["4111-1111", {"4111-1111": "4111-1111"}]
    problem = refused(orjson.dumps({"template": "m"} | {key: secret}))

    assert "4111" not in str(problem.document("/v1/open", "r"))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_a_request_or_a_problem(body: Any) -> None:
    """No JSON whatever makes the reader fail in another way."""
    for whole in (body, {"template": "m", "context": {"any": body}}, {"template": body}):
        with suppress(Problem):
            read_request(orjson.dumps(whole))


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc.def.ghi", "abc.def.ghi"),
        ("bearer  abc ", "abc"),
        ("BEARER abc", "abc"),
        ("Basic abc", None),
        ("Bearer", None),
        ("Bearer ", None),
        ("", None),
        ("abc", None),
    ],
)
def test_a_ticket_may_travel_in_the_header(header: str, token: str | None) -> None:
    """The bearer's token is taken in any case of the word, and nothing of any other scheme."""
    assert bearer(CIMultiDict({"authorization": header})) == token


def test_without_a_header_there_is_no_token() -> None:
    """No header, no token."""
    assert bearer(CIMultiDict()) is None
