"""What an operator should hear of, though not once an open: a line of the log at most once in a while, with how often.

The law of the state: what happens is counted until it is told, and then counted anew. The first time is told at once;
after that, the first time that comes when the last line is `every` seconds old. There is no timer: what happened since
and is not told yet stands in the metrics.
"""

import logging
import math

from gateway.clock import Clock

_log = logging.getLogger("moment")


class Notice:
    """Tells of one kind of event. `message` has one place, for the number; no value of a request goes in."""

    def __init__(self, message: str, clock: Clock, every: float = 60.0) -> None:
        self._message = message
        self._clock = clock
        self._every = every
        self._count = 0
        self._told_at = -math.inf

    def happened(self) -> None:
        """It happened once more."""
        self._count += 1
        now = self._clock.now()
        if now - self._told_at >= self._every:
            _log.warning(self._message, self._count)
            self._count, self._told_at = 0, now
