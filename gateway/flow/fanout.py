"""Step 3: ask everything at once, wait once, stop in time. Makes `Collected`: one result a signal, and who is out.

The law of the waiting:
1. It ends when nothing is owed any more, at the collect deadline, or once the optional grace has passed after the last
   required signal came; whichever is first. What ignores its cancellation is not waited for.
2. A signal is asked as soon as its own parents are in, not when a stage ends.
3. What is still out at the end gets the last word of its step, a plain read without waiting; then its children are
   bound by what came of it, and asked of the cache alone.
4. Futures still out are handed on, to be left after the answer is written, and never awaited.
"""

import asyncio
from asyncio import Future
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.admission import Level
from gateway.ask import Ask
from gateway.budget import TICK
from gateway.catalog.templates import Need, Waiting
from gateway.clock import Clock
from gateway.flow.plan import Asked, Plan, bind, input_values
from gateway.flow.result import Result, combine, derive
from gateway.guards import AskStep
from gateway.outcome import TIMED_OUT, Outcome, Reason

_Place = tuple[str, int]

# Which signals are asked at which level of load; in one JSON answer those of class late never are.
_WAITED = frozenset({Waiting.REQUIRED, Waiting.OPTIONAL})
_ASKED: Mapping[Level, frozenset[Waiting]] = {
    Level.NORMAL: _WAITED,
    Level.THRIFTY: _WAITED,
    Level.ESSENTIAL: frozenset({Waiting.REQUIRED}),
    Level.CACHED: frozenset(),
    Level.CLOSED: frozenset(),
}


@dataclass(frozen=True, slots=True, eq=False)
class Collected:
    """One result a signal, and the futures that are still out: leave them once the answer is written."""

    results: dict[str, Result]
    stragglers: tuple[Future[Outcome], ...]

    def release(self) -> None:
        """Leave what is still out."""
        for straggler in self.stragglers:
            straggler.cancel()


async def fan_out(plan: Plan, step: AskStep, clock: Clock, grace: float, level: Level = Level.NORMAL) -> Collected:
    """Ask what the plan says and collect what comes until the deadline.

    `grace` is in seconds. What is not asked at this level of load has what the cache can give.
    """
    board = _Board(plan, step, clock, grace, level)
    try:
        board.begin()
        while (until := board.until()) is not None and until - clock.now() >= TICK:
            waits_for = asyncio.ALL_COMPLETED if board.may_wait_for_all else asyncio.FIRST_COMPLETED
            done, _ = await asyncio.wait(board.out, timeout=until - clock.now(), return_when=waits_for)
            board.take(done)
    except BaseException:
        Collected({}, tuple(board.out)).release()
        raise
    return board.close()


class _Gathering:
    """One signal on its way: its outcomes in element order, how many are missing, when it was begun and last came."""

    __slots__ = ("asked", "began", "ended", "missing", "outcomes")

    def __init__(self, asked: Asked, began: float) -> None:
        self.asked = asked
        self.began = self.ended = began
        self.outcomes: list[Outcome | None] = [None] * len(asked.parts)
        self.missing = len(asked.parts)


