"""Step 3: ask everything at once, wait once, stop in time. Makes `Collected`: one result a signal, and who is out.

The law of the waiting:
1. It ends when nothing is owed any more, at the collect deadline, or once the optional grace has passed after the last
   required signal came; whichever is first. What ignores its cancellation is not waited for.
2. A signal is asked as soon as its own parents are in, not when a stage ends.
3. What is still out at the end gets the last word of its step, a plain read without waiting; then its children are
   bound by what came of it, and asked of the cache alone.
4. Futures still out are handed on, to be left after the answer is written, and never awaited.
5. For a stream nothing is waited for that may come late, and the last words are those of a copy: the board itself
   stays as it is, for `late.py` to go on with.
"""

import asyncio
from asyncio import Future
from collections.abc import Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from gateway.admission import Level
from gateway.ask import Ask
from gateway.budget import TICK
from gateway.catalog.templates import Need, Waiting
from gateway.clock import Clock
from gateway.flow.gathering import Gathering
from gateway.flow.plan import Asked, Plan, bind, input_values
from gateway.flow.result import Result, combine, derive
from gateway.guards import AskStep
from gateway.outcome import TIMED_OUT, Outcome, Reason, default

_Place = tuple[str, int]
_NOT_AWAITED = default(Reason.BUDGET)

# Which signals are asked at which level of load; in one JSON answer those of class late never are.
_ASKED: Mapping[Level, frozenset[Waiting]] = {
    **dict.fromkeys((Level.NORMAL, Level.THRIFTY), frozenset({Waiting.REQUIRED, Waiting.OPTIONAL})),
    Level.ESSENTIAL: frozenset({Waiting.REQUIRED}),
    **dict.fromkeys((Level.CACHED, Level.CLOSED), frozenset()),
}


@dataclass(frozen=True, slots=True, eq=False)
class Collected:
    """One result a signal, and the futures that are still out: leave them once the answer is written.

    Where a stream goes on after its payload there is the board to go on with.
    """

    results: dict[str, Result]
    stragglers: Collection[Future[Outcome]]
    board: "Board | None" = None

    def release(self) -> None:
        """Leave what is still out."""
        for straggler in tuple(self.stragglers):
            straggler.cancel()


async def fan_out(plan: Plan, step: AskStep, clock: Clock, grace: float, level: Level = Level.NORMAL) -> Collected:
    """Ask what the plan says and collect what comes until the deadline.

    `grace` is in seconds. What is not asked at this level of load has what the cache can give.
    """
    board = Board(plan, step, clock, grace, level)
    try:
        board.begin()
        while (until := board.until()) is not None and until - clock.now() >= TICK:
            waits_for = asyncio.ALL_COMPLETED if board.may_wait_for_all else asyncio.FIRST_COMPLETED
            done, _ = await asyncio.wait(board.out, timeout=until - clock.now(), return_when=waits_for)
            board.take(done)
    except BaseException:
        Collected({}, board.out).release()
        raise
    if plan.opening.late_window is None:
        return board.close()
    return Collected(board.copied().close().results, board.out, board)


