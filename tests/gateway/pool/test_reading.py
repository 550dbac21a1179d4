"""One reply is read to the byte, however its bytes are cut, and what is more than it is never part of anything."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pool.failures import Failed
from gateway.pool.headers import Headers
from gateway.pool.reading import LONGEST_LINE, MOST_HEADERS, MOST_INTERIMS, ReplyReader, Wanted
from raw_upstream import reply
from replies import BAD, CHUNKED, GOOD, JSON, MORE, OK

WANTED = Wanted((200, 204), 1 << 16, without_body=False)
HEAD = Wanted((200,), 1 << 16, without_body=True)


def read(parts: Iterable[bytes], wanted: Wanted = WANTED, reader: ReplyReader | None = None) -> ReplyReader:
    """A reader that was given these pieces, up to the one with which the reply was over."""
    reader = reader or ReplyReader()
    reader.begin(wanted)
    for part in parts:
        assert not reader.is_over
        reader.feed(part)
    return reader


def cause_of(parts: Iterable[bytes], wanted: Wanted = WANTED) -> str | None:
    """Why what comes in these pieces is refused."""
    with pytest.raises(Failed) as caught:
        read(parts, wanted).received()
    return caught.value.outcome.cause


def cut(data: bytes, *places: int) -> Sequence[bytes]:
    """The data in pieces that begin at these places."""
    edges = [0, *sorted(places), len(data)]
    return [data[start:end] for start, end in pairwise(edges) if start < end]


@pytest.mark.parametrize("name", GOOD)
def test_a_reply_is_the_same_wherever_it_is_cut(name: str) -> None:
    """In two pieces at every byte, and byte by byte, a reply is read as it is whole, over at its last byte."""
    data, body = GOOD[name]
    reader = ReplyReader()

    for pieces in [*(cut(data, place) for place in range(len(data))), cut(data, *range(len(data)))]:
        read(pieces, reader=reader)
        assert reader.received().body == body
        assert (reader.is_over, reader.has_surplus, reader.is_last) == (True, False, False)


@given(st.sampled_from(sorted(GOOD)), st.lists(st.integers(0, 200), max_size=6), st.integers(1, 3))
def test_one_reader_reads_one_reply_after_another(name: str, places: list[int], times: int) -> None:
    """Whatever the pieces, each of several replies in a row on one reader is its own."""
    data, body = GOOD[name]
    reader = ReplyReader()

    for number in range(times):
        mine = data.replace(JSON, b'{"id": "%d"}' % number)
        read(cut(mine, *(place % len(mine) for place in places)), reader=reader)
        assert reader.received().body == body.replace(JSON, b'{"id": "%d"}' % number) or name == "gzip"
        assert not reader.has_surplus


@pytest.mark.parametrize("more", MORE, ids=repr)
@pytest.mark.parametrize("name", GOOD)
def test_every_byte_too_many_is_seen(name: str, more: bytes) -> None:
    """A blank line, a byte or a whole reply behind the end, cut anywhere before it, shows, and changes no answer."""
    data, body = GOOD[name]

    for place in range(len(data)):
        *before, last = cut(data, place)
        if name == "no content":
            assert cause_of([*before, last + more]) == "protocol_error"
            continue
        reader = read([*before, last + more])
        assert (reader.is_over, reader.has_surplus) == (True, True)
        assert reader.received().body == body


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_reply_is_refused_wherever_it_is_cut(name: str) -> None:
    """What could be read in two ways, or is beyond a limit, is refused whole, in two pieces and in many."""
    data = BAD[name]

    assert cause_of([data]) == "protocol_error"
    assert cause_of(cut(data, len(data) // 2)) == "protocol_error"
    assert cause_of(cut(data, *range(0, len(data), max(1, len(data) // 200)))) == "protocol_error"


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 102 Processing\r\n\r\n" * MOST_INTERIMS + reply(),
        OK + b"X: " + b"a" * (LONGEST_LINE - 1) + b"\r\nContent-Length: 0\r\n\r\n",
        OK + b"X: 1\r\n" * (MOST_HEADERS - 1) + b"Content-Length: 0\r\n\r\n",
    ],
    ids=["interim replies", "a line", "headers"],
)
def test_a_limit_itself_is_allowed(data: bytes) -> None:
    """The most is within the limits."""
    assert read([data]).received().status == 200


@pytest.mark.parametrize(
    ("head", "body"),
    [(b"Content-Length: 5\r\n\r\n", b""), (b"\r\n", b"12345"), (b"Transfer-Encoding: chunked\r\n\r\n", b"5\r\n12345")],
    ids=["by its length", "without a length", "in chunks"],
)
def test_a_body_over_the_cap_is_refused_as_soon_as_it_shows(head: bytes, body: bytes) -> None:
    """A length over the cap ends the reply with its headers; without one the first byte over the cap does."""
    wanted = Wanted((200,), 4, without_body=False)

    assert cause_of([OK + head + body], wanted) == "too_large"
    assert cause_of(cut(OK + head + body, *range(200)), wanted) == "too_large"


def test_an_interim_reply_lends_the_reply_nothing() -> None:
    """What is said in advance, a length or an encoding even, is no header of the reply."""
    hint = b"HTTP/1.1 103 Early Hints\r\nX: 1\r\nContent-Length: 9\r\nContent-Encoding: br\r\n\r\n"
    received = read([hint + reply(JSON)]).received()

    assert received.body == JSON
    assert [name for name, _ in received.headers] == [b"Content-Length"]


def test_a_status_that_is_not_expected_is_not_waited_for() -> None:
    """Its headers are enough, and its body is not kept, however large it says it is."""
    reader = read([b"HTTP/1.1 503 Down\r\nRetry-After: 7\r\nContent-Length: 100000000\r\n\r\n<html>"])
    received = reader.received()

    assert (reader.is_unexpected, reader.is_over) == (True, False)
    assert (received.status, received.body, Headers(received.headers)["retry-after"]) == (503, b"", "7")


@pytest.mark.parametrize("head", [b"", b"Content-Length: 100000000\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_the_reply_to_a_head_ends_with_its_headers(head: bytes) -> None:
    """What it announces is not to come: after it the reader reads the next reply, and what follows it is too much."""
    whole = OK + head + b"\r\n"
    reader = ReplyReader()

    for place in range(len(whole)):
        read(cut(whole, place), HEAD, reader)
        assert (reader.is_over, reader.received().body) == (True, b"")
        assert read([reply(JSON)], reader=reader).received().body == JSON
    for more in MORE:
        assert cause_of([whole + more], HEAD) == "protocol_error"


@pytest.mark.parametrize(
    ("head", "is_last"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: x, Close\r\n\r\n", True),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n", True),
    ],
)
def test_a_reply_says_whether_it_is_the_last(head: bytes, is_last: bool) -> None:
    """Only HTTP/1.1 without a word against it leaves a connection open."""
    assert read([head]).is_last is is_last


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_a_reply_without_a_length_ends_with_its_connection(version: bytes) -> None:
    """Until then it is not over, and it is the last of its connection."""
    reader = read([b"HTTP/" + version + b" 200 OK\r\n\r\n", b"{", b"}"])

    assert (reader.is_over, reader.is_last) == (False, True)
    assert reader.end()
    assert reader.received().body == b"{}"


@pytest.mark.parametrize(
    "data", [b"HTTP/1.1 200 OK\r\n", b"H", OK + b"Content-Length: 3\r\n\r\n{}", CHUNKED + b"\r\n2\r\n{}\r\n"]
)
def test_a_reply_that_says_where_it_ends_does_not_end_before(data: bytes) -> None:
    """The end of the connection makes no reply of a part of one."""
    assert not read([data]).end()


def end_of(parts: Iterable[bytes]) -> str | None:
    """Why these pieces are refused, if they are."""
    reader = ReplyReader()
    reader.begin(WANTED)
    try:
        for part in parts:
            reader.feed(part)
            if reader.is_over:
                reader.received()
                break
    except Failed as failure:
        return failure.outcome.cause
    return None


@given(st.binary(min_size=1, max_size=300), st.integers(1, 40))
def test_junk_is_refused_or_waited_on(junk: bytes, step: int) -> None:
    """Whatever comes in, nothing but a refusal gets out of the reader."""
    assert end_of(cut(junk, *range(0, len(junk), step))) in {None, "protocol_error"}


@given(st.integers(0, 120), st.binary(min_size=1, max_size=20))
def test_a_reply_with_a_hole_in_it_raises_nothing_else(place: int, junk: bytes) -> None:
    """Junk in the middle of a good reply ends as a refusal, a surplus or another body, never as an exception."""
    data, _ = GOOD["chunks and trailers"]
    whole = data[: place % len(data)] + junk + data[place % len(data) :]
    assert end_of([whole]) in {None, "protocol_error", "decode_error", "too_large"}


def test_headers_are_found_in_any_case_and_never_changed() -> None:
    """The first of a name counts, what is not there is not there, and bytes beyond ASCII do no harm."""
    headers = Headers([(b"X-One", b"1"), (b"x-one", b"2"), (b"Name", b"\xff")])

    assert (headers["x-ONE"], headers["NAME"], headers.get("ü")) == ("1", "\xff", None)
    assert (len(headers), set(headers)) == (2, {"X-One", "Name"})
