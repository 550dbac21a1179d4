"""A gateway on a loop in virtual time: opens by hand, a wall clock that can jump, and what is left in the end."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import looptime
import orjson
from multidict import CIMultiDict

import ticket_forge
from gateway.admission import Level
from gateway.ask import Source
from gateway.budget import BudgetLaw
from gateway.catalog.registry import Broken, Registry
from gateway.catalog.templates import Template, load_template
from gateway.clock import Clock
from gateway.flow.open import Front
from gateway.flow.request import Arrival
from gateway.laws import BreakerLaw, BulkheadLaw, CacheLaw, LateLaw, Laws, NegativeLaw, RetryLaw
from gateway.moment import Answered, Gateway, answer
from gateway.runtime import Stack
from gateway.settings import parse_document
from gateway.tickets import Tickets
from stand_in import DERIVATIONS, Says, StandIn

NOW = ticket_forge.NOW
EXACTLY = 2e-6
"""Two ticks of the virtual clock, which counts whole microseconds."""


class Wall:
    """A system clock that goes with the loop and may be set to another time."""

    def __init__(self) -> None:
        self.offset = 0.0

    def __call__(self) -> float:
        return NOW + self.offset + asyncio.get_running_loop().time()


@dataclass(slots=True)
class Told:
    """What one open was told, and how long that took, in seconds."""

    answered: Answered
    payload: dict[str, Any]
    took: float

    def statuses(self) -> dict[str, str]:
        """Each signal's status, with its reason after a stroke."""
        entries = self.payload["signals"].items()
        return {name: "/".join(filter(None, (one["status"], one.get("reason")))) for name, one in entries}


NEVER = 10**9
PLAIN = Laws(
    breaker=BreakerLaw(min_calls=NEVER, in_a_row=NEVER, strikes=NEVER),
    bulkhead=BulkheadLaw(NEVER, NEVER),
    retry=RetryLaw(attempts=0),
    late=LateLaw(bulkhead_below=0.0),
    negatives=NegativeLaw(failure_least=0.0, failure_most=0.0),
)
"""The guards that every open meets and no more: cache, flight and batch."""


class Rig:
    """A whole gateway around a stand-in, without sockets; made on the running loop."""

    def __init__(
        self,
        says: Says,
        sources: Sequence[Source | Broken] = (),
        template: str | None = None,
        *,
        law: CacheLaw | None = None,
        laws: Laws | None = None,
        chance: Callable[[], float] = lambda: 0.0,
        grace: float = 0.05,
        window: float = 0.0,
        stand_in: type[StandIn] = StandIn,
    ) -> None:
        self.wall = Wall()
        self.clock = Clock(asyncio.get_running_loop().time, self.wall)
        self.stand_in = stand_in(self.clock, says)
        self.level = Level.NORMAL
        laws = laws or replace(PLAIN, cache=law or CacheLaw(), window=window)
        self.stack = Stack(self.stand_in, self.clock, laws, chance, lambda: self.level)
        made = {} if template is None else {"morning": {3: loaded(template, sources)}}
        tickets = Tickets(
            ticket_forge.KEYS,
            audience=ticket_forge.AUDIENCE,
            issuer=ticket_forge.ISSUER,
            leeway=ticket_forge.LEEWAY,
            max_age=ticket_forge.MAX_AGE,
            wall=lambda: NOW,
        )
        front = Front(made, tickets, BudgetLaw(), self.clock, bytes)
        self.gateway = Gateway(front, self.stack.cache, grace, lambda: 0.0)
        self.template: Template | None = made["morning"][3] if made else None

    async def open(
        self,
        *,
        ticket: str | None = None,
        headers: Mapping[str, str] | None = None,
        budget_ms: Any = None,
        **context: Any,
    ) -> Told:
        """Open the template; what is still out when it was answered is left, as the app does."""
        request = {"template": "morning", "ticket": ticket, "budget_ms": budget_ms, "context": context}
        began = self.clock.now()
        arrival = Arrival(orjson.dumps(request), CIMultiDict(headers or {}), began)
        answered = await answer(arrival, self.gateway, self.level)
        took = self.clock.now() - began
        answered.collected.release()
        return Told(answered, orjson.loads(answered.answer.body), took)

    def leftovers(self) -> dict[str, int]:
        """What is still running, waiting or ticking, by name; nothing once the engine is at rest."""
        loop: Any = asyncio.get_running_loop()
        flight, batch, cache = self.stack.flight, self.stack.batch.statistics(), self.stack.cache.statistics()
        gauges = {
            "tasks": len(asyncio.all_tasks()) - 1,
            "timers": sum(not timer.cancelled() for timer in loop._scheduled),
            "calls": self.stand_in.out,
            "flying": flight.statistics().flying,
            "waiting": flight.statistics().waiting,
            "errands": batch.running,
            "refreshing": cache.refreshing,
        }
        return {name: count for name, count in gauges.items() if count}


def loaded(template: str, sources: Sequence[Source | Broken]) -> Template:
    """The template that a text describes."""
    registry = Registry({one.name: one for one in sources}, DERIVATIONS)
    return load_template(parse_document(template, "morning.yaml", {}), registry)


async def wait(delay: float) -> None:
    """Let that much virtual time pass, in seconds."""
    await asyncio.sleep(delay)


async def settle() -> None:
    """Let everything run that is due at this instant."""
    for _ in range(10):
        await asyncio.sleep(0)


def in_virtual_time(scenario: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Make a test of a scenario: on a loop of its own in virtual time, which must have nothing to complain of."""

    @functools.wraps(scenario)
    def run(*args: Any, **named: Any) -> None:
        complaints: list[dict[str, Any]] = []

        async def watched() -> None:
            asyncio.get_running_loop().set_exception_handler(lambda _, complaint: complaints.append(complaint))
            await scenario(*args, **named)

        with asyncio.Runner(loop_factory=looptime.new_event_loop) as runner:
            runner.run(watched())

        assert complaints == []

    return run
