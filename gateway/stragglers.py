"""Calls that nobody needs any more: each is cancelled, and never waited for.

The law of the state: a call is let go once. It is looked at again a while later, and what still runs then is counted,
and its source told of, once: it ignores its cancellation, and keeps its permits until it ends.
"""

import asyncio
from asyncio import Task
from collections.abc import Callable
from typing import Any

PATIENCE = 1.0
"""How long after its cancellation a call may still be running, in seconds, before it counts as uncooperative."""


class Stragglers:
    """Lets calls go. `stuck(name)` is told of each that ignored it, by the name of its source."""

    def __init__(self, stuck: Callable[[str], None] = lambda _: None) -> None:
        self._stuck = stuck
        self._leaving: set[Task[Any]] = set()
        self._uncooperative = 0

    def let_go(self, name: str, task: Task[Any], *words: str) -> None:
        """Cancel a call to a source, with the words that it will be told."""
        if task.done() or task in self._leaving:
            return
        task.cancel(*words)
        self._leaving.add(task)
        timer = asyncio.get_running_loop().call_later(PATIENCE, self._look_again, name, task)
        task.add_done_callback(lambda _: timer.cancel())
        task.add_done_callback(self._leaving.discard)

    @property
    def uncooperative(self) -> int:
        """How many ignored it so far."""
        return self._uncooperative

    def _look_again(self, name: str, task: Task[Any]) -> None:
        if not task.done():
            self._uncooperative += 1
            self._stuck(name)
