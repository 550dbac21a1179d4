"""Connections are never more than they may be, nobody waits for one, and nothing of a call outlives it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from connectors import Settings
from gateway.clock import Clock
from gateway.outcome import Verdict
from gateway.pool import Pool
from gateway.pool.failures import Failed
from raw_upstream import Asked, Plain, Rig, call_of, echo, echo_later

Play = Callable[..., Any]


def test_nobody_waits_for_room(play: Play) -> None:
    """With every connection out a further call fails at once, says nothing of its source, and is counted."""

    async def scenario(rig: Rig) -> None:
        calls = [asyncio.ensure_future(rig.fate(call_of(str(number)))) for number in range(3)]
        await asyncio.sleep(0.005)
        began = rig.clock.now()
        with pytest.raises(Failed) as caught:
            await rig.ask(call_of("more"))

        assert (caught.value.outcome.reason, caught.value.verdict) == ("bulkhead", Verdict.NEUTRAL)
        assert rig.clock.now() == began
        assert [await call for call in calls] == [("live", str(number)) for number in range(3)]
        assert await rig.fate(call_of("later")) == ("live", "later")
        counted = rig.pool.statistics()
        assert (counted.crowded, counted.open, counted.idle) == (1, 3, 3)

    play(echo_later, scenario, limit=100, each=3)


def test_one_origin_takes_a_quarter_unless_it_is_said_otherwise(play: Play) -> None:
    """A source that hangs cannot take the connections of all the others."""

    async def scenario(rig: Rig) -> None:
        ends = await asyncio.gather(*(rig.fate(call_of(str(number))) for number in range(8)))

        assert sum(end[0] == "live" for end in ends) == 5
        assert sum(end[0] == "bulkhead" for end in ends) == 3

    play(echo_later, scenario, limit=20)


def test_an_idle_connection_makes_room_for_another_origin(play: Play) -> None:
    """At the limit the connection that is not needed gives way to the one that is; a busy one never does."""

    async def scenario(rig: Rig) -> None:
        other = await asyncio.start_server(rig.upstream.serve, "127.0.0.1", 0)
        base = f"http://127.0.0.1:{other.sockets[0].getsockname()[1]}"
        there = {"connector": Plain(Settings(base_url=base))}
        assert await rig.fate(call_of("a")) == ("live", "a")
        assert await rig.fate(call_of("b"), **there) == ("live", "b")
        assert (rig.pool.statistics().open, rig.pool.statistics().opened) == (1, 2)

        busy = asyncio.ensure_future(rig.fate(call_of("c"), **there))
        await asyncio.sleep(0.005)
        assert (await rig.fate(call_of("d")))[0] == "bulkhead"
        assert await busy == ("live", "c")
        other.close()

    play(echo_later, scenario, limit=1, each=1)


def test_a_call_of_its_own_makes_room_at_its_own_origin(play: Play) -> None:
    """A source that shares no connection is not kept out by an idle one of its neighbour."""

    async def scenario(rig: Rig) -> None:
        assert await rig.fate(call_of("a")) == ("live", "a")
        assert await rig.fate(call_of("b"), reuse=False) == ("live", "b")
        assert rig.pool.statistics().open == 0

    play(echo, scenario, each=1)


def test_a_pool_that_is_closed_opens_nothing(play: Play) -> None:
    """After its end a call fails at once, and so does one whose connection was still being made."""

    async def scenario(rig: Rig) -> None:
        late = asyncio.ensure_future(rig.fate(call_of("a")))
        await asyncio.sleep(0)
        await rig.pool.close()

        assert (await late)[0] == "error"
        assert await rig.fate(call_of("b")) == ("error", "reset")
        assert rig.pool.statistics().open == 0

    play(echo, scenario)


async def leave(call: Awaitable[Any], after: float) -> None:
    """Leaves a call after so many seconds."""
    task = asyncio.ensure_future(call)
    await asyncio.sleep(after)
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()


def test_leaving_closes_at_once(play: Play) -> None:
    """A caller who leaves takes its connection along in that moment; the other side sees the end."""
    ended: list[float] = []

    async def behave(asked: Asked) -> None:
        protocol: Any = asked.writer.transport.get_protocol()
        assert await protocol._stream_reader.read() == b""
        ended.append(asyncio.get_running_loop().time())

    async def scenario(rig: Rig) -> None:
        began = rig.clock.now()
        await leave(rig.fate(call_of("a")), 0.05)
        assert rig.pool.statistics().open == 0
        await asyncio.sleep(0.01)

        assert ended == [pytest.approx(began + 0.05, abs=0.005)]

    play(behave, scenario)


def test_the_deadline_of_a_call_does_not_outlive_it(play: Play) -> None:
    """No timer is left of a call that is over, and none of a pool that is closed."""

    async def scenario(rig: Rig) -> None:
        loop: Any = asyncio.get_running_loop()
        for number in range(20):
            await rig.fate(call_of(str(number)), within=30)
        live = [timer for timer in loop._scheduled if not timer.cancelled()]
        assert len(live) == 1  # what looks after the idle ones

        await rig.pool.close()
        assert [timer for timer in loop._scheduled if not timer.cancelled()] == []

    play(echo, scenario)


def test_a_pool_without_calls_costs_nothing(play: Play) -> None:
    """Before the first call there is no connection, no task and no timer."""

    async def scenario(rig: Rig) -> None:
        loop: Any = asyncio.get_running_loop()
        before = len(loop._scheduled), len(asyncio.all_tasks())
        pool = Pool(Clock(loop.time))

        assert (len(loop._scheduled), len(asyncio.all_tasks())) == before
        assert pool.statistics().open == 0
        await pool.close()

    play(echo, scenario)
