"""One call a key at a time.

The law of the state:
1. A key is in the table exactly while its call is out: it is taken off before any waiter is told, and when the call
   is cancelled, so that nobody joins a call that will not answer.
2. A waiter joins only where its whole key is equal: space, viewer and query.
3. Waiters share the outcome, failures too, and race nothing anew; each keeps its own time limit, and leaves without
   a trace.
4. Waiters come and go; the call is its own. With the last waiter gone it goes on only where what it brings will be
   kept and the gateway has room for it, and no longer than a call that nobody waits for may, else it is cancelled. A
   refresh goes on in any case.
5. Nobody sets a timer for the deadline of an open: of two waits that end at one instant the inner one loses.
"""

import asyncio
from asyncio import Future
from collections.abc import Callable
from dataclasses import dataclass

from gateway.ask import Ask, Key
from gateway.budget import TICK
from gateway.clock import Clock
from gateway.outcome import TIMED_OUT, TOO_LATE, Outcome, Reason, default


@dataclass(frozen=True, slots=True)
class FlightStatistics:
    """Calls begun, waiters that joined one, and calls that went on for the cache's sake; calls and waiters out now."""

    led: int
    joined: int
    late: int
    flying: int
    waiting: int


class _Leader:
    """One call that is out: its answer, its waiters, and when it ends: by itself, or with nobody left."""

    __slots__ = ("alone_until", "answer", "ends", "key", "refresh", "timer", "waiters")

    def __init__(self, key: Key, answer: Future[Outcome], ends: float, alone_until: float, refresh: bool) -> None:
        self.key = key
        self.answer = answer
        self.ends = ends
        self.alone_until = alone_until
        self.refresh = refresh
        self.timer: asyncio.TimerHandle | None = None
        self.waiters: set[Future[Outcome]] = set()


class Flight:
    """Joins asks of one key.

    `send` begins a call, `landed` is told each outcome once; `least(ask)` is what a call must have left to be begun,
    `lasts(ask)` how long it may be out, both in seconds; `may_finish(ask)` whether it may go on with nobody waiting,
    and until `alone(ask)` seconds after its begin.
    """

    def __init__(
        self,
        send: Callable[[Ask], Future[Outcome]],
        landed: Callable[[Ask, Outcome], None],
        clock: Clock,
        *,
        least: Callable[[Ask], float],
        lasts: Callable[[Ask], float] = lambda ask: ask.longest,
        alone: Callable[[Ask], float] = lambda ask: ask.longest,
        may_finish: Callable[[Ask], bool] = lambda _: False,
    ) -> None:
        self._send = send
        self._landed = landed
        self._clock = clock
        self._least = least
        self._lasts = lasts
        self._alone = alone
        self._may_finish = may_finish
        self._late = 0
        self._leaders: dict[Key, _Leader] = {}
        self._led = 0
        self._joined = 0

    def start(self, ask: Ask) -> Outcome | Future[Outcome]:
        """Join the call that is out for this key, or begin one if there is still time for it."""
        now = self._clock.now()
        leader = self._leaders.get(ask.key)
        if leader is not None:
            self._joined += 1
        elif ask.until - now < self._least(ask) - TICK:
            return TOO_LATE
        else:
            leader = self._lead(ask, now, refresh=False)
        return self._wait(leader, ask, now + ask.timeout)

    def refresh(self, ask: Ask) -> None:
        """Begin a call that nobody waits for, unless one is out."""
        leader = self._leaders.get(ask.key)
        if leader is None:
            self._lead(ask, self._clock.now(), refresh=True)
        else:
            leader.refresh = True

    def statistics(self) -> FlightStatistics:
        """What was led and joined so far, and what is out now."""
        waiting = sum(len(leader.waiters) for leader in self._leaders.values())
        return FlightStatistics(self._led, self._joined, self._late, len(self._leaders), waiting)

    def _lead(self, ask: Ask, now: float, *, refresh: bool) -> _Leader:
        self._led += 1
        leader = _Leader(ask.key, self._send(ask), now + self._lasts(ask), now + self._alone(ask), refresh)
        self._leaders[ask.key] = leader
        leader.answer.add_done_callback(lambda answer: self._land(ask, leader, answer))
        return leader

    def _wait(self, leader: _Leader, ask: Ask, ends: float) -> Future[Outcome]:
        loop = asyncio.get_running_loop()
        waiter: Future[Outcome] = loop.create_future()
        leader.waiters.add(waiter)
        timer = loop.call_at(ends, _expire, waiter) if ends < min(leader.ends, ask.until) - TICK else None
        waiter.add_done_callback(lambda _: self._leave(leader, ask, waiter, timer))
        return waiter

    def _leave(self, leader: _Leader, ask: Ask, waiter: Future[Outcome], timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()
        leader.waiters.discard(waiter)
        if leader.waiters or leader.refresh or leader.answer.done():
            return
        is_longer = leader.alone_until < leader.ends - TICK
        if not self._may_finish(ask) or (is_longer and self._clock.now() >= leader.alone_until):
            self._end(leader)
            return
        self._late += 1
        if is_longer:
            self._look_at(leader)

    def _look_at(self, leader: _Leader) -> None:
        """End a call that was given longer than one that nobody waits for may have, unless somebody joins it."""
        if leader.timer is not None:
            leader.timer.cancel()
        leader.timer = asyncio.get_running_loop().call_at(leader.alone_until, self._end_if_alone, leader)

    def _end_if_alone(self, leader: _Leader) -> None:
        if not leader.waiters and not leader.refresh:
            self._end(leader)

    def _end(self, leader: _Leader) -> None:
        self._take_off(leader)
        leader.answer.cancel()

    def _land(self, ask: Ask, leader: _Leader, answer: Future[Outcome]) -> None:
        self._take_off(leader)
        if answer.cancelled():
            return
        failed = answer.exception() is not None
        outcome = default(Reason.ERROR, "unmapped") if failed else answer.result()
        self._landed(ask, outcome)
        for waiter in tuple(leader.waiters):
            if not waiter.done():
                waiter.set_result(outcome)

    def _take_off(self, leader: _Leader) -> None:
        if leader.timer is not None:
            leader.timer.cancel()
        if self._leaders.get(leader.key) is leader:
            del self._leaders[leader.key]


def _expire(waiter: Future[Outcome]) -> None:
    if not waiter.done():
        waiter.set_result(TIMED_OUT)
