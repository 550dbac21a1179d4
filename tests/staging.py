"""A gateway and its sources, set up as a scenario says: how it is opened, and what it holds.

State: calls are counted by source and by what is asked, as they are sent; nothing else changes but the gateway itself.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from multidict import CIMultiDict

from connectors import Query
from gateway.admission import Level
from gateway.app.stream import StreamLaw
from gateway.ask import Ask, Errand
from gateway.flow.open import open_moment
from gateway.flow.plan import make_plan
from gateway.flow.request import Arrival
from gateway.outcome import Reading, Reason, live
from morning import ticket
from scenario import Behaviour, Held, Open, Scenario
from scenario_sources import script_of, source_of, template_of
from stand_in import Figure, Script
from streaming import Heard, opened, streams_of
from vendor import Vendor
from virtual_time import Rig, loaded


@dataclass(frozen=True, slots=True)
class Answered:
    """What one open was told, and at which virtual instant; of a stream its patches too, and when it ended."""

    at: float
    payload: dict[str, Any]
    patches: Sequence[Heard] = ()
    ended: float | None = None

    def statuses(self) -> dict[str, str]:
        """Each signal's status, with its reason after a stroke."""
        entries = self.payload["signals"].items()
        return {name: "/".join(filter(None, (one["status"], one.get("reason")))) for name, one in entries}


class Stage:
    """A gateway and its sources, made as one scenario says; made on the running loop."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._called: Counter[tuple[str, str | None]] = Counter()
        sources = [source_of(name, one) for name, one in scenario.signals.items() if one.derive is None]
        texts = [template_of(scenario, tenant) for tenant in scenario.tenants]
        self.rig = Rig(
            self._says,
            sources,
            texts[0],
            laws=scenario.laws,
            chance=lambda: scenario.chance,
            stand_in=Vendor,
        )
        self.streams = streams_of(self.rig, StreamLaw(heartbeat=3600.0))
        versions: Any = self.rig.gateway.front.templates["morning"]
        versions.clear()
        versions.update({version: loaded(text, sources) for version, text in enumerate(texts, 1)})

    @property
    def now(self) -> float:
        """The virtual instant; the start is 0."""
        return self.rig.clock.now()

    def _says(self, errand: Errand, query: Query) -> Script:
        """The script for one query of a call, by the number of the call and the instant at which it is sent."""
        name = errand.source.name
        signal = self.scenario.signals[name]
        of = str(next(iter(query.model_dump().values())))
        for key in ((name, None), (name, of)):
            if key[1] is not None or query is errand.queries[0]:
                self._called[key] += 1
        behaviour: Behaviour = signal
        for later in signal.later:
            if self.now >= later.at.total_seconds():
                behaviour = later
        number = self._called[name, None]
        if of in signal.by:
            behaviour, number = signal.by[of], self._called[name, of]
        return script_of(behaviour, number, signal)

    def arrival(self, one: Open, number: int) -> Arrival:
        """The request of the open of that number among its like."""
        context = {"product": "p1", **one.context}
        filled = {key: value.format(n=number) if isinstance(value, str) else value for key, value in context.items()}
        request = {
            "template": "morning",
            "version": self.scenario.tenants.index(one.tenant or self.scenario.tenants[0]) + 1,
            "ticket": ticket(one.viewer) if one.viewer else None,
            "budget_ms": one.budget_ms,
            "context": filled,
        }
        headers = CIMultiDict({"Sec-Purpose": "prefetch"} if one.prefetch else {})
        return Arrival(orjson.dumps(request), headers, self.now)

    async def open(self, one: Open, number: int) -> Answered:
        """Open, be answered, and leave what is still out, as the app does."""
        if one.level is not None:
            self.rig.level = Level(one.level)
        heard = await opened(self.rig, self.streams, self.arrival(one, number), is_stream=one.stream)
        payload, *patches, end = heard
        ended = end.at if one.stream else None
        return Answered(payload.at, payload.document, patches, ended)

    def asks(self) -> dict[str, list[Ask]]:
        """What every open of the file asks at once, by signal: each key once."""
        found: dict[str, dict[Any, Ask]] = {}
        copies = [(one, number) for one in self.scenario.opens for number in range(one.count)]
        for one, number in copies:
            opening = open_moment(self.arrival(one, number), self.rig.gateway.front, 0.0)
            for asked in make_plan(opening).ready:
                for part in asked.parts:
                    if isinstance(part, Ask):
                        found.setdefault(asked.need.name, {}).setdefault(part.key, part)
        return {name: list(asks.values()) for name, asks in found.items()}

    def set_up(self) -> None:
        """Put into the cache what the file says is there, and let the system's clock jump when it says so."""
        loop = asyncio.get_running_loop()
        for jump in self.scenario.wall:
            loop.call_at(jump.at.total_seconds(), self._set_on, jump.seconds)
        for name, asks in self.asks().items():
            cached = self.scenario.signals[name].cached
            if cached is None:
                continue
            age = cached.age.total_seconds()
            reading = Reading.of(Figure(value=cached.value, label="x"), self.now - age, self.rig.clock.wall() - age)
            for ask in asks:
                self.rig.stack.cache.keep(ask, live(reading))

    def _set_on(self, seconds: float) -> None:
        self.rig.wall.offset += seconds

    def held(self, held: Held) -> dict[str, Any]:
        """What holds now, of all that `held` speaks of."""
        stack = self.rig.stack
        circuits = stack.breaker.statistics()
        asks = self.asks()
        calls = Counter(errand.source.name for errand in self.rig.stand_in.errands)
        return {
            "calls": dict(calls),
            "out": self._out(),
            "breaker": {name: circuits[name].state.name.lower() for name in held.breaker},
            "cache": {name: self._value(asks[name]) for name in held.cache},
        }

    def _out(self) -> dict[str, int]:
        """The places taken in bulkheads, by source."""
        return {name: taken for name, taken in self.rig.stack.bulkhead.statistics().items() if taken}

    def _value(self, asks: Sequence[Ask]) -> Any:
        """The value that the cache holds for all of these; None if it holds none."""
        told = [self.rig.stack.cache.peek(ask, Reason.SHED).reading for ask in asks]
        (value,) = {None if one is None else one.document["value"] for one in told}
        return value

    def left_over(self) -> dict[str, int]:
        """What is not at rest."""
        return self.rig.leftovers() | self._out()
