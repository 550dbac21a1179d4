"""What a pool makes of every kind of reply: a good one comes through, an evil one ends as one reason and one cause."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from connectors import Call
from gateway.pool.resolver import Resolver
from names import PATIENT
from raw_upstream import GET, WALL, Asked, Rig, always, reply

Play = Callable[..., Any]


async def fate(rig: Rig) -> tuple[str, str | None]:
    """How a call ends."""
    return await rig.fate()


def test_a_good_reply_comes_through(play: Play) -> None:
    """Status, headers in any case, body and the instant of arrival are those of the upstream."""

    async def scenario(rig: Rig) -> None:
        answer = await rig.ask(Call("GET", "/v1/thing", params={"q": "a b&c", "n": 1.5}))

        assert (answer.status, answer.json, answer.headers["x-ONE"]) == (200, {"id": "a"}, "1")
        assert answer.at.timestamp() == WALL
        assert rig.upstream.requests[0].startswith(b"GET /v1/thing?q=a%20b%26c&n=1.5 HTTP/1.1\r\n")

    play(always(reply(b'{"id": "a"}', "200 OK", "X-One: 1")), scenario)


def test_the_headers_of_a_reply_cannot_be_changed(play: Play) -> None:
    """A connector that writes to the headers it was given gets an error, not another connector's headers."""

    async def scenario(rig: Rig) -> None:
        answer = await rig.ask()

        with pytest.raises(TypeError):
            answer.headers["X"] = "1"  # type: ignore[index]

    play(always(reply()), scenario)


def test_one_interim_reply_does_no_harm(play: Play) -> None:
    """An early hint before the answer is passed over."""
    assert play(always(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + reply()), fate) == ("live", '{"id": "a"}')


def test_a_reply_of_http_1_0_without_length_is_read_to_its_end(play: Play) -> None:
    """The end of the connection is the end of such a body."""
    assert play(always(b"HTTP/1.0 200 OK\r\n\r\n{}", close=True), fate) == ("live", "{}")


def test_an_empty_body_is_a_reply(play: Play) -> None:
    """Whether nothing is an answer is for the connector to say."""
    assert play(always(reply(b"")), fate) == ("live", "")


def test_an_expected_status_is_a_reply(play: Play) -> None:
    """A status that the call names comes back as it is, with its body."""

    async def scenario(rig: Rig) -> None:
        answer = await rig.ask(Call("GET", "/v1/thing", expect=(200, 403)))

        assert (answer.status, answer.json) == (403, {"code": 2007})

    play(always(reply(b'{"code": 2007}', "403 Forbidden")), scenario)


def test_the_wait_that_a_vendor_asks_for_is_kept(play: Play) -> None:
    """A 429 has the seconds of its header as a fact of the outcome, and a 500 none."""

    async def behave(asked: Asked) -> None:
        await asked.send(reply(b"", ["429 Slow", "503 Down", "500 Oops"][asked.number - 1], "Retry-After: 7"))

    async def scenario(rig: Rig) -> list[float | None]:
        waits = []
        for _ in range(3):
            with pytest.raises(Exception, match=r"quota|error") as caught:
                await rig.ask()
            waits.append(caught.value.outcome.retry_after)
        return waits

    assert play(behave, scenario) == [7.0, 7.0, None]


def test_a_short_error_reply_keeps_its_connection(play: Play) -> None:
    """A 404 that came whole costs no new connection; one whose body is still to come does."""

    async def behave(asked: Asked) -> None:
        whole = reply(b"{}", "404 Not Found")
        await asked.send(whole if asked.number < 3 else whole[:-1])

    async def scenario(rig: Rig) -> list[int]:
        counted = []
        for _ in range(4):
            await rig.fate()
            counted.append(rig.upstream.connections)
        return counted

    assert play(behave, scenario) == [1, 1, 1, 2]


def test_no_cookie_is_kept(play_in_real_time: Play) -> None:
    """What one reply sets, no later call sends back."""

    async def scenario(rig: Rig) -> None:
        await rig.ask(within=2)
        await rig.ask(within=2)

        assert all(b"cookie" not in request.lower() for request in rig.upstream.requests)

    # By name, because a jar would keep no cookie of an address anyway.
    behave = always(reply(b"{}", "200 OK", "Set-Cookie: sid=1; Path=/"))
    resolver = Resolver(time.monotonic, law=PATIENT)
    play_in_real_time(behave, scenario, host="localhost", resolver=resolver, connect_limit=2)


