"""Every evil reply ends as one reason and one cause, and none is waited for beyond the one limit of its call."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from raw_upstream import Asked, Rig, always, reply

Play = Callable[..., Any]


async def fate(rig: Rig) -> tuple[str, str | None]:
    """How a call ends."""
    return await rig.fate()


GZIP_WITHOUT_END = b"\x1f\x8b\x08\x00"

EVIL: dict[str, tuple[bytes, bool, str, str]] = {
    # name: bytes, closed afterwards, reason, cause
    "length too long": (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}", True, "error", "cut_short"),
    "closed without a word": (b"", True, "error", "reset"),
    "closed inside the headers": (b"HTTP/1.1 200 OK\r\nContent-", True, "error", "cut_short"),
    "two lengths": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        False,
        "error",
        "protocol_error",
    ),
    "length and chunks": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        False,
        "error",
        "protocol_error",
    ),
    "bad chunk size": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        False,
        "error",
        "protocol_error",
    ),
    "chunks cut short": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
        True,
        "error",
        "cut_short",
    ),
    "not HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", False, "error", "protocol_error"),
    "HTTP/0.9": (b"<html>hello</html>\r\n\r\n", True, "error", "protocol_error"),
    "NUL in a header": (b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\n{}", False, "error", "protocol_error"),
    "a header of 1 MB": (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 1_000_000, False, "error", "protocol_error"),
    "5000 headers": (
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(5000)) + b"Content-Length: 2\r\n\r\n{}",
        False,
        "error",
        "protocol_error",
    ),
    "headers over 64 KiB in all": (
        b"HTTP/1.1 200 OK\r\n"
        + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 8000) for n in range(9))
        + b"Content-Length: 2\r\n\r\n{}",
        False,
        "error",
        "protocol_error",
    ),
    "101 unasked": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", False, "error", "protocol_error"),
    "999": (reply(b"{}", "999 Request Denied"), False, "error", "protocol_error"),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", False, "absent", "upstream_204"),
    "206": (reply(b"{}", "206 Partial Content"), False, "invalid", "upstream_status"),
    "302 to elsewhere": (
        reply(b"", "302 Found", "Location: http://evil.example/"),
        False,
        "invalid",
        "redirect_blocked",
    ),
    "302 to the metadata service": (
        reply(b"", "302 Found", "Location: http://169.254.169.254/latest/"),
        False,
        "invalid",
        "redirect_blocked",
    ),
    "302 to itself": (reply(b"", "302 Found", "Location: /v1/thing"), False, "invalid", "redirect_blocked"),
    "400": (reply(b"{}", "400 Bad Request"), False, "error", "upstream_4xx"),
    "401": (reply(b"{}", "401 Unauthorized"), False, "unauthorized", "upstream_401"),
    "403": (reply(b"{}", "403 Forbidden"), False, "unauthorized", "upstream_403"),
    "404": (reply(b"{}", "404 Not Found"), False, "absent", "upstream_404"),
    "410": (reply(b"{}", "410 Gone"), False, "absent", "upstream_410"),
    "418": (reply(b"{}", "418 Teapot"), False, "error", "upstream_4xx"),
    "429": (reply(b"{}", "429 Too Many Requests"), False, "quota", "upstream_429"),
    "500": (reply(b"{}", "500 Internal Server Error"), False, "error", "upstream_5xx"),
    "502 with a page": (reply(b"<html>", "502 Bad Gateway"), False, "error", "upstream_unavailable"),
    "503": (reply(b"{}", "503 Service Unavailable"), False, "error", "upstream_unavailable"),
    "unknown encoding": (reply(b"{}", "200 OK", "Content-Encoding: br"), False, "invalid", "decode_error"),
    "corrupt gzip": (reply(b"not gzip", "200 OK", "Content-Encoding: gzip"), False, "invalid", "decode_error"),
    "gzip cut short": (
        reply(GZIP_WITHOUT_END, "200 OK", "Content-Encoding: gzip"),
        False,
        "invalid",
        "decode_error",
    ),
    "too long by its own word": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n",
        False,
        "invalid",
        "too_large",
    ),
    "too long without a word": (b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * 300_000, True, "invalid", "too_large"),
}


@pytest.mark.parametrize("name", EVIL)
def test_an_evil_reply_ends_as_one_reason_and_one_cause(name: str, play: Play) -> None:
    """Each way to answer badly has its word, and the vendor's 400 is not the parser's."""
    data, closed, reason, cause = EVIL[name]

    assert play(always(data, close=closed), fate) == (reason, cause)


async def reset(asked: Asked) -> None:
    """Drops the connection before a word."""
    asked.abort()


async def reset_inside(asked: Asked) -> None:
    """Drops the connection inside the body."""
    await asked.send(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}")
    await asyncio.sleep(0.01)
    asked.abort()


async def hang(asked: Asked) -> None:
    """Says nothing."""
    await asyncio.sleep(60)


async def trickle_body(asked: Asked) -> None:
    """Sends a byte of the body at a time."""
    await asked.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        await asked.send(b" ")
        await asyncio.sleep(0.1)


async def trickle_headers(asked: Asked) -> None:
    """Sends a byte of the headers at a time."""
    for byte in reply(b"{}", "200 OK", "X-Long: " + "a" * 500):
        await asked.send(bytes((byte,)))
        await asyncio.sleep(0.1)


async def interim_without_end(asked: Asked) -> None:
    """Announces an answer for ever."""
    while not asked.writer.transport.is_closing():
        await asked.send(b"HTTP/1.1 102 Processing\r\n\r\n")
        await asyncio.sleep(0.001)


@pytest.mark.parametrize(("behave", "cause"), [(reset, "reset"), (reset_inside, "cut_short")])
def test_a_reset_is_an_error(behave: Callable[[Asked], Any], cause: str, play: Play) -> None:
    """A connection that is reset before or inside the body brings nothing, though the part that came would parse."""
    assert play(behave, fate) == ("error", cause)


@pytest.mark.parametrize("behave", [hang, trickle_body, trickle_headers])
def test_one_limit_covers_all_of_a_call(behave: Callable[[Asked], Any], play: Play) -> None:
    """Silence and a trickle end at the deadline, and their connection is not used again."""

    async def scenario(rig: Rig) -> None:
        began = rig.clock.now()

        assert await rig.fate(within=0.2) == ("timeout", "total_timeout")
        assert rig.clock.now() - began == pytest.approx(0.2, abs=0.002)
        assert await rig.fate(within=0.05) == ("timeout", "total_timeout")
        assert rig.upstream.connections == 2

    play(behave, scenario)


def test_interim_replies_without_end_are_no_reply(play: Play) -> None:
    """Who only ever announces an answer is cut off after a few words, and not at the deadline."""

    async def scenario(rig: Rig) -> None:
        began = rig.clock.now()

        assert await rig.fate(within=0.2) == ("error", "protocol_error")
        assert rig.clock.now() - began < 0.05
        assert rig.pool.statistics().open == 0

    play(interim_without_end, scenario)


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_a_body_where_none_may_be_is_an_error(status: str, play: Play) -> None:
    """Bytes behind a reply that has no body make the whole of it suspect."""
    stray = f"HTTP/1.1 {status}\r\n\r\n{{}}".encode()

    assert play(always(stray), fate) == ("error", "protocol_error")


def test_every_end_of_a_bad_call_closes_its_connection(play: Play) -> None:
    """Whatever was wrong with a reply, its connection is gone before the caller hears of it."""

    async def scenario(rig: Rig) -> None:
        for name, (data, closed, reason, _) in EVIL.items():
            if reason in {"error", "invalid"} and not data.endswith((b"{}", b"gzip", GZIP_WITHOUT_END, b"<html>")):
                rig.upstream.behave = always(data, close=closed)
                await rig.fate()
                counted = rig.pool.statistics()
                assert counted.open == counted.idle, name
        await asyncio.sleep(16)
        assert rig.pool.statistics().open == 0

    play(hang, scenario)
