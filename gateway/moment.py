"""One Moment of Open, from the request to the answer: the table of contents."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.admission import Level
from gateway.flow.fanout import Collected, fan_out
from gateway.flow.merge import Payload, merge
from gateway.flow.open import Front, open_moment
from gateway.flow.plan import make_plan
from gateway.flow.request import Arrival
from gateway.flow.respond import Answer, respond
from gateway.guards import AskStep


@dataclass(frozen=True, slots=True, eq=False)
class Gateway:
    """What answers opens: built whole at start, then only called. `grace` and `finish_p99()` are in seconds."""

    front: Front
    step: AskStep
    grace: float
    finish_p99: Callable[[], float]


@dataclass(slots=True, eq=False)
class Answered:
    """An answer, what it was made from, and what is still out: release that once the answer is written.

    `collected_at` is the monotonic instant at which collecting ended.
    """

    answer: Answer
    payload: Payload
    collected: Collected
    collected_at: float


async def answer(arrival: Arrival, gateway: Gateway, level: Level) -> Answered:
    """Turn one open into one answer, before its deadline.

    Raises:
        Problem: the request itself is wrong.
    """
    opening = open_moment(arrival, gateway.front, gateway.finish_p99())
    plan = make_plan(opening)
    clock = gateway.front.clock
    collected = await fan_out(plan, gateway.step, clock, gateway.grace, level)
    collected_at = clock.now()
    payload = merge(opening, collected.results)
    return Answered(respond(payload, clock.now()), payload, collected, collected_at)
