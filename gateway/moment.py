"""One Moment of Open, from the request to the answer, and on to what comes late: the table of contents."""

from asyncio import Future
from collections.abc import Callable
from dataclasses import dataclass

from gateway.admission import Level
from gateway.flow.fanout import Collected, fan_out
from gateway.flow.late import Late
from gateway.flow.merge import Payload, merge
from gateway.flow.open import Front, open_moment
from gateway.flow.patch import Patch, patch_of
from gateway.flow.plan import make_plan
from gateway.flow.request import Arrival
from gateway.flow.respond import Answer, respond
from gateway.guards import AskStep


@dataclass(frozen=True, slots=True, eq=False)
class Gateway:
    """What answers opens: built whole at start, then only called. Durations are in seconds, `finish_p99()` too."""

    front: Front
    step: AskStep
    grace: float
    finish_p99: Callable[[], float]
    late_window: float = 1.5


@dataclass(slots=True, eq=False)
class Answered:
    """An answer, what it was made from, and what is still out: release that once the answer is written.

    `collected_at` is the monotonic instant at which collecting ended.
    """

    answer: Answer
    payload: Payload
    collected: Collected
    collected_at: float


async def answer(arrival: Arrival, gateway: Gateway, level: Level, follows: bool = False) -> Answered:
    """Turn one open into one answer, before its deadline.

    With `follows` it is the payload of a stream that goes on, unless that is too much at this level of load.

    Raises:
        Problem: the request itself is wrong.
    """
    opening = open_moment(arrival, gateway.front, gateway.finish_p99())
    if follows and level < Level.ESSENTIAL and not opening.is_prefetch:
        opening.late_window = gateway.late_window
    plan = make_plan(opening)
    clock = gateway.front.clock
    collected = await fan_out(plan, gateway.step, clock, gateway.grace, level)
    collected_at = clock.now()
    payload = merge(opening, collected.results)
    return Answered(respond(payload, clock.now()), payload, collected, collected_at)


@dataclass(slots=True, eq=False)
class Following:
    """A stream after its payload: what is shown by now, and what may still come."""

    shown: Payload
    late: Late

    @property
    def until(self) -> float | None:
        """The instant at which the last window closes; None when nothing can come any more."""
        return self.late.until

    async def patches(self, until: float, over: Future[None]) -> list[Patch]:
        """What has changed when something comes, or at that instant, or once it is over."""
        made = []
        for result in await self.late.come(until, over):
            patch = patch_of(self.shown, result)
            if patch is not None:
                self.shown = patch.payload
                made.append(patch)
        return made


def follow(answered: Answered, gateway: Gateway, may_ask: Callable[[], bool]) -> Following | None:
    """Go on with what is still out after the payload; None where the answer is all that there is."""
    board, payload = answered.collected.board, answered.payload
    if board is None:
        return None
    opening = payload.opening
    usual, began = gateway.late_window, opening.deadline.began
    windows = {need.name: began + need.window(usual, payload.defaulted) for need in opening.template.needs}
    return Following(payload, Late(board, windows, gateway.front.clock, may_ask))
