"""A probe leaves behind a refusal: nobody waits for it, it pays like any call, and its lease comes back."""

import asyncio
from dataclasses import replace

import pytest

from connectors import Quota
from gate_bench import places
from gateway.guards.breaker import State
from gateway.laws import BreakerLaw, BulkheadLaw
from stack_bench import DOWN, QUOTE, Bench, with_
from stand_in import HANGS, Script
from virtual_time import EXACTLY, in_virtual_time, settle, wait

LAWS = with_(breaker=BreakerLaw())
LEASE = 2 * QUOTE.timeout


async def half_open(bench: Bench) -> None:
    """Open the circuit, and let its wait pass; chance is nought, so that it is four seconds."""
    await bench.opened(QUOTE)
    await wait(4.0)


@pytest.mark.parametrize(("key", "word"), [("known", "stale/breaker"), ("unknown", "default/breaker")])
@in_virtual_time
async def test_the_ask_that_probes_is_answered_at_once(key: str, word: str) -> None:
    """From stale or by default, in no time, while the probe is out behind it."""
    bench = Bench(laws=LAWS)
    await bench.read("known")
    await wait(130.0)
    await half_open(bench)
    began, sent = bench.clock.now(), bench.sent

    assert await bench.read(key) == word
    assert bench.clock.now() - began <= EXACTLY
    assert (bench.sent, bench.stand_in.out) == (sent + 1, 1)
    await wait(0.1)
    assert bench.leftovers() == {}


@in_virtual_time
async def test_one_lease_is_out_however_many_ask() -> None:
    """Of twenty asks of twenty keys at one instant one is sent, and none while it is out."""
    bench = Bench(laws=LAWS)
    await half_open(bench)
    sent = bench.sent

    words = await asyncio.gather(*(bench.read(f"q{number}") for number in range(20)))
    await wait(0.01)
    words += [await bench.read("later")]

    assert set(words) == {"default/breaker"}
    assert (bench.sent, bench.stand_in.out, bench.state()) == (sent + 1, 1, State.HALF_OPEN)


@in_virtual_time
async def test_three_good_probes_let_all_in_again() -> None:
    """Each is sent behind an ask of its own; the ask after the third is a call like any."""
    bench = Bench(laws=LAWS)
    await half_open(bench)
    words = []
    for number in range(4):
        words.append(await bench.read(f"q{number}"))
        await wait(0.05)

    assert words == ["default/breaker"] * 3 + ["live"]


@in_virtual_time
async def test_a_probe_has_the_sources_own_time_though_its_ask_was_in_a_hurry() -> None:
    """An ask with 50 ms left does not make a probe of 200 ms fail."""
    bench = Bench(laws=LAWS)
    await half_open(bench)
    bench.script = Script(latency=0.2)

    await bench.read("a", timeout=0.05, until=bench.clock.now() + 0.05)
    await wait(0.25)

    assert (bench.state(), bench.stack.latencies.of("quote").count) == (State.HALF_OPEN, 1)


@pytest.mark.parametrize("script", [HANGS, DOWN])
@in_virtual_time
async def test_a_probe_that_fails_opens_the_circuit_for_longer(script: Script) -> None:
    """Hung or down: nobody was kept waiting, and the next probe is after twice as long."""
    bench = Bench(laws=LAWS)
    await half_open(bench)
    bench.script = script
    await bench.read("a")
    await wait(0.31)
    assert (bench.state(), bench.stack.breaker.statistics()["quote"].opened) == (State.OPEN, 2)
    sent = bench.sent
    await wait(7.6)
    await bench.read("b")
    assert bench.sent == sent

    await wait(0.4)
    await bench.read("c")
    assert bench.sent == sent + 1
    await wait(1.0)
    assert bench.leftovers() == {}


