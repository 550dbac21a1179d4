"""Calls that are let go: cancelled once, looked at a second later, and told of if they are still there."""

import asyncio

import pytest

from gateway.stragglers import PATIENCE, Stragglers
from stand_in import pause
from virtual_time import EXACTLY, in_virtual_time, settle, wait


class Bench:
    """Lets calls of one kind go, and notes of whom it was told, and when."""

    def __init__(self) -> None:
        self.told: list[tuple[str, float]] = []
        self.stragglers = Stragglers(lambda name: self.told.append((name, asyncio.get_running_loop().time())))

    async def begun(self, stubborn: float) -> asyncio.Task[None]:
        """A call that lives on for so long once it was cancelled."""
        task = asyncio.ensure_future(pause(3600.0, stubborn))
        await settle()
        return task


@pytest.mark.parametrize(("stubborn", "times"), [(0.0, 0), (0.9, 0), (1.1, 1), (60.0, 1)])
@in_virtual_time
async def test_one_that_lives_on_for_a_second_is_told_of_once(stubborn: float, times: int) -> None:
    """Its source is named a second after it was let go, and not again; who goes in time is never named."""
    bench = Bench()
    task = await bench.begun(stubborn)
    began = asyncio.get_running_loop().time()

    for _ in range(3):
        bench.stragglers.let_go("quote", task)
    await wait(70.0)

    assert bench.told == [("quote", pytest.approx(began + PATIENCE, abs=EXACTLY))] * times
    assert bench.stragglers.uncooperative == times
    assert task.done()


@in_virtual_time
async def test_one_that_has_ended_is_left_alone() -> None:
    """There is nothing to cancel, and no timer."""
    bench = Bench()
    task = asyncio.ensure_future(pause(0.0, 0.0))
    await task

    bench.stragglers.let_go("quote", task)
    await wait(2.0)

    assert (bench.told, task.cancelled()) == ([], False)


@in_virtual_time
async def test_a_call_hears_the_words_it_is_cancelled_with() -> None:
    """So that it can tell one end from another."""
    bench = Bench()
    heard: list[object] = []

    async def listen() -> None:
        try:
            await asyncio.sleep(3600.0)
        except asyncio.CancelledError as cancelled:
            heard.extend(cancelled.args)
            raise

    task = asyncio.ensure_future(listen())
    await settle()
    bench.stragglers.let_go("quote", task, "outdone")
    await settle()

    assert heard == ["outdone"]
