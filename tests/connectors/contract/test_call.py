"""A call refuses what a vendor's or a viewer's value could have bent; a reply parses its body once."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from connectors import Call, Reply

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "path",
    ["", "v1", "//evil.example/", "/a//b", "/a?b=1", "/a#b", "/a\\b", "/a b", "/a\r\nX: y", "/a\0", "/a/../b", "/."],
)
def test_a_path_that_could_leave_its_place_is_refused(path: str) -> None:
    """A path with a query, a fragment, a second host, a dot segment or a control character is an error."""
    with pytest.raises(ValueError, match="a path"):
        Call("GET", path)


@given(st.text(max_size=40))
def test_no_text_put_in_a_path_moves_the_call(value: str) -> None:
    """Whatever text stands unquoted in a path, the call is refused or the path stays below its first segments."""
    try:
        made = Call("GET", f"/v1/stock/{value}/level")
    except ValueError:
        return

    assert made.path.split("/")[:3] == ["", "v1", "stock"]
    assert not {".", ".."} & set(made.path.split("/"))


def test_a_secret_in_params_is_refused() -> None:
    """A secret may travel in a header, never in the query string."""
    secret = SecretStr("canary")

    assert Call("GET", "/v1", headers={"Authorization": secret}).headers["Authorization"] is secret
    with pytest.raises(ValueError, match="header"):
        Call("GET", "/v1", params={"key": secret})  # type: ignore[dict-item]


def test_an_unknown_method_is_refused() -> None:
    """Only HTTP's own methods are calls."""
    with pytest.raises(ValueError, match="unknown method"):
        Call("get\r\n", "/v1")


@pytest.mark.parametrize("body", [b"", b"NaN", b'{"a": 1e999}', b"[" * 200_000, b"\xff", b'{"a": 1} tail'])
def test_a_body_that_is_not_json_is_a_value_error(body: bytes) -> None:
    """NaN, overflow, depth, bad UTF-8 and trailing junk are refused, none as another kind of error."""
    reply = Reply(AT, 200, {}, body)

    with pytest.raises(ValueError):  # noqa: PT011 - the message is the parser's
        _ = reply.json


def test_a_byte_order_mark_is_stripped() -> None:
    """A UTF-8 byte order mark in front of good JSON is fine."""
    assert Reply(AT, 200, {}, b'\xef\xbb\xbf{"a": 1}').json == {"a": 1}