@in_virtual_time
async def test_a_lease_lapses_with_a_probe_that_never_ends() -> None:
    """A call that keeps to no time: after twice the time-out the circuit opens, and its late word is void."""
    bench = Bench(laws=LAWS)
    await half_open(bench)
    bench.script = Script(latency=2.0, deaf=True)
    await bench.read("a")
    await wait(LEASE + 0.001)
    assert bench.state() is State.HALF_OPEN

    await bench.read("b")

    assert bench.state() is State.OPEN
    await wait(3.0)
    assert (bench.state(), bench.stand_in.out) == (State.OPEN, 0)


@in_virtual_time
async def test_a_probe_pays_a_token_and_takes_a_place() -> None:
    """It is a call like any other to the gates before and behind the breaker, and gives its place back."""
    metered = replace(QUOTE, quota=Quota(rate=1.0, burst=20.0))
    bench = Bench(laws=LAWS)
    await bench.opened(metered)
    await wait(60.0)
    await bench.read("a", metered)
    tokens = bench.stack.quota.statistics()["quote"].tokens

    assert (tokens, places(bench.stack.bulkhead)) == (19.0, {"quote": 1})
    await bench.read("b", metered)
    assert bench.stack.quota.statistics()["quote"].tokens == 19.0
    await wait(0.05)
    assert places(bench.stack.bulkhead) == {}


@in_virtual_time
async def test_a_probe_without_a_token_is_not_sent_and_takes_no_lease() -> None:
    """The quota's gate stands before the breaker's: refused there, the circuit has not been asked."""
    metered = replace(QUOTE, quota=Quota(rate=0.1, burst=8.0))
    bench = Bench(laws=LAWS)
    await bench.opened(metered)
    await wait(5.0)
    sent = bench.sent

    assert await bench.read("a", metered) == "default/quota"
    assert (bench.sent, bench.state()) == (sent, State.OPEN)
    await wait(10.0)
    assert await bench.read("a", metered) == "default/breaker"
    assert bench.sent == sent + 1


@in_virtual_time
async def test_a_probe_refused_further_in_gives_all_back() -> None:
    """Without a place in the bulkhead nothing is sent: the token is back, and so is the lease, for the next ask."""
    metered = replace(QUOTE, quota=Quota(rate=1.0, burst=20.0), in_flight=1)
    bench = Bench(laws=with_(LAWS, bulkhead=BulkheadLaw(in_flight=1)))
    bench.script = Script(latency=30.0, stubborn=30.0, deaf=True)
    hung = asyncio.ensure_future(bench.read("hung", metered))
    await settle()
    bench.script = Script()
    for _ in range(3):
        bench.stack.breaker.strike("quote")
    await wait(20.0)
    sent = bench.sent

    for number in range(3):
        assert await bench.read(f"q{number}", metered) == "default/breaker"
        await settle()
        assert bench.stack.quota.statistics()["quote"].tokens == 20.0
        assert (bench.sent, bench.stand_in.out, bench.state()) == (sent, 1, State.HALF_OPEN)  # the hung one
    await wait(20.0)
    await hung
    await bench.read("well", metered)
    assert bench.sent == sent + 1


@pytest.mark.parametrize("turns", range(4))
@in_virtual_time
async def test_a_probe_that_is_cancelled_returns_its_lease(turns: int) -> None:
    """Whenever it is cancelled, before its first step as well, the next ask probes, and no permit is missing."""
    metered = replace(QUOTE, quota=Quota(rate=0.001, burst=20.0))
    bench = Bench(laws=LAWS)
    await bench.opened(metered)
    await wait(5.0)
    bench.stack.cache.start(bench.ask("a", metered))
    await asyncio.sleep(0)
    (probe,) = bench.stack.walk._probes
    for _ in range(turns):
        await asyncio.sleep(0)
    probe.cancel()
    await settle()
    assert (bench.state(), places(bench.stack.bulkhead)) == (State.HALF_OPEN, {})

    await bench.read("b", metered)
    assert bench.stand_in.out == 1
    assert bench.stack.quota.statistics()["quote"].tokens == pytest.approx(20 - 8 - (2 if turns else 1), abs=0.1)
