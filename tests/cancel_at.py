"""Cancels an operation at each of its suspensions in turn, as somebody from outside would."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any


class CancelAt:
    """Runs a coroutine; at its `stop`th suspension the running task is cancelled. `seen` counts the suspensions."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], stop: int) -> None:
        self._coroutine = coroutine
        self._stop = stop
        self.seen = 0

    def __await__(self) -> Generator[Any, Any, Any]:
        steps = self._coroutine.__await__()
        raised: BaseException | None = None
        while True:
            try:
                suspended = next(steps) if raised is None else steps.throw(raised)
            except StopIteration as stop:
                return stop.value
            raised = None
            self.seen += 1
            if self.seen == self._stop:
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            try:
                yield suspended
            except BaseException as error:
                raised = error


async def cancelled_at_each(begin: Callable[[], Coroutine[Any, Any, Any]], check: Callable[[], Awaitable[None]]) -> int:
    """Begin anew and cancel at the first, second, … suspension, checking after each; how many there are.

    A cancellation must get out of the operation: one that is swallowed is told by an assertion.
    """
    for stop in range(1, 10_000):
        running = CancelAt(begin(), stop)

        async def operation(running: CancelAt = running) -> None:
            await running

        task = asyncio.ensure_future(operation())
        await asyncio.wait({task})
        if running.seen < stop:
            task.result()
            return running.seen
        assert task.cancelled(), f"the cancellation at suspension {stop} was swallowed"
        await check()
    raise AssertionError("the operation does not end")
