"""Cancelled at any suspension, an operation is over, nothing is left of it, and the next viewer is served as ever."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import orjson
import pytest
from multidict import CIMultiDict

from cancel_at import CancelAt, cancelled_at_each
from connectors import Query, Quota
from gate_bench import places
from gateway.ask import Errand, Source
from gateway.flow.fanout import fan_out
from gateway.flow.open import open_moment
from gateway.flow.plan import make_plan
from gateway.flow.request import Arrival
from gateway.guards.hedge import Hedge
from gateway.laws import BreakerLaw, BulkheadLaw, Laws, RetryLaw
from gateway.outcome import Done
from morning import BRINGS, CONTEXT, SOURCES, TEMPLATE, ticket
from stack_bench import HEDGING, QUOTE, Bench, value, with_
from stand_in import Figure, Of, Script
from vendor import Vendor, failing
from virtual_time import Rig, in_virtual_time, wait

METERED = replace(QUOTE, quota=Quota(rate=0.0001, burst=100.0), ttl=0.0)
LAWS = with_(retry=RetryLaw(), hedge=HEDGING, breaker=BreakerLaw(), bulkhead=BulkheadLaw(in_flight=3))
FLAKY = (Script(0.03, failing("503")), Script(0.06), Script(0.05))


def errand_of(bench: Bench, of: Source = METERED) -> Errand:
    """An errand of now."""
    now = bench.clock.now()
    return Errand(of, (Of(of="a"),), now, of.timeout, now + of.timeout)


class Chatty(Vendor):
    """A vendor whose calls are suspended several times."""

    async def __call__(self, errand: Errand) -> Done:
        for _ in range(4):
            await asyncio.sleep(0)
        return await super().__call__(errand)


def chatty(laws: Laws = LAWS) -> Bench:
    """A bench whose vendor fails at first, is slow then, and well after that."""
    bench = Bench(laws=laws, chance=lambda: 1.0)
    bench.stand_in = Chatty(bench.clock, lambda errand, query: FLAKY[(len(bench.stand_in.errands) - 1) % 3])
    bench.stack.walk._upstream = bench.stand_in
    bench.known(0.02, of=METERED)
    return bench


def hedge_of(bench: Bench) -> Hedge:
    """The outermost step of an errand."""
    hedge = bench.stack.batch._run
    assert isinstance(hedge, Hedge)
    return hedge


STEPS: dict[str, tuple[Callable[[Bench], Callable[[Errand], Any]], int]] = {
    "walk": (lambda bench: bench.stack.walk, 5),
    "retry": (lambda bench: hedge_of(bench).inner, 10),
    "hedge": (hedge_of, 2),
}


@pytest.mark.parametrize("name", STEPS)
@in_virtual_time
async def test_a_step_of_an_errand_may_be_cancelled_anywhere(name: str) -> None:
    """Every place is back, every token accounted for, no race goes on, and the next errand is run."""
    step_of, least = STEPS[name]
    made: list[Bench] = []

    def begin() -> Coroutine[Any, Any, Done]:
        made.append(chatty())
        step = step_of(made[-1])

        async def run() -> Done:
            return await step(errand_of(made[-1]))  # type: ignore[no-any-return]

        return run()

    async def check() -> None:
        bench = made[-1]
        await wait(0.001)
        assert (places(bench.stack.bulkhead), bench.stand_in.out, bench.leftovers()) == ({}, 0, {})
        assert bench.stack.quota.statistics()["quote"].tokens == pytest.approx(100 - len(spent(bench)), abs=0.01)
        bench.stand_in.says = lambda errand, query: value(7.0)
        assert await bench.read("next", METERED) == "live"
        assert bench.leftovers() == {}

    assert await cancelled_at_each(begin, check) >= least
    assert made[-1].leftovers() == {}


def spent(bench: Bench) -> list[Errand]:
    """The calls that were paid for."""
    return bench.stand_in.errands


POINTS = {"ann": 1.0, "bob": 2.0}


def opens(laws: Laws = LAWS) -> Rig:
    """A gateway whose sources come one after the other, so that an open is suspended many times."""
    order = {name: 0.02 * (number + 1) for number, name in enumerate(BRINGS)}

    def says(errand: Errand, query: Query) -> Script:
        name = errand.source.name
        brings = Figure(value=POINTS[query.member]) if name == "points" else BRINGS[name]  # type: ignore[attr-defined]
        return Script(order[name], brings)

    optional = TEMPLATE.replace("{connector: sky}", "{connector: sky, class: optional}")
    return Rig(says, SOURCES, optional, laws=laws, stand_in=Vendor)


async def next_viewer_is_served(rig: Rig) -> None:
    """Another viewer opens at once: whole, in time, and with what is theirs; then all is still."""
    told = await rig.open(ticket=ticket("bob"), **CONTEXT)
    assert told.payload["data"]["points"] == 2.0
    assert set(told.statuses().values()) <= {"live", "fresh"}
    assert told.took <= 0.395
    await wait(1.0)
    assert (rig.leftovers(), places(rig.stack.bulkhead)) == ({}, {})


@in_virtual_time
async def test_a_whole_open_may_be_cancelled_anywhere() -> None:
    """Whenever a viewer goes, nobody else notices."""
    made: list[Rig] = []

    def begin() -> Coroutine[Any, Any, Any]:
        made.append(opens())
        return made[-1].open(ticket=ticket("ann"), **CONTEXT)

    async def check() -> None:
        await next_viewer_is_served(made[-1])

    assert await cancelled_at_each(begin, check) >= 4


@in_virtual_time
async def test_a_fan_out_may_be_cancelled_anywhere() -> None:
    """With nothing kept and nothing gone on with, all its calls are cancelled in that instant."""
    made: list[Rig] = []
    laws = replace(LAWS, late=replace(LAWS.late, bulkhead_below=0.0))

    def begin() -> Coroutine[Any, Any, Any]:
        rig = opens(laws)
        made.append(rig)
        body = orjson.dumps({"template": "morning", "ticket": ticket("ann"), "context": CONTEXT})
        opening = open_moment(Arrival(body, CIMultiDict(), rig.clock.now()), rig.gateway.front, 0.0)
        return fan_out(make_plan(opening), rig.stack.cache, rig.clock, 0.05)

    async def check() -> None:
        rig = made[-1]
        await wait(0.001)
        assert (rig.leftovers(), places(rig.stack.bulkhead), rig.stand_in.out) == ({}, {}, 0)
        await next_viewer_is_served(rig)

    assert await cancelled_at_each(begin, check) >= 4


@in_virtual_time
async def test_a_viewer_who_waits_beside_is_told_the_same() -> None:
    """Two open at one instant and share what is shared: cancelled anywhere, the one costs the other nothing."""
    for stop in range(1, 5):
        rig = opens()
        ann = asyncio.ensure_future(_awaited(CancelAt(rig.open(ticket=ticket("ann"), **CONTEXT), stop)))
        bob = await rig.open(ticket=ticket("bob"), **CONTEXT)

        assert ann.cancelled()
        assert (bob.payload["data"]["points"], set(bob.statuses().values())) == (2.0, {"live"})
        assert bob.took == pytest.approx(0.08, abs=1e-5)
        await wait(1.0)
        assert rig.leftovers() == {}


async def _awaited(running: CancelAt) -> None:
    await running


@in_virtual_time
async def test_the_drill_finds_a_step_that_keeps_its_place() -> None:
    """A control: of a step that awaits while it gives back, a cancellation costs the place, and the drill says so."""
    held: list[int] = []

    async def careless() -> None:
        held.append(1)
        try:
            await asyncio.sleep(0.01)
        finally:
            await asyncio.sleep(0.01)
            held.pop()

    async def check() -> None:
        assert held == []

    with pytest.raises(AssertionError):
        await cancelled_at_each(careless, check)


@in_virtual_time
async def test_the_drill_finds_a_swallowed_cancellation() -> None:
    """Another control: what goes on as if nothing had been is found out."""

    async def deaf() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(0.01)

    async def check() -> None:
        return

    with pytest.raises(AssertionError, match="suspension 1 was swallowed"):
        await cancelled_at_each(deaf, check)
