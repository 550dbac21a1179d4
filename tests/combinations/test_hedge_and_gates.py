"""A second call beside a slow one walks the gates for itself, spends from both budgets, and spares a sick source."""

import asyncio
from dataclasses import replace

import pytest

from connectors import Quota
from gate_bench import places
from gateway.admission import Level
from gateway.guards.breaker import State
from gateway.laws import BreakerLaw, BulkheadLaw, RetryLaw
from stack_bench import HEDGING, PASSES, QUOTE, Bench, in_turn, value, with_
from stand_in import HANGS, Script
from vendor import failing
from virtual_time import in_virtual_time, settle, wait

LAWS = with_(hedge=HEDGING)
SLOW = value(1.0, 0.2)


@in_virtual_time
async def test_a_second_call_pays_a_token_of_the_quota() -> None:
    """The vendor counts both, the one that lost as well."""
    metered = replace(QUOTE, quota=Quota(rate=0.001, burst=5.0))
    bench = Bench(in_turn(SLOW, value(2.0)), LAWS)
    bench.known(0.02)

    assert await bench.read("a", metered) == "live"
    assert bench.sent == 2
    assert bench.stack.quota.statistics()["quote"].tokens == pytest.approx(3.0, abs=0.01)


@in_virtual_time
async def test_with_the_quota_empty_the_first_call_is_waited_for() -> None:
    """A second one that the quota refuses ends no race: the first still brings its answer."""
    metered = replace(QUOTE, quota=Quota(rate=0.001, burst=1.0))
    bench = Bench(in_turn(SLOW, value(2.0)), LAWS)
    bench.known(0.02)

    assert await bench.read("a", metered) == "live"
    assert bench.sent == 1


@in_virtual_time
async def test_with_no_room_for_a_second_call_the_first_is_waited_for() -> None:
    """At seven tenths of the bulkhead nobody is asked twice, and no token is spent on it."""
    bench = Bench(laws=with_(LAWS, bulkhead=BulkheadLaw(in_flight=10)))
    bench.script = SLOW
    bench.known(0.02)

    words = await asyncio.gather(*(bench.read(f"q{number}") for number in range(7)))

    assert (words, bench.sent) == (["live"] * 7, 7)
    assert bench.stack.hedge_tokens.statistics().get("quote", 5.0) == pytest.approx(5.0)


@pytest.mark.parametrize("sick", ["open", "loaded"])
@in_virtual_time
async def test_nobody_is_asked_twice_who_is_not_well(sick: str) -> None:
    """A circuit that opened meanwhile, a gateway that became loaded: no second call, and the first is waited for."""
    bench = Bench(laws=with_(LAWS, breaker=BreakerLaw()))
    bench.script = SLOW
    bench.known(0.02)
    reading = asyncio.ensure_future(bench.read("a"))
    await wait(0.01)
    if sick == "open":
        for _ in range(3):
            bench.stack.breaker.strike("quote")
    else:
        bench.level = Level.THRIFTY

    assert (await reading, bench.sent) == ("live", 1)


@in_virtual_time
async def test_a_hundred_hung_calls_are_hedged_five_times() -> None:
    """In an outage by silence the tokens end: five extra calls, and not one more."""
    bench = Bench(laws=LAWS)
    bench.script = HANGS
    for number in range(100):
        bench.known(0.02, 30)
        await bench.read(f"q{number}", replace(QUOTE, ttl=0.0))

    assert bench.sent == 105


@in_virtual_time
async def test_retries_and_hedges_share_ten_tokens_in_an_outage() -> None:
    """Both switched on, all calls failing at once: the extra ones of the two together are the ten of the retries."""
    bench = Bench(laws=with_(LAWS, retry=RetryLaw()))
    bench.script = replace(PASSES, latency=0.05)
    for number in range(60):
        bench.known(0.02, 30)
        await bench.read(f"q{number}", replace(QUOTE, ttl=0.0))

    assert bench.sent == 70
    assert bench.stack.retry_tokens.statistics()["quote"] < 1


@in_virtual_time
async def test_the_race_is_one_answer_to_all_who_joined() -> None:
    """Fifty waiters of one key: two calls, one value, and it is the faster one's."""
    bench = Bench(in_turn(SLOW, value(2.0)), LAWS)
    bench.known(0.02)
    asks = [bench.ask("a") for _ in range(50)]

    outcomes = await asyncio.gather(*(bench.outcome(ask) for ask in asks))

    assert {one.reading and one.reading.document["value"] for one in outcomes} == {2.0}
    assert bench.sent == 2


@in_virtual_time
async def test_both_calls_give_back_their_places_when_all_have_left() -> None:
    """The last viewer goes while two calls are out for nothing that is kept: both are cancelled at once."""
    brief = replace(QUOTE, ttl=0.0)
    bench = Bench(laws=LAWS)
    bench.script = HANGS
    bench.known(0.02)

    await bench.read("a", brief, until=bench.clock.now() + 0.1)
    await settle()

    assert (bench.sent, bench.stand_in.out, places(bench.stack.bulkhead)) == (2, 0, {})
    assert bench.leftovers() == {}


@in_virtual_time
async def test_a_429_of_the_first_call_lets_no_second_out() -> None:
    """The gate is closed by it: the second try keeps the wait, and no hedge slips out beside it."""
    throttled = Script(0.01, failing("429", retry_after=0.1))
    bench = Bench(in_turn(throttled, value(1.0)), with_(LAWS, retry=RetryLaw()), chance=lambda: 0.5)
    bench.known(0.02)
    calls: list[float] = []
    bench.stack.walk._told = lambda errand, done, took: calls.append(round(bench.clock.now() - took, 3))

    assert await bench.read("a") == "live"
    assert calls == [0.0, pytest.approx(0.1125, abs=0.002)]


@in_virtual_time
async def test_ten_lost_races_do_not_open_the_circuit() -> None:
    """The losers are ours to cancel: a source whose second calls are fast is not ill."""
    turns = iter(range(1000))
    bench = Bench(lambda errand, query: SLOW if next(turns) % 2 == 0 else value(2.0), with_(LAWS, breaker=BreakerLaw()))
    for number in range(10):
        bench.known(0.02, 110)
        bench.stack.hedge_tokens._tokens.clear()
        assert await bench.read(f"q{number}") == "live"

    assert (bench.sent, bench.state()) == (20, State.CLOSED)
    circuit = bench.stack.breaker._circuits["quote"]
    assert (len(circuit.calls), circuit.bad) == (10, 0)
