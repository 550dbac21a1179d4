"""A connection is used again while it is good, the last used first, and goes when nobody needs it."""

import asyncio
import gc
import os
from collections.abc import Callable
from typing import Any

import pytest

from raw_upstream import Asked, Plain, Rig, always, call_of, echo, echo_later, source_of

Play = Callable[..., Any]


def test_ten_thousand_calls_share_one_connection(play_in_real_time: Play) -> None:
    """One call after another needs one connection, each gets its own answer, and nothing grows."""

    async def scenario(rig: Rig) -> None:
        assert await rig.fate(call_of("first"), within=5) == ("live", "first")
        gc.collect()
        files, objects = len(os.listdir("/proc/self/fd")), len(gc.get_objects())
        rig.upstream.requests.clear()
        for number in range(10_000):
            name = str(number)
            assert await rig.fate(call_of(name), within=5) == ("live", name)
            rig.upstream.requests.clear()
        gc.collect()

        counted = rig.pool.statistics()
        assert (counted.opened, counted.reused, counted.open, counted.idle) == (1, 10_000, 1, 1)
        assert len(os.listdir("/proc/self/fd")) == files
        assert len(gc.get_objects()) < objects + 2_000

    play_in_real_time(echo, scenario)


def test_the_connection_last_used_is_used_first(play: Play) -> None:
    """After a burst a trickle of calls keeps one connection, so that the others can go."""
    used: list[int] = []

    async def behave(asked: Asked) -> None:
        used.append(asked.connection)
        await echo_later(asked)

    async def scenario(rig: Rig) -> None:
        await asyncio.gather(*(rig.fate(call_of(str(number))) for number in range(5)))
        burst = set(used)
        used.clear()
        for number in range(5):
            await rig.fate(call_of(str(number)))

        assert (len(burst), len(set(used))) == (5, 1)

    play(behave, scenario)


def test_an_idle_connection_goes_after_a_while(play: Play) -> None:
    """After its time an idle connection is closed, though nobody calls; one that is used in between stays."""

    async def scenario(rig: Rig) -> None:
        await asyncio.gather(rig.fate(call_of("a")), rig.fate(call_of("b")))
        assert rig.pool.statistics().idle == 2
        await asyncio.sleep(10)
        await rig.fate(call_of("c"))
        await asyncio.sleep(6)
        counted = rig.pool.statistics()
        assert (counted.open, counted.idle) == (1, 1)

        await asyncio.sleep(10)
        counted = rig.pool.statistics()
        assert (counted.open, counted.idle, counted.opened) == (0, 0, 2)

    play(echo_later, scenario, linger=15.0)


def test_an_end_that_was_seen_is_not_handed_out(play: Play) -> None:
    """A connection that the other side has closed while it was idle costs no call anything."""

    async def behave(asked: Asked) -> None:
        await echo(asked)
        asked.writer.close()

    async def scenario(rig: Rig) -> None:
        for name in ("a", "b", "c"):
            assert await rig.fate(call_of(name)) == ("live", name)
            await asyncio.sleep(0.01)
            assert rig.pool.statistics().open == 0
        counted = rig.pool.statistics()
        assert (counted.opened, counted.resent, counted.desynchronised) == (3, 0, 0)

    play(behave, scenario)


def test_two_sources_at_one_origin_share_its_connections(play: Play) -> None:
    """A connection belongs to an origin; what one source may not share, another still may."""

    async def scenario(rig: Rig) -> None:
        twin = source_of(Plain(rig.source.connector.settings))
        await rig.pool.exchange(call_of("a"), rig.source, rig.clock.now() + 1)
        await rig.pool.exchange(call_of("b"), twin, rig.clock.now() + 1)
        await rig.fate(call_of("c"), reuse=False)
        await rig.pool.exchange(call_of("d"), twin, rig.clock.now() + 1)

        assert (rig.upstream.connections, rig.pool.statistics().reused) == (2, 2)

    play(echo, scenario)


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n{}",
    ],
    ids=["said to be the last", "of HTTP/1.0"],
)
def test_a_last_reply_is_the_last(data: bytes, play: Play) -> None:
    """A connection that is to be closed is closed at once, and is nobody's fault."""

    async def scenario(rig: Rig) -> None:
        for _ in range(3):
            assert await rig.fate() == ("live", "{}")
        assert (rig.pool.statistics().open, rig.pool.statistics().desynchronised) == (0, 0)
        assert rig.upstream.connections == 3

    play(always(data), scenario)
