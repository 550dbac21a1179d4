"""A batch is one call: one token, one place, one verdict, one retry, however many keys and viewers it serves."""

import asyncio
from dataclasses import replace

import pytest

from connectors import Quota, Scope
from gate_bench import places
from gateway.guards.breaker import State
from gateway.laws import BreakerLaw, BulkheadLaw, RetryLaw
from stack_bench import DOWN, HEDGING, PASSES, QUOTE, Bench, by_key, in_turn, value, with_
from stand_in import HANGS, Of, Script, ask_of
from vendor import failing
from virtual_time import in_virtual_time, settle, wait

MANY = replace(QUOTE, batch=100)


async def read_all(bench: Bench, count: int, of: object = MANY) -> list[str]:
    """As many keys in one turn."""
    return await asyncio.gather(*(bench.read(f"q{number}", of) for number in range(count)))  # type: ignore[arg-type]


@pytest.mark.parametrize(("keys", "errands"), [(1, 1), (100, 1), (101, 2), (250, 3)])
@in_virtual_time
async def test_a_batch_costs_one_token_and_one_place(keys: int, errands: int) -> None:
    """A hundred keys in one errand are one call to quota and bulkhead; the hundred-and-first is another."""
    metered = replace(MANY, quota=Quota(rate=0.0001, burst=5.0))
    bench = Bench()
    reading = asyncio.ensure_future(read_all(bench, keys, metered))
    await wait(0.01)

    assert places(bench.stack.bulkhead) == {"quote": errands}
    assert set(await reading) == {"live"}
    assert bench.stack.quota.statistics()["quote"].tokens == pytest.approx(5 - errands, abs=0.01)
    assert places(bench.stack.bulkhead) == {}


@in_virtual_time
async def test_a_refused_batch_is_refused_for_all_its_keys() -> None:
    """Each has the reason; none is kept waiting for another errand."""
    bench = Bench(laws=with_(bulkhead=BulkheadLaw(in_flight=1)))
    bench.script = HANGS
    hung = asyncio.ensure_future(bench.read("hung", MANY))
    await settle()

    assert await read_all(bench, 60) == ["default/bulkhead"] * 60
    assert bench.sent == 1
    await hung


@in_virtual_time
async def test_a_failed_batch_is_one_bad_call() -> None:
    """Seven failures of a hundred keys each are seven in a row, and the eighth opens."""
    bench = Bench(laws=with_(breaker=BreakerLaw()))
    bench.script = DOWN
    for number in range(7):
        await asyncio.gather(*(bench.read(f"q{number}-{key}", MANY) for key in range(100)))
    assert bench.state() is State.CLOSED

    await read_all(bench, 2)
    assert bench.state() is State.OPEN


@in_virtual_time
async def test_one_bad_element_is_no_verdict_on_the_others() -> None:
    """A poisoned key among good ones fails alone: the call was good, and the next batch leaves the key out."""
    says = by_key({"q3": Script(brings=failing("wrong_shape"))})
    bench = Bench(says, with_(breaker=BreakerLaw()))
    brief = replace(MANY, ttl=0.0)
    for _ in range(12):
        words = await read_all(bench, 10, brief)
        assert words == ["live"] * 3 + ["default/invalid"] + ["live"] * 6

    assert bench.state() is State.CLOSED
    assert len(bench.stand_in.errands[0].queries) == 10
    assert len(bench.stand_in.errands[1].queries) == 9


@in_virtual_time
async def test_a_second_try_is_of_the_whole_batch_and_costs_one_token() -> None:
    """What failed as one call is sent again as one call."""
    bench = Bench(in_turn(*[PASSES] * 50, value(1.0)), with_(retry=RetryLaw()))

    assert await read_all(bench, 50) == ["live"] * 50
    assert [len(errand.queries) for errand in bench.stand_in.errands] == [50, 50]
    assert bench.stack.retry_tokens.statistics()["quote"] == 9.0


@in_virtual_time
async def test_a_hedge_is_of_the_whole_batch() -> None:
    """And whoever waits for any of its keys has the faster call's value."""
    bench = Bench(in_turn(*[value(1.0, 0.2)] * 50, value(2.0)), with_(hedge=HEDGING))
    bench.known(0.02)

    assert await read_all(bench, 50) == ["live"] * 50
    assert [len(errand.queries) for errand in bench.stand_in.errands] == [50, 50]


@in_virtual_time
async def test_a_probe_is_a_whole_batch_and_one_lease() -> None:
    """Of a hundred keys and their probing errand all are answered at once."""
    bench = Bench(laws=with_(breaker=BreakerLaw()))
    await bench.opened(MANY)
    await wait(4.0)
    sent = bench.sent

    assert await read_all(bench, 100) == ["default/breaker"] * 100
    await settle()
    assert (bench.sent, bench.stand_in.out) == (sent + 1, 1)
    assert len(bench.stand_in.errands[-1].queries) == 100


@in_virtual_time
async def test_a_key_that_is_known_not_to_be_there_is_left_out_of_the_batch() -> None:
    """It is answered from the negative entry; the others are asked."""
    bench = Bench(by_key({"q0": Script(brings=failing("404"))}))
    await read_all(bench, 2)
    await wait(29.0)
    words = await read_all(bench, 4)

    assert words == ["default/absent", "fresh", "live", "live"]
    assert [query.of for query in bench.stand_in.errands[1].queries] == ["q2", "q3"]  # type: ignore[attr-defined]


@in_virtual_time
async def test_one_who_stays_keeps_the_batch_out_for_all() -> None:
    """Nine of ten leave early: the call goes on for the tenth, and all ten values are kept."""
    bench = Bench()
    bench.script = Script(latency=0.25)
    early = [bench.read(f"q{number}", MANY, until=bench.clock.now() + 0.1) for number in range(9)]

    words = await asyncio.gather(*early, bench.read("q9", MANY))

    assert words == ["default/timeout"] * 9 + ["live"]
    assert (bench.sent, await read_all(bench, 10)) == (1, ["fresh"] * 10)


@in_virtual_time
async def test_a_viewers_batch_is_one_call_a_viewer() -> None:
    """Two viewers in one turn are two errands, two tokens and two places."""
    own = replace(MANY, scope=Scope.VIEWER, quota=Quota(rate=0.0001, burst=5.0))
    bench = Bench()
    asks = [ask_of(own, Of(of=f"q{n}"), bench.clock, viewer=who) for n in range(3) for who in ("ann", "bob")]

    await asyncio.gather(*(bench.outcome(ask) for ask in asks))

    assert [len(errand.queries) for errand in bench.stand_in.errands] == [3, 3]
    assert bench.stack.quota.statistics()["quote"].tokens == pytest.approx(3.0, abs=0.01)
