"""What a probe brings comes too late for the ask that it left behind, and is kept for the next, as a late finish is."""

import asyncio
from dataclasses import replace

import pytest

from connectors import Scope
from gateway.ask import Source
from gateway.laws import BreakerLaw, NegativeLaw
from stack_bench import BRIEF, DOWN, QUOTE, Bench, by_key, value, with_
from stand_in import Of, Script, source
from vendor import failing
from virtual_time import in_virtual_time, wait

LAWS = with_(breaker=BreakerLaw())
MANY = source("quote", Of, ttl=60.0, stale=600.0, batch=10, idempotent=True)


async def half_open(of: Source = QUOTE, bench: Bench | None = None) -> Bench:
    """A bench whose circuit is about to let a probe out; chance is nought, so that the wait was four seconds."""
    bench = bench or Bench(laws=LAWS)
    await bench.opened(of)
    await wait(4.0)
    return bench


async def held(bench: Bench, key: str = "a", of: Source = QUOTE, **changed: object) -> tuple[str, float | None]:
    """What is told of a key now, and the value."""
    outcome = await bench.outcome(bench.ask(key, of, **changed))
    return outcome.status.value, outcome.reading and outcome.reading.document["value"]


@in_virtual_time
async def test_the_next_ask_is_served_what_the_probe_brought() -> None:
    """The one that probes has its default at once; 20 ms later its key has a value, and no call is made for it."""
    bench = await half_open()
    bench.script = value(7.0)

    assert await held(bench) == ("default", None)
    sent = bench.sent
    await wait(0.03)

    assert await held(bench) == ("fresh", 7.0)
    assert bench.sent == sent


@in_virtual_time
async def test_a_probe_renews_what_stood_in() -> None:
    """A stale value is told while the probe is out, and the new one after it."""
    bench = Bench(laws=LAWS)
    await bench.read("a")
    await wait(130.0)
    await half_open(bench=bench)
    bench.script = value(7.0)

    assert await held(bench) == ("stale", 1.0)
    await wait(0.03)

    assert await held(bench) == ("fresh", 7.0)


@in_virtual_time
async def test_each_of_a_batch_has_its_own() -> None:
    """Two keys behind one probe: each is kept under its own, and the one that is not there is known not to be."""
    bench = Bench(
        by_key(
            {
                **{f"fails-{number}": DOWN for number in range(8)},
                "a": value(7.0),
                "b": value(8.0),
                "none": Script(brings=failing("404")),
            }
        ),
        LAWS,
    )
    await half_open(MANY, bench)
    words = await asyncio.gather(*(bench.read(key, MANY) for key in ("a", "b", "none")))
    await wait(0.03)

    assert words == ["default/breaker"] * 3
    assert [await held(bench, key, MANY) for key in ("a", "b")] == [("fresh", 7.0), ("fresh", 8.0)]
    assert await bench.read("none", MANY) == "default/absent"


@in_virtual_time
async def test_a_viewers_probe_is_that_viewers() -> None:
    """What came for one viewer is not there for another who asks the same."""
    own = replace(QUOTE, scope=Scope.VIEWER)
    bench = await half_open(own)
    bench.script = value(7.0)
    await held(bench, of=own, viewer="ann")
    await wait(0.03)

    assert await held(bench, of=own, viewer="ann") == ("fresh", 7.0)
    assert (await held(bench, of=own, viewer="bob"))[0] == "default"


@in_virtual_time
async def test_a_probe_that_fails_replaces_nothing() -> None:
    """The stale value still stands in, and the failure of the key stands for its second."""
    bench = Bench(laws=with_(LAWS, negatives=NegativeLaw()))
    await bench.read("a")
    await wait(130.0)
    await half_open(bench=bench)
    bench.script = DOWN
    before = bench.stack.cache.statistics().negatives

    assert await held(bench) == ("stale", 1.0)
    await wait(0.03)

    assert bench.stack.cache.statistics().negatives == before + 1
    assert await held(bench) == ("stale", 1.0)


@pytest.mark.parametrize("script", [value(7.0), Script(brings=failing("404")), DOWN])
@in_virtual_time
async def test_where_nothing_is_kept_a_probe_keeps_nothing(script: Script) -> None:
    """With a ttl of 0 it closes the circuit or does not, and that is all."""
    bench = await half_open(BRIEF)
    bench.script = script
    before = bench.stack.cache.statistics()

    await held(bench, of=BRIEF)
    await wait(0.03)

    after = bench.stack.cache.statistics()
    assert (after.entries, after.negatives) == (before.entries, before.negatives)


@in_virtual_time
async def test_a_probe_that_is_cancelled_brings_nothing() -> None:
    """It leaves no value and no failure of the key."""
    bench = await half_open()
    bench.script = value(7.0)
    await held(bench)
    await wait(0.01)
    before = bench.stack.cache.statistics()
    for probe in tuple(bench.stack.walk._probes):
        probe.cancel()
    await wait(0.03)

    assert bench.stack.cache.statistics() == before
    assert bench.leftovers() == {}
