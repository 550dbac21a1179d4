"""The seam: asks come in, errands go out.

The law of the state:
1. Asks of one source gather until the end of the loop turn (or for `window`), at most `source.batch` an errand; where
   answers belong to viewers, no errand carries two viewers.
2. Every ask put in has one future, answered once: by its own outcome of the errand, never by position among others.
3. An errand runs in a task with an empty context, so that no viewer's trace or log fields follow a call made for all.
4. It is let go when all that wait for its answers have left, and never awaited.
5. Where a probe goes out behind its refusal, what that brings is handed on for each ask whose value may be kept.
"""

import asyncio
from asyncio import Future, Task
from collections import deque
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass

from gateway.ask import Ask, Errand, Source
from gateway.clock import Clock
from gateway.guards import ErrandStep
from gateway.outcome import Done, Outcome, Reason, Verdict, default
from gateway.stragglers import Stragglers

_Group = tuple[Source, str | None]
_Member = tuple[Ask, Future[Outcome]]


@dataclass(frozen=True, slots=True)
class BatchStatistics:
    """Errands sent, asks carried and calls that ignored their cancellation, since the start; errands out now."""

    errands: int
    asks: int
    running: int
    uncooperative: int


class Batch:
    """Turns the asks of one loop turn into errands.

    `window` is in seconds, 0 for the end of the turn. `lasts(ask)` is how long its call may be out, in seconds, late
    finish included. `probed(ask, outcome)` is told what a probe brought.
    """

    def __init__(
        self,
        run: ErrandStep,
        clock: Clock,
        stragglers: Stragglers,
        *,
        window: float = 0.0,
        lasts: Callable[[Ask], float] = lambda ask: ask.longest,
        probed: Callable[[Ask, Outcome], None] = lambda *_: None,
    ) -> None:
        self._run = run
        self._clock = clock
        self._window = window
        self._lasts = lasts
        self._probed = probed
        self._stragglers = stragglers
        self._gathering: dict[_Group, list[_Member]] = {}
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
        return BatchStatistics(self._errands, self._asks, len(self._running), self._stragglers.uncooperative)

    def _flush(self, group: _Group) -> None:
        waiting = deque(member for member in self._gathering.pop(group) if not member[1].done())
        while waiting:
            self._send(tuple(waiting.popleft() for _ in range(min(group[0].batch, len(waiting)))))

    def _send(self, members: tuple[_Member, ...]) -> None:
        source = members[0][0].source
        began = self._clock.now()
        errand = Errand(
            source,
            tuple(ask.query for ask, _ in members),
            began=began,
            timeout=max(ask.longest for ask, _ in members),
            until=began + max(self._lasts(ask) for ask, _ in members),
            may_hedge=all(ask.may_hedge for ask, _ in members),
            may_retry=all(ask.may_retry for ask, _ in members),
            is_patient=any(ask.is_patient for ask, _ in members),
        )
        answers = [answer for _, answer in members]
        task = asyncio.get_running_loop().create_task(_performed(self._run, errand), context=Context())
        self._running.add(task)
        self._errands += 1
        self._asks += len(members)
        task.add_done_callback(lambda done: self._deliver(done, members))
        for answer in answers:
            answer.add_done_callback(lambda _: self._cancel_if_abandoned(source.name, task, answers))

    def _deliver(self, task: Task[Done], members: tuple[_Member, ...]) -> None:
        self._running.discard(task)
        done = _done(task, len(members))
        for (_, answer), outcome in zip(members, done.outcomes, strict=True):
            if not answer.done():
                answer.set_result(outcome)
        if done.probe is not None:
            asks = [ask for ask, _ in members]
            done.probe.add_done_callback(lambda probe: self._hand_on(probe, asks))

    def _hand_on(self, probe: Future[Done], asks: list[Ask]) -> None:
        if probe.cancelled() or probe.exception() is not None:
            return
        for ask, outcome in zip(asks, probe.result().outcomes, strict=True):
            if ask.source.ttl > 0:
                self._probed(ask, outcome)

    def _cancel_if_abandoned(self, name: str, task: Task[Done], answers: list[Future[Outcome]]) -> None:
        if all(answer.cancelled() for answer in answers):
            self._stragglers.let_go(name, task)


async def _performed(run: ErrandStep, errand: Errand) -> Done:
    """Await the errand, whatever kind of awaitable its outermost step gives."""
    return await run(errand)


def _done(task: Task[Done], count: int) -> Done:
    """What a finished errand came to; whatever ended it otherwise is a bug of the gateway's own, and says so."""
    done = None if task.cancelled() or task.exception() is not None else task.result()
    if isinstance(done, Done) and len(done.outcomes) == count:
        return done
    return Done((default(Reason.ERROR, "unmapped"),) * count, Verdict.NEUTRAL)
