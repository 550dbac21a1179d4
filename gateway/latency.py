"""How long sources take: a window of recent durations each, and the quantiles of it.

The law of the state: a sample comes in once a call, and goes when it is older than the window or one of too many. What
is told is what was reckoned last, at most a second ago: reading costs nothing, and there is no timer.
"""

from collections import deque
from dataclasses import dataclass

from gateway.clock import Clock

_WINDOW = 60.0
_MOST = 512
_RECKONED_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Quantiles:
    """The median and the 95th and 99th percentile, in seconds, of so many samples."""

    count: int
    p50: float
    p95: float
    p99: float


_NONE = Quantiles(0, 0.0, 0.0, 0.0)


class _Window:
    __slots__ = ("quantiles", "reckoned", "samples")

    def __init__(self) -> None:
        self.samples: deque[tuple[float, float]] = deque(maxlen=_MOST)
        self.quantiles = _NONE
        self.reckoned = float("-inf")


class Latencies:
    """Durations by name."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[str, _Window] = {}

    def add(self, name: str, seconds: float) -> None:
        """Take in one duration."""
        window = self._windows.get(name)
        if window is None:
            window = self._windows[name] = _Window()
        window.samples.append((self._clock.now(), seconds))

    def of(self, name: str) -> Quantiles:
        """The quantiles of the last minute, as reckoned within the last second."""
        window = self._windows.get(name)
        if window is None:
            return _NONE
        now = self._clock.now()
        if now - window.reckoned >= _RECKONED_EVERY:
            while window.samples and window.samples[0][0] < now - _WINDOW:
                window.samples.popleft()
            window.quantiles, window.reckoned = _quantiles([seconds for _, seconds in window.samples]), now
        return window.quantiles

    def names(self) -> tuple[str, ...]:
        """Whose durations were taken in."""
        return tuple(self._windows)


def _quantiles(samples: list[float]) -> Quantiles:
    if not samples:
        return _NONE
    samples.sort()
    last = len(samples) - 1
    return Quantiles(len(samples), *(samples[round(share * last)] for share in (0.5, 0.95, 0.99)))
