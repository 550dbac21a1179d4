"""Which opens the console is shown: a few of every second, however many there were.

The law of the state:
1. While nobody watches `is_on` is false, nothing is taken in, and nothing is kept.
2. Of the opens since the last `take` at most `MOST` are told: the slowest, then those that are not complete, then a
   fair draw of the others; and a fair draw of the incomplete, should even those be too many.
3. What is kept is an id, a template, statuses, reasons, sources and durations. No value, no claim, no ticket, no place.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gateway.admission import Level
from gateway.clock import Clock
from gateway.flow.merge import Payload
from gateway.latency import Latencies, Quantiles
from gateway.moment import Answered

MOST = 20
SLOWEST = 5

_OPENS = "opens"


@dataclass(frozen=True, slots=True)
class SeenSignal:
    """One signal of a sampled open. It began `start` after its open and took `took`; all durations are in seconds."""

    name: str
    source: str
    status: str
    reason: str | None
    start: float
    took: float
    age: float


@dataclass(frozen=True, slots=True)
class Seen:
    """One sampled open: answered at `at` (Unix time), after `used` of its `total` seconds."""

    id: str
    template: str
    version: int
    at: float
    total: float
    reserve: float
    collected: float
    used: float
    level: int
    is_complete: bool
    is_stream: bool
    signals: tuple[SeenSignal, ...]


_Kept = tuple[float, int, Seen]


class _Highest:
    """The opens with the highest keys, at most so many; of equal keys the later one."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._heap: list[_Kept] = []

    def takes(self, key: float) -> bool:
        """Whether an open with that key would be kept."""
        return len(self._heap) < self._most or key >= self._heap[0][0]

    def put(self, kept: _Kept) -> None:
        """Keep it, in the place of the lowest where there is no other."""
        if len(self._heap) < self._most:
            heapq.heappush(self._heap, kept)
        else:
            heapq.heappushpop(self._heap, kept)

    def drain(self) -> Iterator[_Kept]:
        """All of them, the highest first; none is left."""
        kept, self._heap = sorted(self._heap, reverse=True), []
        yield from kept


class Sampler:
    """Takes in answered opens while somebody watches. `chance` gives numbers from 0 to 1."""

    def __init__(self, clock: Clock, chance: Callable[[], float]) -> None:
        self.is_on = False
        self._clock = clock
        self._chance = chance
        self._clear()

    def begin(self) -> None:
        """Somebody watches."""
        self.is_on = True

    def end(self) -> None:
        """Nobody watches any more: forget it all."""
        self.is_on = False
        self._clear()

    def add(self, answered: Answered, level: Level, ended: float) -> None:
        """Take in one open that was answered at `ended` (monotonic); one that nobody looks at is none."""
        payload = answered.payload
        if payload.opening.is_prefetch:
            return
        used = max(0.0, ended - payload.opening.deadline.began)
        self._durations.add(_OPENS, used)
        self._count += 1
        draw = self._chance()
        drawn = self._others if payload.complete else self._incomplete
        wanted = [(kept, key) for kept, key in ((self._slowest, used), (drawn, draw)) if kept.takes(key)]
        if wanted:
            seen = _seen(answered, level, used, self._clock.wall())
            for kept, key in wanted:
                kept.put((key, self._count, seen))

    def take(self) -> list[Seen]:
        """The sample since it was last taken, in the order in which the opens were answered."""
        chosen: dict[int, Seen] = {}
        for kept in (self._slowest, self._incomplete, self._others):
            for _, number, seen in kept.drain():
                if len(chosen) < MOST:
                    chosen[number] = seen
        return [chosen[number] for number in sorted(chosen)]

    def quantiles(self) -> Quantiles:
        """How long opens take, of the latest of the last minute."""
        return self._durations.of(_OPENS)

    def _clear(self) -> None:
        self._slowest, self._incomplete, self._others = _Highest(SLOWEST), _Highest(MOST), _Highest(MOST)
        self._durations = Latencies(self._clock)
        self._count = 0


def _seen(answered: Answered, level: Level, used: float, wall: float) -> Seen:
    payload = answered.payload
    opening = payload.opening
    deadline = opening.deadline
    return Seen(
        id=opening.id,
        template=opening.template.id,
        version=opening.template.version,
        at=wall,
        total=deadline.total,
        reserve=deadline.reserve,
        collected=max(0.0, answered.collected_at - deadline.began),
        used=used,
        level=int(level),
        is_complete=payload.complete,
        is_stream=opening.late_window is not None,
        signals=_signals(payload),
    )


def _signals(payload: Payload) -> tuple[SeenSignal, ...]:
    starts: dict[str, float] = {}

    def start(name: str) -> float:
        """When it could begin: once the last of those it reads was in."""
        if name not in starts:
            parents = (one for one in payload.results[name].need.parents if one in payload.results)
            starts[name] = max((start(one) + payload.results[one].took for one in parents), default=0.0)
        return starts[name]

    return tuple(
        SeenSignal(
            name,
            result.need.origin,
            result.status.value,
            None if result.reason is None else result.reason.value,
            start(name),
            result.took,
            result.age,
        )
        for name, result in payload.results.items()
    )