class Board:
    """What is asked, what is in, and what waits for a parent; of one open, for as long as it lasts.

    A sparing one asks nothing new: what could be asked by now has what the cache can give.
    """

    def __init__(self, plan: Plan, step: AskStep, clock: Clock, grace: float, level: Level) -> None:
        self._plan = plan
        self._step = step
        self._clock = clock
        self._grace = grace
        self._asked = _ASKED[level]
        self._is_stream = plan.opening.late_window is not None
        self.results: dict[str, Result] = {}
        self._documents: dict[str, Any] = {}
        self.gathering: dict[str, Gathering] = {}
        self._blocked = list(plan.waiting)
        self._last_required: float | None = None
        self.is_sparing = False
        self.out: dict[Future[Outcome], _Place] = {}
        self._noted: set[Future[Outcome]] = set()

    def begin(self) -> None:
        """Ask all that reads no other signal, then what that lets be asked."""
        for asked in self._plan.ready:
            self._ask(asked, is_closing=False)
        self._unblock(is_closing=False)

    def take(self, done: Iterable[Future[Outcome]]) -> None:
        """Take in what came, and ask what that lets be asked."""
        for future in done:
            name, position = self.out.pop(future)
            gathering = self.gathering[name]
            part = gathering.asked.parts[position]
            assert isinstance(part, Ask)
            if future not in self._noted:  # it came in this very turn, before its callback was called
                self._came(gathering)
            self._put(gathering, position, self._step.settle(part, _outcome(future)))
        self._unblock(is_closing=False)

    def until(self) -> float | None:
        """The instant to wait for; None when nothing is owed any more."""
        if not self.out:
            return None
        on_the_way = [gathering.asked.need for gathering in self.gathering.values()] + self._blocked
        owed = {self._waiting(need) for need in on_the_way} - {Waiting.LATE}
        if not owed:
            return None
        collect = self._plan.opening.deadline.collect
        if self._last_required is None or Waiting.REQUIRED in owed:
            return collect
        return min(collect, self._last_required + self._grace)

    @property
    def may_wait_for_all(self) -> bool:
        """Whether nothing is to be done before the last of what is out is in."""
        return not self._blocked and all(
            self._waiting(gathering.asked.need) is Waiting.REQUIRED for gathering in self.gathering.values()
        )

    def copied(self) -> "Board":
        """Another one that stands where this one stands: what happens to it does not happen here."""
        other = copy(self)
        other.results, other._documents, other._blocked = dict(self.results), dict(self._documents), list(self._blocked)
        other.gathering = {name: one.copied() for name, one in self.gathering.items()}
        return other

    def leave(self, names: Collection[str]) -> None:
        """Take these signals off: nothing comes of them any more, nor of what reads them."""
        for future, (name, _) in tuple(self.out.items()):
            if name in names:
                del self.out[future]
                future.cancel()
        self.gathering = {name: one for name, one in self.gathering.items() if name not in names}
        self._blocked = [need for need in self._blocked if need.name not in names]

    def close(self) -> Collected:
        """Give the last word to all that is still out, in the order of the template."""
        for gathering in list(self.gathering.values()):
            for position, part in enumerate(gathering.asked.parts):
                if gathering.outcomes[position] is None:
                    assert isinstance(part, Ask)
                    self._came(gathering)
                    self._put(gathering, position, self._step.settle(part, self._last_word(gathering.asked.need)))
        self._unblock(is_closing=True)
        ordered = {need.name: self.results[need.name] for need in self._plan.opening.template.needs}
        return Collected(ordered, tuple(self.out))

    def _unblock(self, *, is_closing: bool) -> None:
        """Go on with each signal whose parents are all in, until no more are."""
        progress = True
        while progress and self._blocked:
            free = [need for need in self._blocked if need.parents <= self.results.keys()]
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
        parents = [self.results[name] for name in need.parents]
        self._keep(derive(need, values, parents, self._clock.now(), self._clock.wall()))

    def _ask(self, asked: Asked, *, is_closing: bool) -> None:
        gathering = Gathering(asked, self._clock.now())
        unasked = self._unasked(asked.need, is_closing)
        for position, part in enumerate(asked.parts):
            answer = self._begin(part, unasked)
            if isinstance(answer, Outcome):
                gathering.outcomes.append(answer)
                continue
            gathering.outcomes.append(None)
            gathering.missing += 1
            self.out[answer] = (asked.need.name, position)
            # It may be taken in much later than it came, together with others.
            answer.add_done_callback(lambda future: self._came(gathering, future))
        if gathering.missing:
            self.gathering[asked.need.name] = gathering
        else:
            self._finish(gathering)

    def _begin(self, part: Ask | Outcome, unasked: Reason | None) -> Outcome | Future[Outcome]:
        if isinstance(part, Outcome):
            return part
        if unasked is not None:
            return self._step.peek(part, unasked)
        answer = self._step.start(part)
        return self._step.settle(part, answer) if isinstance(answer, Outcome) else answer

    def _came(self, gathering: Gathering, future: Future[Outcome] | None = None) -> None:
        gathering.ended = self._clock.now()
        if future is not None:
            self._noted.add(future)

    def _waiting(self, need: Need) -> Waiting:
        return Waiting.LATE if self._is_stream and need.comes_late else need.waiting

    def _last_word(self, need: Need) -> Outcome:
        return _NOT_AWAITED if self._is_stream and need.comes_late else TIMED_OUT

    def _unasked(self, need: Need, is_closing: bool) -> Reason | None:
        """Why a signal is not asked at all; None where it is."""
        if is_closing:
            return self._last_word(need).reason
        if self._is_stream:
            return Reason.SHED if self.is_sparing else None
        if need.waiting is Waiting.LATE:
            return Reason.BUDGET
        return None if need.waiting in self._asked else Reason.SHED

    def _put(self, gathering: Gathering, position: int, outcome: Outcome) -> None:
        gathering.outcomes[position] = outcome
        gathering.missing -= 1
        if not gathering.missing:
            del self.gathering[gathering.asked.need.name]
            self._finish(gathering)

    def _finish(self, gathering: Gathering) -> None:
        need = gathering.asked.need
        outcomes = [outcome for outcome in gathering.outcomes if outcome is not None]
        took = gathering.ended - gathering.began
        self._keep(combine(need, gathering.asked.elements, outcomes, self._clock.now(), took))

    def _keep(self, result: Result) -> None:
        self.results[result.name] = result
        if self._waiting(result.need) is Waiting.REQUIRED:
            self._last_required = self._clock.now()
        if result.document is not None:
            self._documents[result.name] = result.document


def _outcome(future: Future[Outcome]) -> Outcome:
    """What a future brought; one that was cancelled by somebody else is as good as out of time."""
    return TIMED_OUT if future.cancelled() else future.result()
