"""Retries stand outside the gates: each attempt walks them anew, pays for itself, and is a call of its own to them."""

import asyncio
from dataclasses import replace

import pytest

from connectors import Quota
from gate_bench import places
from gateway.guards.breaker import State
from gateway.laws import BreakerLaw, BulkheadLaw, RetryLaw
from stack_bench import BRIEF, PASSES, QUOTE, Bench, in_turn, value, with_
from stand_in import HANGS, Script
from vendor import failing
from virtual_time import in_virtual_time, settle, wait

RETRYING = with_(retry=RetryLaw())
BREAKING = with_(RETRYING, breaker=BreakerLaw())


@in_virtual_time
async def test_each_attempt_pays_a_token_of_the_quota() -> None:
    """A failure and its second try are two calls to the vendor, who counts both."""
    metered = replace(QUOTE, quota=Quota(rate=0.001, burst=5.0))
    bench = Bench(in_turn(PASSES, value(1.0)), RETRYING)

    assert await bench.read("a", metered) == "live"
    assert bench.sent == 2
    assert bench.stack.quota.statistics()["quote"].tokens == pytest.approx(3.0, abs=0.01)


@in_virtual_time
async def test_with_the_last_token_gone_the_second_try_is_not_sent() -> None:
    """It is refused by the quota, and nothing more is sent."""
    metered = replace(QUOTE, quota=Quota(rate=0.001, burst=1.0))
    bench = Bench(in_turn(PASSES, value(1.0)), RETRYING)

    assert await bench.read("a", metered) == "default/quota"
    assert bench.sent == 1


@in_virtual_time
async def test_each_attempt_is_a_verdict_to_the_breaker() -> None:
    """Four errands that fail twice each are eight bad calls in a row; the fifth is not sent."""
    bench = Bench(in_turn(PASSES), BREAKING)
    for number in range(4):
        await bench.read(f"q{number}")

    assert (bench.sent, bench.state()) == (8, State.OPEN)
    assert await bench.read("a") == "default/breaker"
    assert bench.sent == 8


@in_virtual_time
async def test_a_first_attempt_that_opens_the_circuit_gets_no_second() -> None:
    """The second try meets the open circuit and is refused there."""
    bench = Bench(in_turn(*[Script(brings=failing("500"))] * 7, PASSES, value(1.0)), BREAKING)
    for number in range(7):
        await bench.read(f"q{number}")

    assert await bench.read("a") == "default/breaker"
    assert (bench.sent, bench.state()) == (8, State.OPEN)


@in_virtual_time
async def test_a_probe_is_never_tried_again() -> None:
    """It is one call, and its failure says enough."""
    bench = Bench(laws=BREAKING)
    await bench.opened()
    await wait(4.0)
    bench.script = PASSES
    sent = bench.sent

    await bench.read("a")
    await wait(0.2)

    assert (bench.sent, bench.state()) == (sent + 1, State.OPEN)


@in_virtual_time
async def test_a_full_bulkhead_is_not_tried_again() -> None:
    """What a gate refused says nothing of the source, and a second try would be refused like the first."""
    bench = Bench(laws=with_(RETRYING, bulkhead=BulkheadLaw(in_flight=1)))
    bench.script = HANGS
    first = asyncio.ensure_future(bench.read("a"))
    await settle()
    began = bench.clock.now()

    assert await bench.read("b") == "default/bulkhead"
    assert (bench.clock.now() - began, bench.sent, bench.stack.retry_tokens.statistics()) == (0.0, 1, {})
    await first


@in_virtual_time
async def test_between_two_attempts_no_place_is_held() -> None:
    """While it pauses before its second try an errand is not out."""
    bench = Bench(in_turn(PASSES, value(1.0)), with_(RETRYING, bulkhead=BulkheadLaw(in_flight=1)), chance=lambda: 1.0)
    first = asyncio.ensure_future(bench.read("a"))
    await wait(0.022)

    assert places(bench.stack.bulkhead) == {}
    await wait(0.01)
    assert places(bench.stack.bulkhead) == {"quote": 1}
    assert await first == "live"


@in_virtual_time
async def test_a_429_closes_the_gate_and_its_second_try_keeps_the_wait() -> None:
    """A tenth of a second fits into the time that is left: it is waited for, and the gate is open by then."""
    throttled = Script(brings=failing("429", retry_after=0.1))
    bench = Bench(in_turn(throttled, value(1.0)), RETRYING, chance=lambda: 0.5)
    began = bench.clock.now()

    assert await bench.read("a") == "live"
    assert bench.clock.now() - began == pytest.approx(0.02 + 0.1 + 0.0025 + 0.02, abs=1e-4)


@in_virtual_time
async def test_a_storm_of_429_neither_opens_the_circuit_nor_is_tried_again() -> None:
    """A minute's wait is not waited for: the gate is closed, and the source is not ill."""
    bench = Bench(laws=BREAKING)
    bench.script = Script(brings=failing("429", retry_after=60.0))

    words = await asyncio.gather(*(bench.read(f"q{number}") for number in range(50)))
    words += [await bench.read("later")]

    assert set(words) == {"default/quota"}
    assert (bench.sent, bench.state()) == (50, State.CLOSED)


@in_virtual_time
async def test_fifty_waiters_share_one_second_try() -> None:
    """Those who joined a call pay for one retry between them, and are all told what it brought."""
    bench = Bench(in_turn(PASSES, value(7.0)), RETRYING)

    words = await asyncio.gather(*(bench.read("a") for _ in range(50)))

    assert (words, bench.sent) == (["live"] * 50, 2)
    assert bench.stack.retry_tokens.statistics()["quote"] == 9.0


@in_virtual_time
async def test_a_post_is_never_sent_twice() -> None:
    """Where the policy says that a call may not be repeated, no guard does: no retry, and no hedge."""
    once = replace(BRIEF, idempotent=False, hedge=True)
    bench = Bench(in_turn(PASSES, value(1.0, 0.2)), RETRYING)
    bench.known(0.02, of=once)

    assert await bench.read("a", once) == "default/error"
    assert await bench.read("b", once) == "live"
    assert bench.sent == 2
