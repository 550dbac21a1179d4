"""Scenarios of load: more than can be done, many viewers, every vendor failing in turn."""

import asyncio
import random

from soak.generator import LINES, Generator
from soak.rig import Rig
from soak.scenario import Report, generating, told, until, watched

STEADY = 150.0
"""Opens a second that the gateway bears well; what is measured under it is not load."""

_BORNE, _FLOOD = 500.0, 1200.0

_MODES = ("hang", "trickle", "reset", "error", "throttle", "garbage", "shape", "huge")
_SOURCES = ("weather", "inventory", "loyalty", "market")
_PEAK_STEPS = (40.0, 60.0, 80.0, 100.0, 120.0, 150.0, 180.0)


async def overload(rig: Rig, report: Report) -> None:
    """S3: five times the peak for a minute, with one source hung; then back.

    The gateway is told that few opens at once are well served, so that five times its peak is what this generator can
    send from the same computer.
    """
    rig.configure(("gateway.yaml", "start: 64, least: 8, most: 1024", "start: 12, least: 8, most: 12"))
    await rig.start()
    async with generating(rig) as opens, watched(rig) as memory:
        peak = await _peak(rig, opens)
        report.figure("peak: opens a second done in full", f"{peak:.0f}")
        await rig.turn("weather", "hang")
        tally = await opens.run(5 * peak, 60.0)
        level = await rig.metric("moment_admission_level")
        report.answers(tally)
        good = tally.timely / tally.seconds
        report.say(
            "good answers in time a second", "95 % of the peak", f"{good:.0f}, {good / peak:.0%}", good >= 0.95 * peak
        )
        shed = [int(await rig.metric("moment_opens_at_level_total", level=str(one))) for one in range(4)]
        report.say("level at the end", "above 0", f"{level:.0f}; opens at 0 to 3: {shed}", level > 0)
        await rig.turn("weather", "ok")

        async def is_calm() -> bool:
            return await rig.metric("moment_admission_level") == 0

        after = asyncio.get_running_loop().create_task(opens.run(min(STEADY, peak / 2), 8.0))
        calm = await until(is_calm, 8.0)
        report.say("normal after the drop", "5 s", told(calm), calm is not None and calm <= 5.0)
        await after
    memory.tell(report, 24)


async def flood(rig: Rig, report: Report) -> None:
    """S3 as shipped: more than the core can do; what is shed must not take what can be served with it."""
    rig.configure()
    await rig.start()
    async with generating(rig) as opens, watched(rig) as memory:
        await opens.run(STEADY, 2.0)
        base = await opens.run(_BORNE, 4.0)
        borne = base.timely / base.seconds
        report.figure(f"good answers in time a second at {_BORNE:.0f}", f"{borne:.0f}")
        tally = await opens.run(_FLOOD, 15.0)
        # Late ones are shown, not judged: uvloop takes in one connection a turn of the loop, so that in a flood new
        # players wait at the door, where no gateway sees them yet.
        report.answers(tally, late=False)
        report.figure("late, most of them at the door", str(len(tally.late)))
        good = tally.timely / tally.seconds
        seen = f"{good:.0f}; late {len(tally.late)}"
        report.say(f"good answers in time a second at {_FLOOD:.0f}", "95 % of that", seen, good >= 0.95 * borne)
    memory.tell(report, 24)


async def _peak(rig: Rig, opens: Generator) -> float:
    """The most opens a second that are all done in full: at no level of load, by steps of two seconds."""
    best = _PEAK_STEPS[0]
    for rate in _PEAK_STEPS:
        before = await rig.metric("moment_opens_at_level_total", level="0")
        tally = await opens.run(rate, 2.0)
        in_full = await rig.metric("moment_opens_at_level_total", level="0") - before
        if in_full < 0.95 * tally.due:
            break
        best = rate
    await until(lambda: _is_calm(rig), 6.0)
    return best


async def _is_calm(rig: Rig) -> bool:
    return await rig.metric("moment_admission_level") == 0


async def many_viewers(rig: Rig, report: Report) -> None:
    """S20: thousands of distinct viewers, places and products; the caches are bounded, the metrics no longer."""
    rig.configure(("gateway.yaml", "# cache: {entries: 100000", "cache: {entries: 2000"))
    await rig.start()
    async with generating(rig, viewers=3000, shared=3000) as opens, watched(rig) as memory:
        await opens.run(STEADY, 3.0)
        series = await _series(rig)
        tally = await opens.run(STEADY, 10.0)
        report.answers(tally)
        entries, grown = await rig.metric("moment_cache_entries"), await _series(rig) - series
        over = await rig.metric("moment_overshoot_seconds_count") - await rig.metric(
            "moment_overshoot_seconds_bucket", le="0.01"
        )
    report.say("cache entries", "at most 2000", f"{entries:.0f}", 0 < entries <= 2000)
    report.say("series of metrics", "none for a viewer: at most 200 more", f"{grown:+d}", grown <= 200)
    report.figure("late by more than 10 ms by the gateway's own clock", f"{over:.0f}")
    memory.tell(report, 24)


async def _series(rig: Rig) -> int:
    _, body = await rig.ask(rig.admin_port, "/metrics")
    return sum(not line.startswith(b"#") for line in body.splitlines())


async def smoke(rig: Rig, report: Report) -> None:
    """S1: each second another fault on one of the vendors, and one player in ten leaves at once."""
    rig.configure()
    await rig.start()
    chance = random.Random(7)
    async with generating(rig) as opens, watched(rig) as memory:
        await opens.run(STEADY, 2.0)
        before = rig.gateway.descriptors()
        run = asyncio.get_running_loop().create_task(opens.run(STEADY, 14.0, leaving=0.1))
        while not run.done():
            source = chance.choice(_SOURCES)
            await rig.turn(source, chance.choice(_MODES))
            await asyncio.wait({run}, timeout=1.0)
            await rig.turn(source, "ok")
        report.answers(run.result())
        report.figure("left at once", run.result().left)
        out = await until(lambda: _nothing_out(rig), 4.0)
        report.say("calls out afterwards", "none within 4 s", told(out), out is not None)
        opens.close()
        await asyncio.sleep(0.5)
        grown = rig.gateway.descriptors() - before
    report.say("descriptors", f"no more than before and {LINES // 8}", f"{grown:+d}", grown <= LINES // 8)
    memory.tell(report, 24)


async def _nothing_out(rig: Rig) -> bool:
    names = ("moment_bulkhead_in_flight", "moment_flight_flying", "moment_batch_running", "moment_opens_in_flight")
    return sum([await rig.metric(name) for name in names]) == 0
