"""A call that outlives the viewer it was made for stays that viewer's: another one never sees what it brings."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from connectors import Query, Scope
from gateway.ask import Ask, Errand
from gateway.laws import RetryLaw
from morning import BRINGS, CONTEXT, SOURCES, TEMPLATE, ticket
from stack_bench import HEDGING, PASSES, QUOTE, Bench, in_turn, value, with_
from stand_in import Figure, Member, Of, Script, ask_of
from vendor import Vendor
from virtual_time import Rig, in_virtual_time, wait

OWN = replace(QUOTE, scope=Scope.VIEWER)


def ask(bench: Bench, who: str, left: float = 0.395) -> Ask:
    """The same query for one viewer or another."""
    return ask_of(OWN, Of(of="balance"), bench.clock, viewer=who, until=bench.clock.now() + left)


async def amount(bench: Bench, who: str, left: float = 0.395) -> Any:
    """The value that a viewer is shown."""
    reading = (await bench.outcome(ask(bench, who, left))).reading
    return None if reading is None else reading.document["value"]


@in_virtual_time
async def test_a_late_value_is_shown_to_its_own_viewer_alone() -> None:
    """Ann left before hers came; Bob, who asks the same meanwhile and after, gets a call and a value of his own."""
    bench = Bench(in_turn(value(1.0, 0.5), value(2.0, 0.05)))
    assert await amount(bench, "ann", left=0.2) is None

    assert await amount(bench, "bob") == 2.0
    await wait(0.5)

    assert [await amount(bench, "ann"), await amount(bench, "bob")] == [1.0, 2.0]
    assert (bench.sent, bench.stack.flight.statistics().joined) == (2, 0)


@pytest.mark.parametrize("leaves", [0.0, 0.01, 0.1, 0.27])
@in_virtual_time
async def test_one_who_leaves_takes_nothing_from_the_other(leaves: float) -> None:
    """Whenever Ann goes, Bob is told what he would have been told, and when."""
    bench = Bench(in_turn(value(1.0, 0.28), value(2.0, 0.29)))
    ann = asyncio.ensure_future(bench.outcome(ask(bench, "ann")))
    bob = asyncio.ensure_future(bench.outcome(ask(bench, "bob")))
    await wait(leaves)
    ann.cancel()

    reading = (await bob).reading
    assert reading is not None
    assert (reading.document["value"], bench.clock.now()) == (2.0, pytest.approx(0.29, abs=1e-5))
    await wait(0.3)
    assert bench.leftovers() == {}


@in_virtual_time
async def test_neither_a_second_try_nor_a_second_call_crosses_viewers() -> None:
    """Retried and hedged as they may be, each answer goes back to the one it was asked for."""

    def says(errand: Errand, query: Query) -> Script:
        first = sum(one.queries == errand.queries for one in bench.stand_in.errands) == 1
        worth = {"ann": 1.0, "bob": 2.0}[query.member]  # type: ignore[attr-defined]
        if not first:
            return value(worth, 0.005)
        return replace(PASSES, latency=0.01) if worth == 1.0 else value(worth, 0.2)

    bench = Bench(says, with_(hedge=HEDGING, retry=RetryLaw()))
    bench.known(0.02)
    mine = [ask_of(OWN, Member(member=who), bench.clock, viewer=who) for who in ("ann", "bob")]

    outcomes = await asyncio.gather(*(bench.outcome(one) for one in mine))

    assert [one.reading and one.reading.document["value"] for one in outcomes] == [1.0, 2.0]
    assert bench.sent == 4


@in_virtual_time
async def test_whole_opens_of_two_viewers_around_a_late_call() -> None:
    """Ann's points come after her answer was written; her next open shows them, and Bob's, in between, shows Bob's."""
    points = {"ann": Script(0.45, Figure(value=1.0)), "bob": Script(0.02, Figure(value=2.0))}

    def says(errand: Errand, query: Query) -> Script:
        name = errand.source.name
        return points[query.member] if name == "points" else Script(brings=BRINGS[name])  # type: ignore[attr-defined]

    patient = tuple(replace(one, timeout=0.39) for one in SOURCES)
    rig = Rig(says, patient, TEMPLATE, laws=with_(), stand_in=Vendor)

    async def shown(who: str) -> Any:
        return (await rig.open(ticket=ticket(who), **CONTEXT)).payload["data"]["points"]

    assert [await shown("ann"), await shown("bob")] == [None, 2.0]
    await wait(0.5)
    assert [await shown("ann"), await shown("bob")] == [1.0, 2.0]
    assert rig.leftovers() == {}


@in_virtual_time
async def test_a_shared_value_that_comes_late_serves_everybody() -> None:
    """What belongs to nobody is kept for all: one call, though its first asker is gone."""
    bench = Bench(in_turn(value(1.0, 0.45)))
    await bench.read(until=bench.clock.now() + 0.2)

    words = await asyncio.gather(*(bench.read() for _ in range(20)))

    assert (words, bench.sent) == (["live"] * 20, 1)
