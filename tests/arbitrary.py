"""Arbitrary days of a gateway: any template, any behaviour of its sources, any opens; and what to watch meanwhile.

State: a `Day` notes every call and every ask as it happens; what it notes is only read when the day is over.
"""

import asyncio
import functools
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import orjson
from hypothesis import strategies as st
from multidict import CIMultiDict

from connectors import Query, Quota, Scope
from gateway.admission import Level
from gateway.ask import Ask, Errand
from gateway.flow.request import Arrival
from gateway.guards import Permit, Refusal
from gateway.guards.breaker import State
from gateway.laws import BreakerLaw, BulkheadLaw, CacheLaw, HedgeLaw, Laws
from gateway.moment import Answered, answer
from gateway.outcome import Verdict
from morning import ticket
from stand_in import Figure, Member, Of, Product, Script, Source, source
from vendor import FAULTS, Vendor, failing
from virtual_time import Rig, loaded, wait

ALL_IS_STILL = 4000.0  # later than the slowest script ends that keeps to no time limit
TENANTS = ("one", "two")
TIGHT = Laws(
    cache=CacheLaw(entries=6, refreshes=2),
    breaker=BreakerLaw(in_a_row=3, min_calls=6, open_least=0.3, open_most=2.0, strikes=2),
    bulkhead=BulkheadLaw(4, 12),
    hedge=HedgeLaw(enabled=True, min_samples=3),
)
LAWS = st.sampled_from([Laws(), TIGHT, TIGHT])
_LATENCIES = (0.0, 0.001, 0.02, 0.02, 0.05, 0.1, 0.25, 0.3, 0.394, 0.395, 0.396, 0.7, 3600.0)


@functools.cache
def sources(quota: float | None) -> tuple[Source, ...]:
    """Five sources of many kinds, each asked for little in words that others use too; `quota` is in calls a second."""
    law: dict[str, Any] = {"idempotent": True, "quota": None if quota is None else Quota(rate=quota)}
    return (
        source("aa", Product, ttl=0.2, stale=0.6, timeout=0.3, **law),
        source("bb", Of, ttl=0.0, stale=0.0, timeout=0.05, **law),
        source("cc", Of, ttl=0.1, stale=5.0, timeout=1.0, batch=3),
        source("dd", Product, ttl=0.2, stale=0.4, timeout=0.25, scope=Scope.VIEWER, **law),
        source("ee", Of, ttl=60.0, stale=60.0, timeout=0.3, batch=100),
        source("ff", Member, ttl=0.5, stale=5.0, timeout=0.3, scope=Scope.VIEWER, **law),
    )


@st.composite
def templates(draw: st.DrawFn) -> str:
    """A template of these, of any classes, some reading another, with one figure derived."""
    kind = st.sampled_from(["required", "required", "optional", "late"])
    parent = st.sampled_from(["context.product", "signals.aa.label"])
    wires = {"bb": f", with: {{of: {draw(parent)}}}", "cc": f", with: {{of: {draw(parent)}}}"}
    wires["ee"] = ", each: context.symbols"
    lines = ["template: morning", "version: 3", "budget: 400ms", "tenant: main", "signals:"]
    lines += [f"  {name}: {{connector: {name}, class: {draw(kind)}{wires.get(name, '')}}}" for name in NAMES]
    lines += [f"  gg: {{derive: total, with: {{quotes: signals.ee}}, class: {draw(kind)}}}", "data:"]
    for name in ("aa", "bb", "cc", "dd", "ff", "gg"):
        age = draw(st.sampled_from(["", ", max_age: 50ms", ", max_age: 300ms"]))
        lines.append(f"  {name}: {{from: {name}.value, type: number, nullable: true, default: null{age}}}")
    lines += ["  limited: {from: aa.value, type: number, minimum: -5, default: 0}", "groups: {pair: [aa, dd]}"]
    return "\n".join(lines)


NAMES = ("aa", "bb", "cc", "dd", "ee", "ff")
BRINGS = st.one_of(
    st.floats(-10, 10).map(lambda value: Figure(value=value, label="x")),
    st.floats(-10, 10).map(lambda value: Figure(value=value, label="not an id")),
    st.sampled_from(sorted(FAULTS)).map(lambda word: failing(word, 0.5)),
    st.sampled_from([RuntimeError("a bug"), asyncio.CancelledError()]),
)
SCRIPTS = st.builds(
    Script,
    latency=st.sampled_from(_LATENCIES),
    brings=BRINGS,
    stubborn=st.sampled_from([0.0, 0.0, 0.5, 5.0]),
    deaf=st.sampled_from([False, False, False, True]),
)


@dataclass(frozen=True)
class Visit:
    """One open: when, by whom, of which tenant, for what, under what load, and when the viewer leaves if early."""

    at: float
    who: int | None
    tenant: int
    budget_ms: Any
    product: str
    leaves: float | None
    level: int
    jump: float
    symbols: Sequence[str] = ()


