"""After the payload of a stream: what is still out is awaited further. Makes `Result`s, as they come.

The law of the waiting:
1. Each wait ends at an instant that it is given, when the last window closes, or when `over` is said; whichever is
   first. What ignores its cancellation is not waited for.
2. A signal is awaited until its window closes. Then it is left, with all that waits for it.
3. What comes lets those be asked or derived that read it. Whether anything new may be asked is looked up then, not
   before: the gateway may have become busy.
4. Whatever is out in the end is left by whoever holds the `Collected`.
"""

import asyncio
from asyncio import Future
from collections.abc import Callable, Mapping
from typing import Any

from gateway.budget import TICK
from gateway.clock import Clock
from gateway.flow.fanout import Board
from gateway.flow.result import Result


class Late:
    """The board of a stream whose payload is written.

    `windows` are the instants at which each signal has become useless; `may_ask()` says whether new asks are made.
    """

    def __init__(self, board: Board, windows: Mapping[str, float], clock: Clock, may_ask: Callable[[], bool]) -> None:
        self._board = board
        self._windows = windows
        self._clock = clock
        self._may_ask = may_ask
        self._leave_closed()

    @property
    def until(self) -> float | None:
        """The instant at which the last window closes; None when nothing can come any more."""
        if not self._board.out:
            return None
        return max(self._windows[name] for name, _ in self._board.out.values())

    async def come(self, until: float, over: Future[None]) -> list[Result]:
        """Wait until something comes, at most until that instant: the signals that came, parents first."""
        board, last = self._board, self.until
        if last is None or over.done():
            return []
        known = len(board.results)
        limit = max(0.0, min(until, self._next_to_close()) - self._clock.now())
        awaited: set[Future[Any]] = {over, *board.out}
        done, _ = await asyncio.wait(awaited, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        board.is_sparing = not self._may_ask()
        board.take(future for future in tuple(board.out) if future in done)
        self._leave_closed()
        return list(board.results.values())[known:]

    def _next_to_close(self) -> float:
        return min(self._windows[name] for name, _ in self._board.out.values())

    def _leave_closed(self) -> None:
        soon = self._clock.now() + TICK
        self._board.leave({name for name, closes in self._windows.items() if closes <= soon})
