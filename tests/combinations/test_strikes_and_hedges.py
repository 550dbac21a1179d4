"""What ignores its cancellation is told of wherever it runs: alone, beside a second call, as the loser of a race."""

import asyncio
from dataclasses import replace

import pytest

from gate_bench import places
from gateway.guards.breaker import State
from gateway.laws import BreakerLaw
from stack_bench import HEDGING, QUOTE, Bench, in_turn, value, with_
from stand_in import Of, Script, source
from virtual_time import in_virtual_time, settle, wait

ONLY_STRIKES = BreakerLaw(min_calls=10**9, in_a_row=10**9)
LAWS = with_(hedge=HEDGING, breaker=ONLY_STRIKES)
BRIEF = replace(QUOTE, ttl=0.0)
STUCK = Script(latency=3600.0, stubborn=30.0, deaf=True)


@pytest.mark.parametrize(("reads", "state"), [(1, State.CLOSED), (2, State.OPEN)])
@in_virtual_time
async def test_both_calls_of_a_hedge_are_strikes(reads: int, state: State) -> None:
    """All have left while two calls are out, and neither goes: two strikes an errand, and the third opens."""
    bench = Bench(laws=LAWS)
    bench.script = STUCK
    bench.known(0.02)
    for number in range(reads):
        await bench.read(f"q{number}", BRIEF, until=bench.clock.now() + 0.1)
    assert (bench.sent, bench.state()) == (2 * reads, State.CLOSED)
    await wait(1.1)

    assert bench.state() is state
    assert bench.stack.batch.statistics().uncooperative == 2 * reads
    assert places(bench.stack.bulkhead) == {"quote": 2 * reads}
    await wait(40.0)
    assert bench.leftovers() == {}


@in_virtual_time
async def test_a_first_call_that_is_left_before_the_second_is_a_strike() -> None:
    """The delay of a hedge had not passed: there is one call, and it is told of once."""
    bench = Bench(laws=LAWS)
    bench.script = STUCK
    bench.known(0.02)

    await bench.read("a", BRIEF, until=bench.clock.now() + 0.01)
    await wait(1.1)

    assert (bench.sent, bench.stack.batch.statistics().uncooperative) == (1, 1)


@in_virtual_time
async def test_the_loser_of_a_race_that_does_not_go_is_a_strike() -> None:
    """The answer was the other call's and nobody has left: the source still does not end what it was told to end."""
    bench = Bench(in_turn(STUCK, value(2.0), STUCK, value(2.0), STUCK, value(2.0)), LAWS)
    for number in range(3):
        bench.known(0.02)
        assert await bench.read(f"q{number}") == "live"
    assert bench.state() is State.CLOSED
    await wait(1.1)

    assert (bench.state(), bench.stack.batch.statistics().uncooperative) == (State.OPEN, 3)


@in_virtual_time
async def test_a_call_for_many_is_one_strike() -> None:
    """Three that asked together leave together: it is one call, and one strike."""
    many = source("quote", Of, ttl=0.0, stale=0.0, batch=10)
    bench = Bench(laws=with_(breaker=ONLY_STRIKES))
    bench.script = STUCK
    readers = [asyncio.ensure_future(bench.read(f"q{number}", many)) for number in range(3)]
    await wait(0.01)
    for reader in readers:
        reader.cancel()
    await settle()
    await wait(1.1)

    assert (bench.sent, bench.stack.batch.statistics().uncooperative, bench.state(many)) == (1, 1, State.CLOSED)
