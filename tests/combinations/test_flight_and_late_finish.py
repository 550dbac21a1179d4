"""Joined flights beside cache, late finish, breaker and retries: one call a key, whoever comes and goes."""

import asyncio
from dataclasses import replace

import pytest

from gate_bench import places
from gateway.guards.breaker import State
from gateway.laws import BreakerLaw, LateLaw, RetryLaw
from stack_bench import DOWN, PASSES, QUOTE, Bench, in_turn, value, with_
from stand_in import HANGS, Script
from vendor import failing
from virtual_time import in_virtual_time, settle, wait

LAWS = with_(breaker=BreakerLaw())


@in_virtual_time
async def test_a_renewal_and_a_late_call_are_one() -> None:
    """A value in its second life whose renewal is late: readers are served, and the one call brings the next value."""
    bench = Bench(in_turn(value(1.0), value(2.0, 0.5)))
    await bench.read()
    await wait(61.0)
    words = []
    for _ in range(6):
        words.append(await bench.read())
        await wait(0.1)

    assert (words, bench.sent) == (["fresh"] * 6, 2)
    outcome = await bench.outcome(bench.ask())
    assert outcome.reading is not None
    assert outcome.reading.document["value"] == 2.0


@pytest.mark.parametrize("impatient", range(5))
@in_virtual_time
async def test_of_five_who_joined_any_may_leave(impatient: int) -> None:
    """The call, its place and its value are the others'."""
    bench = Bench(laws=with_(late=LateLaw(bulkhead_below=0.0)))
    readers = [asyncio.ensure_future(bench.read()) for _ in range(5)]
    await wait(0.01)
    readers[impatient].cancel()
    await asyncio.wait(readers)

    words = [one.result() for number, one in enumerate(readers) if number != impatient]
    assert (words, bench.sent, places(bench.stack.bulkhead)) == (["live"] * 4, 1, {})


@in_virtual_time
async def test_a_late_call_that_fails_marks_the_key_once() -> None:
    """Ten who came and went while it was out: one call, one bad verdict, one entry."""
    bench = Bench(laws=LAWS)
    bench.script = Script(0.5, failing("500"))
    for _ in range(10):
        await bench.read(until=bench.clock.now() + 0.04)
    await wait(0.2)

    assert (bench.sent, bench.stack.cache.statistics().negatives) == (1, 1)
    assert bench.stack.breaker._circuits["quote"].in_a_row == 1


@in_virtual_time
async def test_hung_keys_open_the_circuit_and_the_late_calls_end_in_their_time() -> None:
    """Eight keys that hang, each gone on with: out until twice their time, then bad; the ninth is not sent."""
    bench = Bench(laws=LAWS)
    bench.script = HANGS
    words = await asyncio.gather(*(bench.read(f"q{number}") for number in range(8)))
    assert (set(words), bench.stand_in.out) == ({"default/timeout"}, 8)
    await wait(0.31)

    assert (bench.stand_in.out, bench.state()) == (0, State.OPEN)
    assert await bench.read("other") == "default/breaker"
    assert bench.leftovers() == {}


@in_virtual_time
async def test_calls_that_went_on_are_not_hurt_by_an_opening() -> None:
    """A circuit that opens stops no call that is out: its value is kept, though its verdict counts for nothing."""
    bench = Bench(laws=LAWS)
    bench.script = value(1.0, 0.5)
    await bench.read(until=bench.clock.now() + 0.1)
    bench.script = DOWN
    await asyncio.gather(*(bench.read(f"q{number}") for number in range(8)))
    assert bench.state() is State.OPEN
    await wait(0.5)

    assert (await bench.read(), bench.state()) == ("fresh", State.OPEN)


@in_virtual_time
async def test_a_second_try_after_all_have_left_still_fills_the_cache() -> None:
    """The first attempt failed late; the second, within the time of the call, brings what the next viewer is served."""
    slow = replace(PASSES, latency=0.1)
    bench = Bench(in_turn(slow, value(2.0)), with_(retry=RetryLaw()))
    assert await bench.read(until=bench.clock.now() + 0.05) == "default/timeout"
    await wait(0.1)

    assert (await bench.read(), bench.sent) == ("fresh", 2)


@in_virtual_time
async def test_three_calls_that_do_not_end_open_the_circuit_by_their_strikes() -> None:
    """Left and cancelled they live on, hold their places, and a second later are told of: no fourth is sent."""
    bench = Bench(laws=LAWS)
    bench.script = Script(latency=3600.0, stubborn=30.0, deaf=True)
    of = replace(QUOTE, ttl=0.0)
    for number in range(3):
        await bench.read(f"q{number}", of, until=bench.clock.now() + 0.1)
    assert bench.state() is State.CLOSED
    await wait(1.1)

    assert (bench.state(), places(bench.stack.bulkhead)) == (State.OPEN, {"quote": 3})
    assert await bench.read("other", of) == "default/breaker"
    assert bench.stack.batch.statistics().uncooperative == 3
    bench.script = Script()
    await wait(40.0)
    await settle()
    assert places(bench.stack.bulkhead) == {}
