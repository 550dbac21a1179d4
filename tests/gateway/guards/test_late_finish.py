"""A call that nobody waits for any more goes on only where what it brings is kept and there is room, and not long."""

import asyncio
from dataclasses import replace

import pytest

from connectors import Quota
from gate_bench import places
from gateway.admission import Level
from gateway.guards.breaker import State
from gateway.laws import BreakerLaw, BulkheadLaw, LateLaw
from stack_bench import BRIEF, QUOTE, Bench, value, with_
from stand_in import Script
from vendor import failing
from virtual_time import in_virtual_time, settle, wait

LAWS = with_(breaker=BreakerLaw())
SLOW = value(1.0, latency=0.5)


@in_virtual_time
async def test_what_comes_late_fills_the_cache() -> None:
    """The viewer has gone with a default; the next one is served what came 200 ms later, without a call."""
    bench = Bench(laws=LAWS)
    bench.script = SLOW

    assert await bench.read(until=bench.clock.now() + 0.3) == "default/timeout"
    await wait(0.25)

    assert await bench.read() == "fresh"
    assert (bench.sent, bench.stack.flight.statistics().late, bench.leftovers()) == (1, 1, {})


@pytest.mark.parametrize("why", ["not kept", "thrifty", "open", "full"])
@in_virtual_time
async def test_when_a_call_ends_with_its_last_waiter(why: str) -> None:
    """Nothing to keep, a loaded gateway, a sick source, a bulkhead at four fifths: it is cancelled at once."""
    bench = Bench(laws=with_(LAWS, bulkhead=BulkheadLaw(in_flight=5)))
    bench.script = SLOW
    of = BRIEF if why == "not kept" else QUOTE
    others = 3 if why == "full" else 2
    bench.known(0.02, of=replace(QUOTE, name="another"))
    waiting = [bench.stack.cache.start(bench.ask(f"q{number}")) for number in range(others)]
    reading = asyncio.ensure_future(bench.read("a", of, until=bench.clock.now() + 0.2))
    await wait(0.1)
    if why == "thrifty":
        bench.level = Level.THRIFTY
    if why == "open":
        for _ in range(3):
            bench.stack.breaker.strike("quote")

    await reading
    await settle()

    assert bench.stand_in.out == others
    assert (len(waiting), bench.stack.flight.statistics().late) == (others, 0)


@in_virtual_time
async def test_below_four_fifths_it_goes_on() -> None:
    """The same with one call fewer out: it is not cancelled."""
    bench = Bench(laws=with_(LAWS, bulkhead=BulkheadLaw(in_flight=5)))
    bench.script = SLOW
    waiting = [bench.stack.cache.start(bench.ask(f"q{number}")) for number in range(2)]

    await bench.read("a", until=bench.clock.now() + 0.2)
    await settle()

    assert (bench.stand_in.out, len(waiting)) == (3, 2)


@pytest.mark.parametrize(
    ("usual", "latency", "law", "entries"),
    [
        (0.3, 0.599, LateLaw(), 1),
        (0.3, 0.601, LateLaw(), 0),
        (1.0, 1.999, LateLaw(), 1),
        (0.3, 0.449, LateLaw(most=0.45), 1),
        (0.3, 0.451, LateLaw(most=0.45), 0),
        (0.3, 0.301, LateLaw(factor=1.0), 0),
    ],
)
@in_virtual_time
async def test_it_goes_on_for_twice_its_time_and_two_seconds_at_most(
    usual: float, latency: float, law: LateLaw, entries: int
) -> None:
    """Since it began; what is not back by then is out of time, and leaves nothing."""
    bench = Bench(laws=with_(LAWS, late=law))
    bench.script = value(1.0, latency)

    await bench.read("a", replace(QUOTE, timeout=usual), until=bench.clock.now() + 0.2)
    await wait(3.0)

    assert (bench.stack.cache.statistics().entries, bench.leftovers()) == (entries, {})


@in_virtual_time
async def test_it_keeps_its_place_pays_its_token_and_gives_its_verdict() -> None:
    """Late or not it is a call: one permit until it ends, one token, and a bad word for what overran its time."""
    metered = replace(QUOTE, quota=Quota(rate=0.001, burst=10.0))
    bench = Bench(laws=LAWS)
    bench.script = SLOW
    for number in range(8):
        await bench.read(f"q{number}", metered, until=bench.clock.now() + 0.01)
    assert places(bench.stack.bulkhead) == {"quote": 8}

    await wait(0.6)

    assert places(bench.stack.bulkhead) == {}
    assert bench.stack.quota.statistics()["quote"].tokens == pytest.approx(2.0, abs=0.01)
    assert bench.state() is State.OPEN
    assert bench.stack.cache.statistics().entries == 8


@in_virtual_time
async def test_a_late_failure_changes_nothing_that_is_there() -> None:
    """The old value stays to stand in, and the key is not marked by a time-out."""
    bench = Bench(laws=LAWS)
    await bench.read()
    await wait(130.0)
    bench.script = Script(0.5, failing("500"))

    assert await bench.read(until=bench.clock.now() + 0.3) == "stale/timeout"
    await wait(0.5)

    assert bench.stack.cache.statistics().entries == 1
    assert await bench.read() == "stale/error"


@in_virtual_time
async def test_a_late_absence_ends_the_old_value() -> None:
    """What the source says late it says all the same."""
    bench = Bench(laws=LAWS)
    await bench.read()
    await wait(130.0)
    bench.script = Script(0.5, failing("404"))
    await bench.read(until=bench.clock.now() + 0.3)
    await wait(0.3)

    assert await bench.read() == "default/absent"


@in_virtual_time
async def test_a_hung_call_blocks_its_key_for_that_long_and_no_longer() -> None:
    """Newcomers join it and leave at their own deadline; after it has ended the next one asks anew."""
    bench = Bench(laws=with_())
    bench.script = replace(SLOW, latency=3600.0)
    words = [await bench.read(until=bench.clock.now() + 0.2) for _ in range(3)]
    assert (words, bench.sent) == (["default/timeout"] * 3, 1)
    await settle()
    bench.script = Script()

    assert (await bench.read(), bench.sent) == ("live", 2)


@in_virtual_time
async def test_a_joiner_of_a_late_call_gets_what_it_brings() -> None:
    """It goes on for the cache; who comes meanwhile waits for it like for any call."""
    bench = Bench(laws=LAWS)
    bench.script = SLOW
    await bench.read(until=bench.clock.now() + 0.3)

    assert (await bench.read(), bench.sent) == ("live", 1)
