"""What the level of load takes away from each guard: extra work first, what was promised last."""

import asyncio
from dataclasses import replace

import pytest

from gateway.admission import Level
from gateway.guards.breaker import State
from gateway.laws import BreakerLaw, RetryLaw
from morning import BRINGS, CONTEXT, SIGNALS, SOURCES, TEMPLATE, saying, ticket
from stack_bench import HEDGING, PASSES, Bench, in_turn, value, with_
from stand_in import HANGS, Script
from vendor import Vendor
from virtual_time import Rig, in_virtual_time, settle, wait

BUSY = [level for level in Level if level is not Level.NORMAL]


@pytest.mark.parametrize("level", Level)
@in_virtual_time
async def test_nothing_is_renewed_under_load(level: Level) -> None:
    """A value in its second life is served as fresh at every level, and asked for anew at the normal one alone."""
    bench = Bench()
    await bench.read()
    await wait(61.0)
    bench.level = level

    assert await bench.read() == "fresh"
    await wait(0.05)
    assert bench.sent == (2 if level is Level.NORMAL else 1)


@pytest.mark.parametrize("level", Level)
@in_virtual_time
async def test_nothing_is_tried_again_under_load(level: Level) -> None:
    """A failure that may pass is told as it is, and no token is spent."""
    bench = Bench(in_turn(PASSES, value(1.0)), with_(retry=RetryLaw()))
    bench.level = level

    assert await bench.read() == ("live" if level is Level.NORMAL else "default/error")
    assert bench.sent == (2 if level is Level.NORMAL else 1)


@pytest.mark.parametrize("level", Level)
@in_virtual_time
async def test_nobody_is_asked_twice_under_load(level: Level) -> None:
    """A slow call is waited for."""
    bench = Bench(in_turn(value(1.0, 0.2), value(2.0)), with_(hedge=HEDGING))
    bench.known(0.02)
    bench.level = level

    assert await bench.read() == "live"
    assert bench.sent == (2 if level is Level.NORMAL else 1)


@pytest.mark.parametrize("level", Level)
@in_virtual_time
async def test_no_call_outlives_its_waiters_under_load(level: Level) -> None:
    """What comes late is worth less than its place."""
    bench = Bench()
    bench.script = value(1.0, 0.35)
    bench.level = level
    await bench.read(until=bench.clock.now() + 0.2)
    await settle()

    assert bench.stand_in.out == (1 if level is Level.NORMAL else 0)


@in_virtual_time
async def test_background_work_reads_the_level_of_now() -> None:
    """A call that went out in quiet times is not gone on with when the load has come meanwhile, nor tried again."""
    bench = Bench(in_turn(replace(PASSES, latency=0.1), value(1.0)), with_(retry=RetryLaw()))
    reading = asyncio.ensure_future(bench.read())
    await wait(0.05)
    bench.level = Level.THRIFTY

    assert (await reading, bench.sent) == ("default/error", 1)


@pytest.mark.parametrize("level", BUSY)
@in_virtual_time
async def test_probes_go_on_under_load(level: Level) -> None:
    """They are how a source comes back, and one call in seconds: load does not keep a circuit open."""
    bench = Bench(laws=with_(breaker=BreakerLaw()))
    await bench.opened()
    await wait(4.0)
    bench.level = level
    for number in range(3):
        await bench.read(f"q{number}")
        await wait(0.05)

    assert bench.state() is State.CLOSED


@pytest.mark.parametrize(
    ("level", "asked", "words"),
    [
        (Level.NORMAL, 4, {"live"}),
        (Level.THRIFTY, 4, {"live"}),
        (Level.ESSENTIAL, 4, {"live", "default/shed"}),
        (Level.CACHED, 0, {"default/shed", "default/dependency"}),
    ],
)
@in_virtual_time
async def test_an_answer_is_whole_at_every_level(level: Level, asked: int, words: set[str]) -> None:
    """All four sources are asked up to where required signals alone are, and none beyond; all fields stand."""
    text = TEMPLATE.replace("sky: {connector: sky}", "sky: {connector: sky}\n  calm: {connector: sky, class: optional}")
    brings = saying({"sky": Script(brings=BRINGS["sky"])})
    rig = Rig(brings, SOURCES, text, laws=with_(), stand_in=Vendor)
    rig.level = level

    told = await rig.open(ticket=ticket(), **CONTEXT)

    assert len(rig.stand_in.errands) == asked
    assert set(told.payload["data"]) >= {"temperature", "left", "points", "sum", "today"}
    statuses = told.statuses()
    required = {statuses[name] for name in SIGNALS}
    assert required == ({"default/shed"} if level is Level.CACHED else {"live"})
    assert set(statuses.values()) == words
    assert (told.took == 0.0) == (level is Level.CACHED)


@in_virtual_time
async def test_at_the_level_of_the_cache_what_is_known_is_shown() -> None:
    """Fresh within its time and stale beyond it, without a call, even where every source hangs."""
    rig = Rig(saying(), SOURCES, TEMPLATE, laws=with_(), stand_in=Vendor)
    await rig.open(ticket=ticket(), **CONTEXT)
    rig.stand_in.says = saying(dict.fromkeys(SIGNALS, HANGS))
    rig.level = Level.CACHED
    words = []
    for pause in (10.0, 120.0, 600.0):
        await wait(pause)
        told = await rig.open(ticket=ticket(), **CONTEXT)
        words.append({told.statuses()[name] for name in SIGNALS})
        assert told.took == 0.0

    assert words == [{"fresh"}, {"stale/shed"}, {"default/shed"}]
    assert len(rig.stand_in.errands) == 4
