"""What was fetched before, served again within its time.

The law of the state:
1. An entry is a reading that was asked for and came; a default, a stale value or a failure is never stored.
2. It is fresh until its ttl (up to a tenth less, so that equal entries do not expire together), may be served while it
   is renewed once in the background until twice that, and stands in for a failure up to its stale ceiling.
3. A newer reading replaces an older one at once. `absent` removes it, and so does a refused credential in viewer scope:
   the source has said that the old value no longer holds, or may no longer be shown.
4. Entries are bounded in number and in bytes; what goes first is what was used least recently.
5. All instants are monotonic: a jump of the wall clock makes nothing fresh.
"""

from asyncio import Future
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import orjson
from cachetools import TLRUCache

from connectors import Scope
from gateway.ask import Ask, Key
from gateway.clock import Clock
from gateway.laws import CacheLaw
from gateway.negatives import Negatives
from gateway.outcome import STALE_MAY_STAND_IN, Outcome, Reading, Reason, Status


class Inner(Protocol):
    """What the cache asks when it cannot say."""

    def start(self, ask: Ask) -> Outcome | Future[Outcome]:
        """Ask, or join who asks."""

    def refresh(self, ask: Ask) -> None:
        """Ask in the background, for nobody."""


@dataclass(frozen=True, slots=True)
class CacheStatistics:
    """How asks were met since the start: `late` are stale answers; `refreshing` and `entries` are of now."""

    hits: int
    misses: int
    refreshes: int
    stale: int
    refreshing: int
    entries: int
    negatives: int
    bytes: int


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    fresh: Outcome
    weight: float
    fresh_until: float
    swr_until: float
    stale_until: float

    @property
    def reading(self) -> Reading:
        assert self.fresh.reading is not None
        return self.fresh.reading


# What is said of an ask that must not be asked, where nothing is here that may stand in; any of these reasons lets it.
_UNASKED = {reason: Outcome(Status.DEFAULT, None, reason) for reason in STALE_MAY_STAND_IN}


class Cache:
    """The outermost step of an ask.

    `chance` gives numbers from 0 to 1 for the jitter; `may_refresh()` says whether the gateway has time for renewals.
    """

    def __init__(
        self,
        law: CacheLaw,
        clock: Clock,
        chance: Callable[[], float],
        *,
        negatives: Negatives,
        may_refresh: Callable[[], bool] = lambda: True,
    ) -> None:
        self._law = law
        self._clock = clock
        self._chance = chance
        self._negatives = negatives
        self._may_refresh = may_refresh
        # Each entry weighs at least its share of all, so that one bound holds both the bytes and the number.
        self._least_weight = law.size / law.entries
        self._table: TLRUCache[Key, _Entry] = TLRUCache(law.size, _until, timer=clock.now, getsizeof=_weight)
        self._refreshing: set[Key] = set()
        self._hits = self._misses = self._refreshes = self._stale = 0
        self._inner: Inner

    def around(self, inner: Inner) -> "Cache":
        """Stand in front of `inner`; said once, when the stack is built."""
        self._inner = inner
        return self

    def start(self, ask: Ask) -> Outcome | Future[Outcome]:
        """Serve what is fresh, serve and renew what may be, ask for the rest."""
        entry = self._table.get(ask.key)
        if entry is not None:
            now = self._clock.now()
            if now < entry.swr_until and _young_enough(entry.reading, ask, now):
                if now >= entry.fresh_until:
                    self._refresh(ask)
                self._hits += 1
                return entry.fresh
        self._misses += 1
        return self._negatives.of(ask.key) or self._inner.start(ask)

    def settle(self, ask: Ask, outcome: Outcome) -> Outcome:
        """An older value within its ceiling, where asking failed and one may stand in; else the outcome as it is."""
        if outcome.status is not Status.DEFAULT or outcome.reason not in STALE_MAY_STAND_IN:
            return outcome
        return self._older(self._held(ask.key), ask, outcome)

    def peek(self, ask: Ask, reason: Reason) -> Outcome:
        """What is here for an ask that must not be asked, for `reason`: fresh, else stale, else default."""
        entry = self._held(ask.key)
        if entry is not None and self._clock.now() < entry.swr_until:
            return entry.fresh
        return self._older(entry, ask, _UNASKED[reason])

    def _held(self, key: Key) -> _Entry | None:
        """The entry of a key, if any. Under load most are looked for in vain, and that is cheaper than `get`."""
        return self._table.get(key) if key in self._table else None

    def _older(self, entry: _Entry | None, ask: Ask, outcome: Outcome) -> Outcome:
        if entry is None or entry.reading.age(self._clock.now()) > ask.usable_within:
            return outcome
        self._stale += 1
        return Outcome(Status.STALE, entry.reading, outcome.reason, outcome.cause)

    def keep(self, ask: Ask, outcome: Outcome) -> None:
        """Take in what a call brought; called once a call, whoever waited for it."""
        self._refreshing.discard(ask.key)
        self._negatives.keep(ask, outcome)
        source = ask.source
        reading = outcome.reading
        if outcome.status is Status.LIVE and reading is not None and source.ttl > 0:
            ttl = source.ttl * (1.0 - self._law.jitter * self._chance())
            fetched, stale_until = reading.fetched_at, reading.fetched_at + source.stale
            swr_until = min(fetched + source.ttl * (1.0 + self._law.swr), stale_until)
            fresh = Outcome(Status.FRESH, reading)
            weight = max(self._least_weight, _bytes_of(reading))
            if weight <= self._law.size:
                self._table[ask.key] = _Entry(fresh, weight, fetched + ttl, swr_until, stale_until)
        elif outcome.reason is Reason.ABSENT or (
            outcome.reason is Reason.UNAUTHORIZED and source.scope is Scope.VIEWER
        ):
            self._table.pop(ask.key, None)

    def statistics(self) -> CacheStatistics:
        """How asks were met so far, and what is held now."""
        return CacheStatistics(
            self._hits,
            self._misses,
            self._refreshes,
            self._stale,
            len(self._refreshing),
            len(self._table),
            len(self._negatives),
            int(self._table.currsize),
        )

    def _refresh(self, ask: Ask) -> None:
        if ask.key in self._refreshing or len(self._refreshing) >= self._law.refreshes or not self._may_refresh():
            return
        if self._negatives.of(ask.key) is not None:
            return
        self._refreshing.add(ask.key)
        self._refreshes += 1
        self._inner.refresh(ask)


def _weight(entry: _Entry) -> float:
    return entry.weight


def _bytes_of(reading: Reading) -> float:
    """About what an entry takes in memory: a key, a model and a mapping cost a few times what their JSON is long."""
    return 2048 + 6 * len(orjson.dumps(reading.document))


def _until(_: Key, entry: _Entry, __: float) -> float:
    return entry.stale_until


def _young_enough(reading: Reading, ask: Ask, now: float) -> bool:
    """Whether the value need not be asked for anew; a source whose values come in too old is not asked in vain."""
    return reading.age(now) <= ask.fresh_within or reading.age_then > ask.fresh_within