def test_two_calls_alike_are_the_same_bytes(play: Play) -> None:
    """Nothing in a request tells two viewers apart: no trace, no counter, no version of Python."""

    async def scenario(rig: Rig) -> None:
        await rig.ask()
        await rig.ask()

        first, second = rig.upstream.requests
        assert first == second
        names = {line.partition(b":")[0].lower() for line in first.split(b"\r\n")[1:] if line}
        assert names == {b"host", b"accept", b"accept-encoding", b"user-agent"}
        assert b"python" not in first.lower()

    play(always(reply()), scenario)


def test_a_body_is_sent_as_json(play: Play) -> None:
    """`Call.json` goes out as JSON with its length, and with the headers of the call."""

    async def scenario(rig: Rig) -> None:
        await rig.ask(Call("POST", "/v1/thing", json={"id": ["ü"]}, headers={"X-Key": "k"}))

        head, _, body = rig.upstream.requests[0].partition(b"\r\n\r\n")
        assert json.loads(body) == {"id": ["ü"]}
        assert b"Content-Type: application/json" in head
        assert b"X-Key: k" in head

    play(always(reply()), scenario)


@pytest.mark.parametrize(
    "call",
    [
        Call("GET", "/v1", headers={"X": "a\r\nY: b"}),
        Call("GET", "/v1", headers={"X": "a\0"}),
        Call("GET", "/v1", headers={"X": "ü"}),
        Call("GET", "/v1", headers={"X\r\nY": "b"}),
        Call("GET", "/v1", headers={"Host": "evil.example"}),
        Call("GET", "/v1", headers={"Transfer-Encoding": "chunked"}),
        Call("GET", "/v1", params={"x": float("nan")}),
        Call("GET", "/v1", params={"x": None}),  # type: ignore[dict-item]
        Call("POST", "/v1", json={"x": object()}),
        Call("POST", "/v1", json="a" * 300_000),
        Call("GET", "/v1/%2e%2e/admin"),
    ],
)
def test_a_call_that_could_be_read_as_another_is_not_sent(call: Call, play: Play) -> None:
    """A value that ends its header, moves its path or has no form on the wire is the connector's own mistake."""

    async def scenario(rig: Rig) -> None:
        assert await rig.fate(call) == ("plugin", "connector_bug")
        assert rig.upstream.connections == 0

    play(always(reply()), scenario)


def test_a_huge_body_is_refused_from_its_header(play: Play) -> None:
    """A stated length over the cap ends the call before any of the body is read, and the connection with it."""

    async def behave(asked: Asked) -> None:
        await asked.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n")
        await asyncio.sleep(30)

    async def scenario(rig: Rig) -> None:
        began = rig.clock.now()

        assert await rig.fate(max_bytes=1024) == ("invalid", "too_large")
        assert rig.clock.now() - began < 1

    play(behave, scenario)


def test_a_head_states_a_length_that_does_not_come(play: Play) -> None:
    """The length in the reply to a HEAD is that of another body, and its connection is used again."""

    async def scenario(rig: Rig) -> None:
        for _ in range(2):
            answer = await rig.ask(Call("HEAD", "/v1/thing"))
            assert (answer.body, answer.headers["Content-Length"]) == (b"", "100000000")
        assert rig.upstream.connections == 1

    play(always(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n"), scenario)


def test_a_body_of_exactly_the_cap_is_read(play: Play) -> None:
    """The cap itself is allowed, one byte more is not."""

    async def scenario(rig: Rig) -> None:
        assert (await rig.fate(max_bytes=2048))[0] == "live"
        assert await rig.fate(max_bytes=2047) == ("invalid", "too_large")

    play(always(reply(b"a" * 2048)), scenario)


def test_a_post_that_nobody_reads_ends_at_the_deadline(play: Play) -> None:
    """An upstream that accepts and never reads holds a call no longer than one that never answers."""

    async def scenario(rig: Rig) -> None:
        async def mute(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            rig.upstream.writers.append(writer)
            writer.transport.pause_reading()

        server = await asyncio.start_server(mute, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        connector = type(rig.source.connector)(
            rig.source.connector.settings.model_copy(update={"base_url": f"http://127.0.0.1:{port}"})
        )
        big = Call("POST", "/v1", json="a" * 200_000)
        found = await rig.fate(big, within=0.3, connector=connector)
        server.close()

        assert found == ("timeout", "total_timeout")

    play(always(reply()), scenario)


def test_a_call_out_of_time_ends_at_once(play: Play) -> None:
    """A deadline that has passed is a timeout without a request, and costs no connection."""

    async def scenario(rig: Rig) -> None:
        for within in (-1, 0):
            assert await rig.fate(GET, within=within) == ("timeout", "total_timeout")
        assert rig.upstream.connections == 0

        await rig.ask()
        assert await rig.fate(GET, within=0) == ("timeout", "total_timeout")
        assert (len(rig.upstream.requests), rig.pool.statistics().idle) == (1, 1)

    play(always(reply()), scenario)
