"""Says who holds the loop: while code does not return no deadline is kept, and nothing on the loop can tell.

The law of the state:
1. The beats are counted on the loop. The thread reads them, and the errand whose connector runs, and writes neither.
2. A loop is held when it has not beaten between several wakes of the thread in a row. That is counted once for as long
   as it lasts, and told while it lasts.
3. Who is named was at work at each of those wakes on one and the same errand, and was not kept from the processor by
   other processes meanwhile. Of all others the place alone is told, and not again for a while: under load, turns are
   long and nobody's fault.
4. What follows, the count and the strike against the source, is done on the loop, when it turns again.
5. No clock is read: what stops the whole process stops the thread too, and is nobody's doing.
"""

import asyncio
import logging
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gateway.ask import Errand

_log = logging.getLogger("moment")

WAKE_S = 0.025
WAKES = 4
"""The wakes in a row without a beat after which a loop is held: it is told of after 75 to 125 ms."""

MUTE = 1200
"""The wakes, half a minute of them, for which a hold that is nobody's is not told of again."""

NOBODY = "gateway"
"""Who is counted where no connector was at work; no connector may be called so."""


class Glimpses:
    """What the thread has seen so far: beats, and who was at work."""

    def __init__(self) -> None:
        self._beats = -1
        self._in_a_row = 0
        self._suspect: Errand | None = None
        self._kept = 0.0
        self._muted = 0

    def add(self, beats: int, at_work: Errand | None, kept: float) -> bool:
        """Take in one wake; whether the loop is held, and that has not been said yet.

        `kept` is for how long other processes have kept the loop's thread from running so far, in seconds.
        """
        self._muted = max(0, self._muted - 1)
        if beats != self._beats:
            self._beats, self._in_a_row, self._kept = beats, 0, kept
            return False
        self._in_a_row += 1
        if self._in_a_row == 1:
            self._suspect = at_work
        elif self._suspect is not at_work or kept - self._kept > WAKE_S:
            self._suspect = None
        return self._in_a_row == WAKES

    @property
    def named(self) -> str | None:
        """The source whose connector was at work all along."""
        return None if self._suspect is None else self._suspect.source.name

    def is_news(self) -> bool:
        """Whether the hold that has just begun is to be told of."""
        if self._suspect is None and self._muted:
            return False
        if self._suspect is None:
            self._muted = MUTE
        return True


class Watchdog:
    """Watches one loop. `at_work()` is the errand whose connector runs; `strike(name)` hears of one that held it."""

    def __init__(self, at_work: Callable[[], Errand | None], strike: Callable[[str], None]) -> None:
        self._at_work = at_work
        self._strike = strike
        self._beats = 0
        self._held: Counter[str] = Counter()

    def beat(self) -> None:
        """The loop turns; to be called at least every few milliseconds while it is watched."""
        self._beats += 1

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch the running loop from a thread for as long as the block lasts."""
        end = threading.Event()
        words = (asyncio.get_running_loop(), threading.current_thread(), end)
        thread = threading.Thread(target=self._watch, args=words, name="watchdog", daemon=True)
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()

    def statistics(self) -> dict[str, int]:
        """How often the loop was held since the start, by the source whose connector did it."""
        return dict(self._held)

    def _watch(self, loop: asyncio.AbstractEventLoop, watched: threading.Thread, end: threading.Event) -> None:
        glimpses = Glimpses()
        while not end.wait(WAKE_S):
            if glimpses.add(self._beats, self._at_work(), _kept(watched)):
                if glimpses.is_news():
                    _tell(glimpses.named, _place(watched))
                loop.call_soon_threadsafe(self._note, glimpses.named)

    def _note(self, name: str | None) -> None:
        self._held[name or NOBODY] += 1
        if name is not None:
            self._strike(name)


def _tell(name: str | None, place: str) -> None:
    if name is None:
        _log.warning("the loop is held", extra={"facts": {"at": place}})
    else:
        _log.error("the connector of %s holds the loop", name, extra={"facts": {"connector": name, "at": place}})


def _kept(watched: threading.Thread) -> float:
    """For how many seconds a thread was ready to run and did not; 0 where the system does not say."""
    try:
        with open(f"/proc/self/task/{watched.native_id}/schedstat", "rb") as told:
            return int(told.read().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def _place(watched: threading.Thread) -> str:
    """The line that a thread is at."""
    frame = sys._current_frames().get(watched.ident or 0)
    return "?" if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_qualname}"
