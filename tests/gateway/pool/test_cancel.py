"""A call can be cancelled at any moment: the pool stays whole, and the next viewer gets an answer of his own."""

import asyncio
import os
import random
from collections.abc import Callable, Coroutine, Generator
from typing import Any

import pytest

from connectors import Call
from gateway.pool.failures import Failed
from raw_upstream import Asked, Rig, comes_true, reply, settled

Play = Callable[..., Any]


class CancelAt:
    """Runs a coroutine; at its k-th suspension the running task is cancelled, as from outside."""

    def __init__(self, work: Coroutine[Any, Any, Any], k: int) -> None:
        self.work = work
        self.k = k
        self.suspensions = 0

    def __await__(self) -> Generator[Any, Any, Any]:
        inner = self.work.__await__()
        send: Any = None
        thrown: BaseException | None = None
        while True:
            try:
                waits_for = inner.throw(thrown) if thrown else inner.send(send)
            except StopIteration as stop:
                return stop.value
            thrown, self.suspensions = None, self.suspensions + 1
            if self.suspensions == self.k:
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            try:
                send = yield waits_for
            except BaseException as error:
                thrown = error


async def echo(asked: Asked) -> None:
    """Says the id it was asked for, in two pieces, a turn of the loop apart."""
    whole = reply(asked.id.encode())
    await asked.send(whole[:-1])
    await asyncio.sleep(0.001)
    await asked.send(whole[-1:])


def asking(name: str) -> Call:
    """A call for one id."""
    return Call("GET", "/v1", params={"id": name})


def in_use(rig: Rig) -> int:
    """The connections that carry a call, or are being made for one."""
    counted = rig.pool.statistics()
    return counted.open - counted.idle


async def cancelled_at(rig: Rig, k: int, reuse: bool) -> bool:
    """Cancels a call at its k-th suspension; False where it has fewer."""
    drill = CancelAt(rig.ask(asking("gone"), reuse=reuse), k)

    async def run() -> Any:
        return await drill

    task = asyncio.ensure_future(run())
    await asyncio.wait({task})
    if drill.suspensions < k:
        assert task.result().text == "gone"
        return False
    assert task.cancelled()
    return True


@pytest.mark.parametrize(
    ("used", "reuse", "points"),
    [(False, True, 3), (True, True, 1), (False, False, 3)],
    ids=["on a new connection", "on a used connection", "on one of its own"],
)
def test_a_call_can_be_cancelled_wherever_it_waits(used: bool, reuse: bool, points: int, play: Play) -> None:
    """For each point at which a call waits: the cancel goes through, and the next viewer's call is right."""

    def scenario_of(k: int) -> Callable[[Rig], Any]:
        async def scenario(rig: Rig) -> bool:
            if used:
                assert await rig.fate(asking("before")) == ("live", "before")
            was_cancelled = await cancelled_at(rig, k, reuse)
            for name in ("next", "after"):
                assert await rig.fate(asking(name), reuse=reuse) == ("live", name)
            assert in_use(rig) == 0
            return was_cancelled

        return scenario

    passed = 0
    while play(echo, scenario_of(passed + 1)):
        passed += 1
    assert passed >= points


def test_a_storm_of_cancels_mixes_nothing_up_and_loses_nothing(play_in_real_time: Play) -> None:
    """Twenty-four callers who leave at random from a pool of ten: each answer is its own, and then all is as before."""
    dice = random.Random(7)

    async def slow_echo(asked: Asked) -> None:
        await asyncio.sleep(dice.choice([0.0, 0.001, 0.002, 0.02, 0.05]))
        await asked.send(reply(asked.id.encode()))

    async def worker(rig: Rig, name: int, until: float, ends: dict[str, int]) -> None:
        number = 0
        # On a busy computer few leave in time: the storm goes on until enough have ended in each way.
        while rig.clock.now() < until or (min(ends.values()) <= 20 and rig.clock.now() < until + 5):
            number += 1
            mine = f"{name}-{number}"
            task = asyncio.ensure_future(rig.ask(asking(mine), within=dice.uniform(0.0005, 0.1)))
            await asyncio.wait({task}, timeout=dice.uniform(0.0005, 0.1))
            task.cancel()
            await asyncio.wait({task})
            if task.cancelled():
                ends["cancelled"] += 1
            elif isinstance(task.exception(), Failed):
                ends["failed"] += 1
            else:
                assert task.result().text == mine
                ends["answered"] += 1

    async def scenario(rig: Rig) -> None:
        assert await rig.fate(asking("first")) == ("live", "first")
        files = len(os.listdir("/proc/self/fd"))
        ends = {"cancelled": 0, "failed": 0, "answered": 0}
        until = rig.clock.now() + 2
        await asyncio.gather(*(worker(rig, name, until, ends) for name in range(24)))
        assert min(ends.values()) > 20

        assert await comes_true(lambda: in_use(rig) == 0)
        for number in range(12):
            assert await rig.fate(asking(f"after-{number}")) == ("live", f"after-{number}")
        assert in_use(rig) == 0
        # Idle connections are no loss: each is two descriptors here, the pool's end and the stand-in's.
        assert len(os.listdir("/proc/self/fd")) <= files + 2 * 10 + 2
        assert asyncio.all_tasks() - {asyncio.current_task()} <= _serving()

    play_in_real_time(slow_echo, scenario, limit=10)


def _serving() -> set[asyncio.Task[Any]]:
    """The stand-in's own tasks, one a connection that is open."""
    return {task for task in asyncio.all_tasks() if "serve" in repr(task.get_coro())}


def test_closing_the_pool_ends_what_is_under_way(play: Play) -> None:
    """A call that waits while the pool is closed fails, and nothing of it is left."""

    async def hang(asked: Asked) -> None:
        await asyncio.sleep(60)

    async def scenario(rig: Rig) -> None:
        task = asyncio.ensure_future(rig.fate(asking("a"), within=5))
        await asyncio.sleep(0.1)
        await rig.pool.close()
        began = rig.clock.now()

        assert (await task)[0] == "error"
        assert rig.clock.now() - began < 1
        await settled()

    play(hang, scenario)
