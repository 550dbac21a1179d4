"""Scenarios of players who do harm: they leave, and they dawdle."""

import asyncio
from contextlib import suppress

from soak.generator import LINES
from soak.load import STEADY
from soak.rig import Rig
from soak.scenario import Report, generating, told, until, watched

SLOW = 150
_HEAD = b"POST /v1/open HTTP/1.1\r\nHost: soak\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n"


async def cancel_storm(rig: Rig, report: Report) -> None:
    """S16: four of five players leave mid-open while a vendor is slow; afterwards ten of ten are served."""
    rig.configure(
        (
            "connectors.yaml",
            "hosts: [127.0.0.1]\n\nshopify",
            "hosts: [127.0.0.1]\n  policy: {ttl: 0s, stale: 0s}\n\nshopify",
        )
    )
    await rig.start()
    async with generating(rig) as opens, watched(rig) as memory:
        before = rig.gateway.descriptors()
        await rig.turn("weather", "ok", latency_ms=250.0)
        stays = asyncio.get_running_loop().create_task(opens.run(STEADY / 3, 12.0))
        async with generating(rig, viewers=500) as leavers:
            storm = await leavers.run(STEADY, 12.0, leaving=1.0)
        tally = await stays
        report.answers(tally)
        report.figure("left mid-open", storm.left)
        await rig.turn("weather", "ok", latency_ms=5.0)
        calm = await until(lambda: _nothing_out(rig), 4.0)
        report.say("calls and opens out afterwards", "none within 4 s", told(calm), calm is not None)
        last = await opens.run(10.0, 1.0)
        report.say("served afterwards", "all of 10", last.kinds["ok"], last.kinds["ok"] == last.due)
        opens.close()
        await asyncio.sleep(0.5)
        grown = rig.gateway.descriptors() - before
    report.say("descriptors", f"no more than before and {LINES // 8}", f"{grown:+d}", grown <= LINES // 8)
    memory.tell(report, 24)


async def _nothing_out(rig: Rig) -> bool:
    names = ("moment_bulkhead_in_flight", "moment_flight_flying", "moment_opens_in_flight")
    return sum([await rig.metric(name) for name in names]) == 0


async def slow_clients(rig: Rig, report: Report) -> None:
    """S4: players who send half a head, half a body, or never read, beside steady opens."""
    rig.configure()
    await rig.start()
    async with generating(rig) as opens:
        before = await opens.run(STEADY, 5.0)
        memory = rig.gateway.rss()
        run = asyncio.get_running_loop().create_task(opens.run(STEADY, 9.0))
        slow = [await _slow(rig, kind) for kind in range(3) for _ in range(SLOW // 3)]
        held = await asyncio.gather(*(_closed(reader, 5.0) for reader, _, kind in slow if kind == 1))
        tally = await run
        grown = rig.gateway.rss() - memory
        for _, writer, _ in slow:
            writer.transport.abort()
    report.answers(tally)
    report.say("refused", "0", tally.kinds["refused"], tally.kinds["refused"] == 0)
    report.say("half a body", "closed after 2 s and 1", f"{sum(held)} of {len(held)}", all(held))
    report.figure("p99 before / meanwhile", f"{before.quantile(0.99):.0f} / {tally.quantile(0.99):.0f} ms")
    report.say("memory", "at most 64 MiB more", f"{grown:+.1f} MiB", grown <= 64)


async def _slow(rig: Rig, kind: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, int]:
    """A connection of one kind: 0 half a head, 1 half a body, 2 asks much and reads nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", rig.port, limit=1024)
    writer.write(
        {0: _HEAD[:60], 1: _HEAD + b'{"template"', 2: b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 40}[kind]
    )
    return reader, writer, kind


async def _closed(reader: asyncio.StreamReader, within: float) -> bool:
    """Whether the other side closes in time."""
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(within):
            while await reader.read(1024):
                continue
            return True
    return False