class _Board:
    """What is asked, what is in, and what waits for a parent; of one open, for as long as it lasts."""

    def __init__(self, plan: Plan, step: AskStep, clock: Clock, grace: float, level: Level) -> None:
        self._plan = plan
        self._step = step
        self._clock = clock
        self._grace = grace
        self._asked = _ASKED[level]
        self._results: dict[str, Result] = {}
        self._documents: dict[str, Any] = {}
        self._gathering: dict[str, _Gathering] = {}
        self._blocked = list(plan.waiting)
        self._last_required: float | None = None
        self.out: dict[Future[Outcome], _Place] = {}

    def begin(self) -> None:
        """Ask all that reads no other signal, then what that lets be asked."""
        for asked in self._plan.ready:
            self._ask(asked, is_closing=False)
        self._unblock(is_closing=False)

    def take(self, done: Iterable[Future[Outcome]]) -> None:
        """Take in what came, and ask what that lets be asked."""
        for future in done:
            name, position = self.out.pop(future)
            gathering = self._gathering[name]
            part = gathering.asked.parts[position]
            assert isinstance(part, Ask)
            self._put(gathering, position, self._step.settle(part, _outcome(future)))
            self._finish(gathering)
        self._unblock(is_closing=False)

    def until(self) -> float | None:
        """The instant to wait for; None when nothing is owed any more."""
        owed = [gathering.asked.need for gathering in self._gathering.values()] + self._blocked
        owed = [need for need in owed if need.waiting is not Waiting.LATE]
        if not owed or not self.out:
            return None
        collect = self._plan.opening.deadline.collect
        if self._last_required is None or any(need.waiting is Waiting.REQUIRED for need in owed):
            return collect
        return min(collect, self._last_required + self._grace)

    @property
    def may_wait_for_all(self) -> bool:
        """Whether nothing is to be done before the last of what is out is in."""
        return not self._blocked and all(
            gathering.asked.need.waiting is Waiting.REQUIRED for gathering in self._gathering.values()
        )

    def close(self) -> Collected:
        """Give the last word to all that is still out, in the order of the template."""
        for gathering in list(self._gathering.values()):
            for position, part in enumerate(gathering.asked.parts):
                if gathering.outcomes[position] is None:
                    assert isinstance(part, Ask)
                    self._put(gathering, position, self._step.settle(part, TIMED_OUT))
                    self._came(gathering)
            self._finish(gathering)
        self._unblock(is_closing=True)
        ordered = {need.name: self._results[need.name] for need in self._plan.opening.template.needs}
        return Collected(ordered, tuple(self.out))

    def _unblock(self, *, is_closing: bool) -> None:
        """Go on with each signal whose parents are all in, until no more are."""
        progress = True
        while progress and self._blocked:
            free = [need for need in self._blocked if need.parents <= self._results.keys()]
            self._blocked = [need for need in self._blocked if need not in free]
            for need in free:
                self._go_on(need, is_closing)
            progress = bool(free)

    def _go_on(self, need: Need, is_closing: bool) -> None:
        opening = self._plan.opening
        if need.derivation is None:
            self._ask(bind(need, opening, self._documents), is_closing=is_closing)
            return
        values = input_values(need, opening, self._documents)
        parents = [self._results[name] for name in need.parents]
        self._keep(derive(need, values, parents, self._clock.now(), self._clock.wall()))

    def _ask(self, asked: Asked, *, is_closing: bool) -> None:
        gathering = _Gathering(asked, self._clock.now())
        self._gathering[asked.need.name] = gathering
        unasked = self._unasked(asked.need.waiting, is_closing)
        for position, part in enumerate(asked.parts):
            if isinstance(part, Outcome):
                self._put(gathering, position, part)
            elif unasked is not None:
                self._put(gathering, position, self._step.peek(part, unasked))
            else:
                answer = self._step.start(part)
                if isinstance(answer, Outcome):
                    self._put(gathering, position, self._step.settle(part, answer))
                else:
                    self.out[answer] = (asked.need.name, position)
                    # It may be taken in much later than it came, together with others.
                    answer.add_done_callback(lambda _: self._came(gathering))
        self._finish(gathering)

    def _came(self, gathering: _Gathering) -> None:
        gathering.ended = self._clock.now()

    def _unasked(self, waiting: Waiting, is_closing: bool) -> Reason | None:
        """Why a signal is not asked at all; None where it is."""
        if is_closing:
            return Reason.TIMEOUT
        if waiting is Waiting.LATE:
            return Reason.BUDGET
        return None if waiting in self._asked else Reason.SHED

    def _put(self, gathering: _Gathering, position: int, outcome: Outcome) -> None:
        gathering.outcomes[position] = outcome
        gathering.missing -= 1

    def _finish(self, gathering: _Gathering) -> None:
        if gathering.missing:
            return
        need = gathering.asked.need
        del self._gathering[need.name]
        now = self._clock.now()
        outcomes = [outcome for outcome in gathering.outcomes if outcome is not None]
        self._keep(combine(need, gathering.asked.elements, outcomes, now, gathering.ended - gathering.began))

    def _keep(self, result: Result) -> None:
        self._results[result.name] = result
        if result.need.waiting is Waiting.REQUIRED:
            self._last_required = self._clock.now()
        if result.document is not None:
            self._documents[result.name] = result.document


def _outcome(future: Future[Outcome]) -> Outcome:
    """What a future brought; one that was cancelled by somebody else is as good as out of time."""
    return TIMED_OUT if future.cancelled() else future.result()
