"""Time is an argument: the one place that reads the wall clock."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` is the running loop's monotonic time, `wall` the system clock as a Unix time, both in seconds.

    `now` must be the loop's own: a clock that reads `time.monotonic` stands still under a loop in virtual time.
    """

    now: Callable[[], float]
    wall: Callable[[], float] = time.time