VISITS = st.builds(
    Visit,
    at=st.sampled_from([0.0, 0.0, 0.001, 0.05, 0.3, 0.7, 1.1, 1.5, 2.0, 4.0]),
    who=st.sampled_from([None, 1, 2]),
    tenant=st.sampled_from([1, 1, 1, 2]),
    budget_ms=st.sampled_from([None, None, 0, 50, 100, 399, "junk"]),
    product=st.sampled_from(["x", "y", "z"]),
    leaves=st.sampled_from([None, None, None, 0.0, 0.01, 0.2]),
    level=st.sampled_from([0, 0, 0, 0, 1, 2, 3]),
    jump=st.sampled_from([0.0, 0.0, 0.0, 86400.0, -172800.0]),
    symbols=st.lists(st.sampled_from(["x", "y", "z"]), max_size=3),
)

_who: ContextVar[tuple[int, int | None]] = ContextVar("who")


class Teller(Vendor):
    """A vendor that notes how its calls ended."""

    good: Counter[str]

    async def __call__(self, errand: Errand) -> Any:
        done = await super().__call__(errand)
        if done.verdict is Verdict.GOOD:
            self.good[errand.source.name] += 1
        return done


class Day:
    """A gateway with two tenants, sources that do as the scripts say in turn, and notes of all that happened."""

    def __init__(
        self, text: str, scripts: Sequence[Script], laws: Laws, quota: float | None = None, chance: float = 0.5
    ) -> None:
        self.scripts = scripts
        self.sent = 0
        self.keys: dict[Any, set[Any]] = defaultdict(set)
        self.brought: set[int] = set()
        self.faults: list[str] = []
        self.rig = Rig(self.says, sources(quota), text, laws=laws, chance=lambda: chance, stand_in=Teller)
        self.vendor: Any = self.rig.stand_in
        self.vendor.good = Counter()
        versions: Any = self.rig.gateway.front.templates["morning"]
        for version, tenant in enumerate(TENANTS, 1):
            versions[version] = loaded(text.replace("tenant: main", f"tenant: {tenant}"), sources(quota))
        self._watch()

    def says(self, errand: Errand, query: Query) -> Script:
        """The next script."""
        script = self.scripts[self.sent % len(self.scripts)]
        self.sent += 1
        self.brought.add(id(script.brings))
        return script

    def _watch(self) -> None:
        """Look at every ask that meets the cache, and at the circuit after every errand that asks for it."""
        cache, breaker = self.rig.stack.cache, self.rig.stack.breaker
        start, peek, enter = cache.start, cache.peek, breaker.enter

        def noted(ask: Ask) -> None:
            tenant, who = _who.get()
            self.keys[ask.key].add((tenant, ask.source.name, who if ask.source.scope is Scope.VIEWER else None))

        def watched(errand: Errand) -> Permit | Refusal:
            told = enter(errand)
            circuit, now = breaker._circuits[errand.source.name], self.rig.clock.now()
            if circuit.state is State.HALF_OPEN and circuit.lease_until is not None and circuit.lease_until <= now:
                self.faults.append("half-open with a lease that is over")
            if isinstance(told, Refusal) and told.probe is not None and circuit.lease_until is None:
                self.faults.append("a probe without a lease")
            return told

        cache.start = lambda ask: (noted(ask), start(ask))[1]  # type: ignore[method-assign]
        cache.peek = lambda ask, reason: (noted(ask), peek(ask, reason))[1]  # type: ignore[method-assign]
        breaker.enter = watched  # type: ignore[method-assign]

    async def open(self, visit: Visit) -> tuple[Answered, float]:
        """What one open was answered, and after how long."""
        _who.set((visit.tenant, visit.who))
        context = {"product": visit.product, "symbols": list(visit.symbols)}
        bearing = None if visit.who is None else signed(visit.who)
        request = {"template": "morning", "version": visit.tenant, "ticket": bearing, "context": context}
        began = self.rig.clock.now()
        self.rig.wall.offset += visit.jump
        self.rig.level = Level(visit.level)
        arrival = Arrival(orjson.dumps(request | {"budget_ms": visit.budget_ms}), CIMultiDict(), began)
        answered = await answer(arrival, self.rig.gateway, self.rig.level)
        took = self.rig.clock.now() - began
        answered.collected.release()
        return answered, took

    async def visited(self, visit: Visit) -> tuple[Answered, float] | None:
        """What one viewer was told; nothing if they left before."""
        await wait(visit.at)
        opening = asyncio.ensure_future(self.open(visit))
        done, _ = await asyncio.wait({opening}, timeout=visit.leaves)
        opening.cancel()
        return opening.result() if done else None

    def extra_calls(self, name: str) -> int:
        """The HTTP calls to a source beyond the first of each errand: retries and hedges."""
        errands = [errand for errand in self.vendor.errands if errand.source.name == name]
        return len(errands) - len({id(errand.queries) for errand in errands})

    def left_over(self) -> dict[str, int]:
        """What is not at rest."""
        return self.rig.leftovers() | self.rig.stack.bulkhead.statistics()


@functools.cache
def signed(who: int) -> str:
    """A ticket of one viewer."""
    return ticket(f"viewer-{who}")
