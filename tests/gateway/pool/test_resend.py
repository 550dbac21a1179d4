"""A request goes out twice only if nothing came back, its connection was a used one, and it changes nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from connectors import Call
from raw_upstream import Asked, Rig, call_of, echo

Play = Callable[..., Any]


def closes_in_the_moment_of_use(*, always: bool) -> Callable[[Asked], Awaitable[None]]:
    """Answers the first request of a connection and drops it when the second comes in; or never answers at all."""
    served: set[int] = set()

    async def behave(asked: Asked) -> None:
        if always or asked.connection in served:
            return asked.abort()
        served.add(asked.connection)
        return await echo(asked)

    return behave


def test_a_used_connection_that_dies_is_made_up_for_once(play: Play) -> None:
    """An idempotent call on a connection that dies in that moment is sent anew, without a word to anybody."""

    async def scenario(rig: Rig) -> None:
        assert await rig.fate(call_of("first")) == ("live", "first")
        assert await rig.fate(call_of("second")) == ("live", "second")
        assert rig.pool.statistics().resent == 1
        assert len(rig.upstream.requests) == 3

    play(closes_in_the_moment_of_use(always=False), scenario)


def test_a_new_connection_that_dies_is_not_made_up_for(play: Play) -> None:
    """A source that drops every connection is asked once a call: an outage does not double the calls."""

    async def scenario(rig: Rig) -> None:
        assert await rig.fate(call_of("first")) == ("error", "reset")
        assert len(rig.upstream.requests) == 1
        assert rig.pool.statistics().resent == 0

    play(closes_in_the_moment_of_use(always=True), scenario)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_changes_something_is_never_sent_twice(method: str, play: Play) -> None:
    """Anything but a GET or HEAD on a used connection that dies is an error."""

    async def scenario(rig: Rig) -> None:
        assert await rig.fate(call_of("first")) == ("live", "first")
        post = Call(method, "/v1", params={"id": "x"}, json={})

        assert await rig.fate(post) == ("error", "reset")
        assert len(rig.upstream.requests) == 2

    play(closes_in_the_moment_of_use(always=False), scenario)


def test_a_request_that_was_half_answered_is_not_sent_again(play: Play) -> None:
    """One byte of a reply is enough: the source has seen the request, and the call fails."""

    async def behave(asked: Asked) -> None:
        if asked.number == 1:
            return await echo(asked)
        await asked.send(b"H")
        return asked.writer.close()

    async def scenario(rig: Rig) -> None:
        assert await rig.fate(call_of("first")) == ("live", "first")
        assert await rig.fate(call_of("second")) == ("error", "cut_short")
        assert (len(rig.upstream.requests), rig.pool.statistics().resent) == (2, 0)

    play(behave, scenario)


def test_a_second_try_has_no_more_time_than_the_first(play: Play) -> None:
    """The deadline is one instant: what is sent again late in a call ends where the call ends."""

    async def behave(asked: Asked) -> None:
        if asked.number == 1:
            return await echo(asked)
        await asyncio.sleep(0.06)
        if asked.number == 2:
            return asked.abort()
        return await echo(asked)

    async def scenario(rig: Rig) -> None:
        assert await rig.fate(call_of("first")) == ("live", "first")
        began = rig.clock.now()
        assert await rig.fate(call_of("second"), within=0.1) == ("timeout", "total_timeout")
        assert rig.clock.now() - began == pytest.approx(0.1, abs=0.005)
        assert rig.pool.statistics().resent == 1

    play(behave, scenario)
