"""A loop whose clock stands still while the computer does not let the loop run.

A limit of 300 ms is kept by a process that runs. Where the computer gives its cores to others, or stops as a whole, a
limit passes while nobody could have kept it, and a test on real sockets would tell of the computer. So the time of
this loop is what passed while it worked or waited, without what was taken from it.

The law of the state:
1. The clock never goes back. Between two waits for sockets it goes on with the processor time of the thread; if the
   thread slept there, with all that passes but for the waits for a core: code that sleeps on the loop is late.
2. What had to be read back from disk is the computer's doing, and counts as no sleep.
3. A wait for sockets is cut in slices, and a slice counts but for the wait for a core at its end. One that took longer
   than it could by `_PAUSE_S` is a computer that stood still, and does not count at all.
"""

import asyncio
import os
import resource
import selectors
import time
from typing import Any

_SLICE_S = 0.02
_PAUSE_S = 0.05


class _Clock(selectors.EpollSelector):
    """The clock, which has to see each wait of the loop, and so is its selector."""

    def __init__(self) -> None:
        super().__init__()
        self._account = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        self._now = time.monotonic()
        self._begin(self._now)

    def now(self) -> float:
        """The time that the loop has had, in seconds."""
        usage = resource.getrusage(resource.RUSAGE_THREAD)
        passed = time.thread_time() - self._worked
        if usage.ru_nvcsw != self._sleeps and usage.ru_majflt == self._reads:
            passed = max(passed, time.monotonic() - self._real - (self._queued() - self._waited))
        self._now = max(self._now, self._began + passed)
        return self._now

    def select(self, timeout: float | None = None) -> Any:
        """Wait for sockets, a slice at most."""
        most = _SLICE_S if timeout is None else max(0.0, min(timeout, _SLICE_S))
        before = self.now()
        real, waited = time.monotonic(), self._queued()
        found = super().select(most)
        took = time.monotonic() - real - (self._queued() - waited)
        self._begin(before + (max(0.0, took) if took <= most + _PAUSE_S else 0.0))
        return found

    def close(self) -> None:
        """Close the descriptors."""
        os.close(self._account)
        super().close()

    def _begin(self, now: float) -> None:
        """Begin to work at this instant."""
        usage = resource.getrusage(resource.RUSAGE_THREAD)
        self._began = self._now = now
        self._real, self._worked, self._waited = time.monotonic(), time.thread_time(), self._queued()
        self._sleeps, self._reads = usage.ru_nvcsw, usage.ru_majflt

    def _queued(self) -> float:
        """The seconds for which the thread has waited for a core so far, by the kernel's account."""
        return int(os.pread(self._account, 64, 0).split()[1]) / 1e9


class SteadyLoop(asyncio.SelectorEventLoop):
    """The loop; its time is that of its clock."""

    def __init__(self) -> None:
        self._steady = _Clock()
        super().__init__(self._steady)

    def time(self) -> float:
        """The time that the loop has had, in seconds."""
        return self._steady.now()
