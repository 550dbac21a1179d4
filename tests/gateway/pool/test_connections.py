"""No viewer is given what was meant for another: a connection with an unasked byte is never used again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from connectors import Call
from gateway.pool.lane import PENALTY
from raw_upstream import Asked, Rig, reply

Play = Callable[..., Any]
CALLS = [Call("GET", "/v1", params={"id": name}) for name in ("first", "second", "third")]


def own(asked: Asked) -> bytes:
    """The answer that a request is entitled to."""
    return reply(asked.id.encode())


STRAY = reply(b"stray")


def stray_after(seconds: float | None) -> Callable[[Asked], Awaitable[None]]:
    """Sends one answer too many behind the first: in the same segment (None) or that much later."""

    async def behave(asked: Asked) -> None:
        if asked.number > 1:
            return await asked.send(own(asked))
        if seconds is None:
            return await asked.send(own(asked) + STRAY)
        await asked.send(own(asked))
        await asyncio.sleep(seconds)
        return await asked.send(STRAY)

    return behave


async def stray_behind_the_next_request(asked: Asked) -> None:
    """Answers the second request on a connection with an answer too many, before its own."""
    stray = STRAY if asked.number == 2 and asked.connection == 1 else b""
    await asked.send(stray + own(asked))


async def texts(rig: Rig, pause: float = 0.05, **how: Any) -> list[str]:
    """What each of three calls in a row is told."""
    told = []
    for call in CALLS:
        told.append((await rig.fate(call, **how))[1] or "")
        await asyncio.sleep(pause)
    return told


@pytest.mark.parametrize("seconds", [None, 0.0, 0.00001, 0.001, 0.02])
def test_a_stray_answer_is_nobodys(seconds: float | None, play: Play) -> None:
    """An answer too many, in the same segment or while the connection is idle, reaches no later call."""

    async def scenario(rig: Rig) -> None:
        assert await texts(rig) == ["first", "second", "third"]
        assert rig.upstream.connections > 1

    play(stray_after(seconds), scenario)


def test_without_the_guard_the_stray_answer_is_taken_for_the_next(play: Play) -> None:
    """The control: a plain connector gives the second call the answer that nobody asked for."""

    async def scenario(rig: Rig) -> None:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            told = []
            for name in ("first", "second"):
                url = f"http://127.0.0.1:{rig.upstream.port}/v1?id={name}"
                async with session.get(url) as response:
                    told.append(await response.text())
                await asyncio.sleep(0.05)

        assert told == ["first", "stray"]

    play(stray_after(0.02), scenario)


def test_what_no_connection_can_see_is_kept_out_by_not_sharing_it(play: Play) -> None:
    """A stray answer behind the next request is taken for its own; with `reuse=False` there is no next request."""

    async def shared(rig: Rig) -> list[str]:
        return await texts(rig, pause=0)

    async def single(rig: Rig) -> list[str]:
        told = await texts(rig, pause=0, reuse=False)
        assert rig.upstream.connections == 3
        assert all(b"Connection: close\r\n" in request for request in rig.upstream.requests)
        return told

    assert play(stray_behind_the_next_request, shared)[1] == "stray"
    assert play(stray_behind_the_next_request, single) == ["first", "second", "third"]


def test_a_204_with_a_body_does_not_speak_for_the_next_call(play: Play) -> None:
    """Bytes behind a reply that has no body end the connection; the next call gets its own answer."""

    async def behave(asked: Asked) -> None:
        stray = b"HTTP/1.1 204 No Content\r\n\r\n" + reply(b'"stray"')
        await asked.send(stray if asked.number == 1 else reply(b'"own"'))

    async def scenario(rig: Rig) -> None:
        assert (await rig.fate())[0] in {"absent", "error"}
        assert await rig.fate() == ("live", '"own"')
        assert rig.upstream.connections == 2

    play(behave, scenario)


@pytest.mark.parametrize("seconds", [None, 0.02])
def test_an_origin_caught_once_gets_no_idle_connection_for_a_while(seconds: float | None, play: Play) -> None:
    """After an unasked byte, each call has a connection of its own, until the penalty is over."""

    async def scenario(rig: Rig) -> None:
        await texts(rig)
        caught = rig.upstream.connections
        await texts(rig)

        assert rig.pool.statistics().desynchronised == 1
        assert rig.upstream.connections == caught + 3
        assert all(b"Connection: close\r\n" in request for request in rig.upstream.requests[-3:])

        await asyncio.sleep(PENALTY)
        await texts(rig)
        assert rig.upstream.connections <= caught + 4  # at most one for the three calls

    play(stray_after(seconds), scenario)


def test_a_connection_that_behaves_is_used_again(play: Play) -> None:
    """Calls in a row share one connection; nothing is dropped."""

    async def behave(asked: Asked) -> None:
        await asked.send(own(asked))

    async def scenario(rig: Rig) -> None:
        await texts(rig)
        counted = rig.pool.statistics()

        assert (counted.calls, counted.opened, counted.dropped, counted.desynchronised) == (3, 1, 0, 0)

    play(behave, scenario)


def test_what_the_loop_has_not_come_round_to_is_seen(play_in_real_time: Play) -> None:
    """Bytes and an end that are still in the kernel close an idle connection too, and its call loses nothing."""

    async def behave(asked: Asked) -> None:
        await asked.send(own(asked))

    async def scenario(rig: Rig) -> None:
        assert await rig.fate(CALLS[0]) == ("live", "first")
        handle = rig.upstream.writers[0].get_extra_info("socket")
        with handle.dup() as raw:  # past the loop, so that its own turn does not come before the next call
            raw.send(STRAY)

        assert await rig.fate(CALLS[1]) == ("live", "second")
        assert rig.pool.statistics().dropped == 1

    play_in_real_time(behave, scenario)


def test_an_origin_that_is_caught_keeps_no_connection_of_before(play: Play) -> None:
    """One stray answer costs the origin its idle connections, and those under way as soon as their calls are over."""

    async def behave(asked: Asked) -> None:
        await asyncio.sleep({"first": 0.01, "second": 0.02, "third": 0.03}[asked.id])
        await asked.send(own(asked) + (STRAY if asked.id == "second" else b""))

    async def scenario(rig: Rig) -> None:
        ends = [asyncio.ensure_future(rig.fate(call)) for call in CALLS]
        await asyncio.sleep(0.015)
        assert (rig.pool.statistics().open, rig.pool.statistics().idle) == (3, 1)
        await asyncio.sleep(0.01)
        assert (rig.pool.statistics().open, rig.pool.statistics().idle) == (1, 0)

        assert [await end for end in ends] == [("live", "first"), ("live", "second"), ("live", "third")]
        assert rig.pool.statistics().open == 0

    play(behave, scenario)


@pytest.mark.parametrize("more", [b"\r\n", b"\0", b"garbage", b"HTTP/1.1 200 OK\r\n\r\n", STRAY * 50], ids=len)
def test_garbage_behind_a_reply_harms_nobody(more: bytes, play: Play) -> None:
    """Each of many callers at once gets its own answer, though every answer has garbage behind it."""

    async def behave(asked: Asked) -> None:
        await asked.send(own(asked) + more)

    async def scenario(rig: Rig) -> None:
        for _ in range(3):
            calls = [Call("GET", "/v1", params={"id": f"{number}"}) for number in range(8)]
            ends = await asyncio.gather(*(rig.fate(call) for call in calls))
            assert ends == [("live", f"{number}") for number in range(8)]
        assert rig.pool.statistics().reused == 0
        assert rig.upstream.connections == 24

    play(behave, scenario)


def test_a_reply_may_come_byte_by_byte(play: Play) -> None:
    """Slow delivery changes no answer, and its connection is as good as any."""

    async def behave(asked: Asked) -> None:
        for byte in own(asked):
            await asked.send(bytes((byte,)))
            await asyncio.sleep(0.001)

    async def scenario(rig: Rig) -> None:
        assert await texts(rig) == ["first", "second", "third"]
        assert rig.upstream.connections == 1

    play(behave, scenario)
