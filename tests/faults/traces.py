"""What a case takes and leaves: memory at its peak, descriptors, tasks of the gateway."""

import asyncio
import ctypes
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import gateway
from raw_upstream import comes_true

MOST_MEMORY = 8 * 1024 * 1024
"""Bytes that a fault may cost, for however short a time."""

_GATEWAY = str(Path(gateway.__file__).parent)
_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_give_back = getattr(ctypes.CDLL(None), "malloc_trim", lambda _: 0)


@dataclass(frozen=True)
class Traces:
    """Resident bytes, open descriptors, and tasks, as they were when a case began."""

    resident: int
    descriptors: int
    tasks: int

    @classmethod
    def begin(cls) -> Self:
        """Begin a case: give back what the allocator holds for nobody, for that would hide growth; forget the peak."""
        _give_back(0)
        _CLEAR.write_text("5")
        return cls(_memory("VmRSS"), *_left())

    def grown(self) -> list[str]:
        """Tell if the peak since then is more than a fault may cost."""
        grown = _memory("VmHWM") - self.resident
        return [f"{grown / 1024 / 1024:.1f} MiB of memory"] if grown > MOST_MEMORY else []

    async def left(self, within: float) -> list[str]:
        """Tell of descriptors and tasks that are still more than they were after so many seconds."""
        await comes_true(lambda: not self._more(), within)
        return self._more()

    def _more(self) -> list[str]:
        descriptors, tasks = _left()
        told = {"descriptors": descriptors - self.descriptors, "tasks": tasks - self.tasks}
        return [f"{more} {what} more than before" for what, more in told.items() if more > 0]


def _left() -> tuple[int, int]:
    return len(os.listdir("/proc/self/fd")), sum(map(_is_ours, asyncio.all_tasks()))


def _is_ours(task: asyncio.Task[object]) -> bool:
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and code.co_filename.startswith(_GATEWAY)


def _memory(name: str) -> int:
    """A figure of the kernel's about this process, in bytes."""
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024
