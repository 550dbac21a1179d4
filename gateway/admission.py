"""How much of an open is done, by how loaded the gateway is: degrade, do not queue.

The law of the state:
1. `limit` is how many opens at once are well served: it grows a little while it is used and all is on time, and
   shrinks by a tenth when the loop lags or answers overshoot their budget. It never grows unused.
2. The level is read off a table, by opens in flight over the limit and by the lag of the loop, which counts only while
   there are opens whose work could be spared. It rises at once; each level falls only when it has not been needed for
   `calm` seconds, but for the last, at which players are turned away: that one is left as soon as it is not needed.
3. An open keeps the level it came in with; background work reads the one of now.
4. Nobody is kept waiting here, and nothing here waits.
"""

import math
from collections import deque
from dataclasses import dataclass
from enum import IntEnum

from gateway.clock import Clock

_TICKS = 5


class Level(IntEnum):
    """What is off at each level, besides what is off below it."""

    NORMAL = 0
    THRIFTY = 1  # no hedge, no retry, no refresh, no late finish
    ESSENTIAL = 2  # optional and late signals from the cache, or their default
    CACHED = 3  # nothing is asked: cached values, or the template's defaults
    CLOSED = 4  # 503 before the body is read


@dataclass(frozen=True, slots=True)
class AdmissionLaw:
    """Durations in seconds; `shares` are of the limit, one a level from 1 to 4; `lags` likewise, None where none."""

    enabled: bool = True
    start: float = 64.0
    least: float = 8.0
    most: float = 1024.0
    tick: float = 0.100
    ticker: float = 0.010
    lag: float = 0.020
    overshoot: float = 0.010
    overshoot_share: float = 0.01
    backoff: float = 0.9
    shares: tuple[float, float, float, float] = (0.8, 1.0, 1.5, 3.0)
    lags: tuple[float | None, float | None, float | None, float | None] = (0.015, None, 0.050, None)
    calm: float = 2.0


@dataclass(frozen=True, slots=True)
class AdmissionStatistics:
    """The level of now, the limit, opens in flight, the lag of the loop in seconds, and opens refused so far."""

    level: Level
    limit: float
    in_flight: int
    lag: float
    refused: int


class Admission:
    """Says at which level an open is done. `tick` is to be called every `law.ticker` seconds, with its own lateness."""

    def __init__(self, law: AdmissionLaw, clock: Clock) -> None:
        self.law = law
        self._clock = clock
        self._limit = law.start
        self._in_flight = 0
        self._most_in_flight = 0
        self._opens = 0
        self._late = 0
        self._refused = 0
        self._lags: deque[float] = deque(maxlen=_TICKS)
        self._adjusted = clock.now()
        self._level = Level.NORMAL
        self._held_until = [-math.inf] * len(Level)

    def look(self) -> Level:
        """The level that an open would have now: who would be refused need not even be read."""
        level = self._raised(self._in_flight + 1)
        self._refused += level is Level.CLOSED
        return level

    def enter(self) -> Level:
        """Take an open in, unless the level is `CLOSED`; who is taken in calls `leave` once."""
        level = self._raised(self._in_flight + 1)
        if level is Level.CLOSED:
            self._refused += 1
        else:
            self._in_flight += 1
            self._most_in_flight = max(self._most_in_flight, self._in_flight)
        return level

    def leave(self, overshoot: float | None) -> None:
        """An open is answered, `overshoot` seconds after its budget's end, or below zero before it.

        None for one that was cancelled or refused: it says nothing of how well opens are served.
        """
        self._in_flight -= 1
        if overshoot is not None:
            self._opens += 1
            self._late += overshoot > self.law.overshoot

    @property
    def level(self) -> Level:
        """The level of now, for background work."""
        return self._level

    def tick(self, lag: float) -> None:
        """Take in how late the ticker woke, and adjust the limit when that is due."""
        self._lags.append(max(0.0, lag))
        self._raised(self._in_flight)
        now = self._clock.now()
        if now - self._adjusted >= self.law.tick:
            self._adjusted = now
            self._adjust()

    def statistics(self) -> AdmissionStatistics:
        """How it stands."""
        return AdmissionStatistics(self._level, self._limit, self._in_flight, self._lag(), self._refused)

    def _lag(self) -> float:
        """How late the loop wakes, by the median of a few wakes: one stall of a loop is no load."""
        return sorted(self._lags)[len(self._lags) // 2] if self._lags else 0.0

    def _adjust(self) -> None:
        law = self.law
        is_late = self._opens > 0 and self._late > law.overshoot_share * self._opens
        if self._lag() > law.lag or is_late:
            self._limit = max(law.least, self._limit * law.backoff)
        elif self._most_in_flight >= self._limit / 2:
            self._limit = min(law.most, self._limit + max(1.0, math.sqrt(self._limit) / 4))
        self._most_in_flight = self._in_flight
        self._opens = self._late = 0

    def _raised(self, in_flight: int) -> Level:
        """The level for so many opens: up at once, down from each level once it has not been needed for a while."""
        needed = self._needed(in_flight)
        now = self._clock.now()
        self._level = max(self._level, needed)
        self._held_until[needed] = now + self.law.calm
        # Turning players away is not held on to: held for `calm`, it cost a flood two thirds of its answers in time.
        while self._level > needed and (self._level is Level.CLOSED or now >= self._held_until[self._level]):
            self._level = Level(self._level - 1)
        return self._level

    def _needed(self, in_flight: int) -> Level:
        law, lag = self.law, self._lag()
        needed = Level.NORMAL
        if not law.enabled:
            return needed
        for level, share, lag_at in zip(list(Level)[1:], law.shares, law.lags, strict=True):
            is_lagging = lag_at is not None and lag >= lag_at and in_flight >= law.least
            if in_flight >= share * self._limit or is_lagging:
                needed = level
        return needed
