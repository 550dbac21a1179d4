"""No viewer is given what was meant for another: a connection with an unasked byte is never used again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from connectors import Call
from gateway.upstream.connections import PENALTY
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


def test_an_origin_caught_once_gets_no_idle_connection_for_a_while(play: Play) -> None:
    """After an unasked byte each call has a connection of its own, until the penalty is over."""

    async def scenario(rig: Rig) -> None:
        await texts(rig)
        caught = rig.upstream.connections
        await texts(rig)

        assert rig.pool.statistics().desynchronised == 1
        assert rig.upstream.connections == caught + 3

        await asyncio.sleep(PENALTY)
        await texts(rig)
        assert rig.upstream.connections <= caught + 4  # at most one for the three calls

    play(stray_after(0.02), scenario)


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


def closes_in_the_moment_of_use(*, always: bool) -> Callable[[Asked], Awaitable[None]]:
    """Answers the first request of a connection and drops it when the second comes in; or never answers at all."""
    served: set[int] = set()

    async def behave(asked: Asked) -> None:
        if always or asked.connection in served:
            return asked.abort()
        served.add(asked.connection)
        return await asked.send(own(asked))

    return behave


def test_a_used_connection_that_dies_is_made_up_for_once(play: Play) -> None:
    """An idempotent call on a connection that dies in that moment is sent anew, without a word to anybody."""

    async def scenario(rig: Rig) -> None:
        assert await rig.fate(CALLS[0]) == ("live", "first")
        assert await rig.fate(CALLS[1]) == ("live", "second")
        assert rig.pool.statistics().resent == 1
        assert len(rig.upstream.requests) == 3

    play(closes_in_the_moment_of_use(always=False), scenario)


def test_a_new_connection_that_dies_is_not_made_up_for(play: Play) -> None:
    """A source that drops every connection is asked once a call: an outage does not double the calls."""

    async def scenario(rig: Rig) -> None:
        assert await rig.fate(CALLS[0]) == ("error", "reset")
        assert len(rig.upstream.requests) == 1
        assert rig.pool.statistics().resent == 0

    play(closes_in_the_moment_of_use(always=True), scenario)


def test_what_changes_something_is_never_sent_twice(play: Play) -> None:
    """A POST on a used connection that dies is an error."""

    async def scenario(rig: Rig) -> None:
        assert await rig.fate(CALLS[0]) == ("live", "first")
        post = Call("POST", "/v1", params={"id": "x"}, json={})

        assert await rig.fate(post) == ("error", "reset")
        assert len(rig.upstream.requests) == 2

    play(closes_in_the_moment_of_use(always=False), scenario)
