"""The seam: asks come in, errands go out.

The law of the state:
1. Asks of one source gather until the end of the loop turn (or for `window`), at most `source.batch` an errand; where
   answers belong to viewers, no errand carries two viewers.
2. Every ask put in has one future, answered once: by its own outcome of the errand, never by position among others.
3. An errand runs in a task with an empty context, so that no viewer's trace or log fields follow a call made for all.
4. It is cancelled when nobody waits for any of its answers, and never awaited.
"""

import asyncio
from asyncio import Future, Task
from collections import deque
from contextvars import Context
from dataclasses import dataclass

from gateway.ask import Ask, Errand, Source
from gateway.clock import Clock
from gateway.guards import ErrandStep
from gateway.outcome import Done, Outcome, Reason, default

_Group = tuple[Source, str | None]


@dataclass(frozen=True, slots=True)
class BatchStatistics:
    """Errands sent and the asks they carried, since the start."""

    errands: int
    asks: int
    running: int


class Batch:
    """Turns the asks of one loop turn into errands. `window` is in seconds, 0 for the end of the turn."""

    def __init__(self, run: ErrandStep, clock: Clock, window: float = 0.0) -> None:
        self._run = run
        self._clock = clock
        self._window = window
        self._gathering: dict[_Group, list[tuple[Ask, Future[Outcome]]]] = {}
        self._running: set[Task[Done]] = set()
        self._errands = 0
        self._asks = 0

    def put(self, ask: Ask) -> Future[Outcome]:
        """Take an ask along; the future is its answer, and cancelling it is leaving."""
        loop = asyncio.get_running_loop()
        answer: Future[Outcome] = loop.create_future()
        if ask.source.batch == 1:
            self._send(((ask, answer),))
            return answer
        group = (ask.source, ask.key[1])
        gathered = self._gathering.get(group)
        if gathered is None:
            gathered = self._gathering[group] = []
            if self._window > 0:
                loop.call_later(self._window, self._flush, group)
            else:
                loop.call_soon(self._flush, group)
        gathered.append((ask, answer))
        return answer

    def statistics(self) -> BatchStatistics:
        """What was sent so far, and how many errands are out."""
        return BatchStatistics(self._errands, self._asks, len(self._running))

    def _flush(self, group: _Group) -> None:
        waiting = deque(member for member in self._gathering.pop(group) if not member[1].done())
        while waiting:
            self._send(tuple(waiting.popleft() for _ in range(min(group[0].batch, len(waiting)))))

    def _send(self, members: tuple[tuple[Ask, Future[Outcome]], ...]) -> None:
        source = members[0][0].source
        until = self._clock.now() + max(ask.longest for ask, _ in members)
        errand = Errand(source, tuple(ask.query for ask, _ in members), until)
        answers = [answer for _, answer in members]
        task = asyncio.get_running_loop().create_task(_performed(self._run, errand), context=Context())
        self._running.add(task)
        self._errands += 1
        self._asks += len(members)
        task.add_done_callback(lambda done: self._deliver(done, answers))
        for answer in answers:
            answer.add_done_callback(lambda _: _cancel_if_abandoned(task, answers))

    def _deliver(self, task: Task[Done], answers: list[Future[Outcome]]) -> None:
        self._running.discard(task)
        outcomes = _outcomes(task, len(answers))
        for answer, outcome in zip(answers, outcomes, strict=True):
            if not answer.done():
                answer.set_result(outcome)


async def _performed(run: ErrandStep, errand: Errand) -> Done:
    """Await the errand, whatever kind of awaitable its outermost step gives."""
    return await run(errand)


def _outcomes(task: Task[Done], count: int) -> tuple[Outcome, ...]:
    """The outcomes of a finished errand; whatever ended it otherwise is a bug of the gateway's own, and says so."""
    done = None if task.cancelled() or task.exception() is not None else task.result()
    if isinstance(done, Done) and len(done.outcomes) == count:
        return done.outcomes
    return (default(Reason.ERROR, "unmapped"),) * count


def _cancel_if_abandoned(task: Task[Done], answers: list[Future[Outcome]]) -> None:
    if not task.done() and all(answer.cancelled() for answer in answers):
        task.cancel()
