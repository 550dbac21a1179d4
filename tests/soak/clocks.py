"""A scenario of the system clock: it jumps, and nothing that has a deadline or an age notices."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from soak.rig import Rig
from soak.scenario import GENTLE, UNSPARING, Report, generating

_HOUR_S = 3600
_TTL_S = 2.0
_LATE_S = 0.1
_HUNG_S = 0.3
_SHORT = (
    "connectors.yaml",
    "token: ${SHOPIFY_STOREFRONT_TOKEN:-lab}",
    f"policy: {{ttl: {_TTL_S:.0f}s, stale: {_TTL_S:.0f}s}}\n  token: ${{SHOPIFY_STOREFRONT_TOKEN:-lab}}",
)

# When a ticket begins and how long it lasts, in seconds from the gateway's own time of day; whether it counts.
_TICKETS: Mapping[str, tuple[float, float, bool]] = {
    "of now": (0, 900, True),
    "ended 20 s ago": (-120, 100, True),
    "ended 40 s ago": (-140, 100, False),
    "begins in 20 s": (20, 300, True),
    "begins in 40 s": (40, 300, False),
}


class Hand:
    """The wall clock of one process, by how many seconds it is off; it reads them from a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.off = 0
        self.turn(0)

    def turn(self, off: int) -> None:
        """Set it so many seconds off."""
        self.off = off
        self._file.write_text(f"{off:+d}\n")

    def environment(self) -> dict[str, str] | None:
        """What makes a process go by it; None where the library for that is not installed."""
        library = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)
        if library is None:
            return None
        return {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # else it mends the waits of threads for a lock into long ones
        }


async def wall_clock(rig: Rig, report: Report) -> None:
    """S15: the system clock jumps an hour ahead, then to an hour behind; deadlines and ages do not, tickets go by it.

    It wants libfaketime (Debian: `apt-get install faketime`), preloaded into the gateway's process alone: the wall
    clock is then read from a file, the monotonic one is left as it is.
    """
    hand = Hand(rig.room / "hand")
    environment = hand.environment()
    if environment is None:
        report.figure("skipped", "there is no libfaketime on this computer (Debian's package faketime)")
        return
    rig.configure(_SHORT, UNSPARING)
    await rig.start(**environment)
    async with generating(rig) as opens:
        await opens.run(GENTLE, 3.0)
        for number, jump in enumerate((_HOUR_S, -_HOUR_S)):
            run = asyncio.get_running_loop().create_task(opens.run(GENTLE, 14.0))
            await _jump(rig, report, hand, jump, number)
            report.answers(await run)


async def _jump(rig: Rig, report: Report, hand: Hand, jump: int, number: int) -> None:
    """One jump, under steady opens, while one open of our own is out."""
    said = f"{jump // 3600:+d} h"
    body = {"template": "morning", "context": _context(60 + number)}
    early = body | {"ticket": rig.ticket(f"early-{number}", since=hand.off)}
    before = await rig.open(early)
    calls = await rig.metric("moment_upstream_calls_total", connector="open-meteo")
    await _jump_while_out(
        rig, report, hand, jump, body | {"ticket": rig.ticket("out", since=hand.off, **_held(number))}
    )
    after = await rig.open(early)
    _say_ages(report, said, before, after)
    asked = await rig.metric("moment_upstream_calls_total", connector="open-meteo") - calls
    report.say(f"{said}: calls for what is fresh", "0", f"{asked:.0f}", asked == 0)
    verdict = after["signals"]["loyalty"].get("reason")
    report.say(f"{said}: a ticket of before", "no longer counts", verdict, verdict == "anonymous")
    await _say_tickets(rig, report, said, jump)
    await asyncio.sleep(2 * _TTL_S + 1)
    stock = (await rig.open(body))["signals"]["stock"]["status"]
    report.say(f"{said}: what is old by the steady clock", "is asked anew", stock, stock == "live")


async def _jump_while_out(rig: Rig, report: Report, hand: Hand, jump: int, body: Any) -> None:
    """An open waits for a vendor that hangs, and the clock jumps meanwhile: it waits as long as it would have."""
    loop = asyncio.get_running_loop()
    await rig.turn("market", "hang")
    began = loop.time()
    out = loop.create_task(rig.open(body))
    await asyncio.sleep(_HUNG_S / 3)
    hand.turn(jump)
    answer, took = await out, loop.time() - began
    await rig.turn("market", "ok")
    reason = answer["signals"]["quotes"].get("reason")
    seen = f"{reason} after {took * 1000:.0f} ms"
    in_time = _HUNG_S - 0.01 <= took <= _HUNG_S + _LATE_S and reason == "timeout"
    report.say(f"{jump // 3600:+d} h: an open that is out", "timeout after 300 ms", seen, in_time)


def _say_ages(report: Report, said: str, early: Any, late: Any) -> None:
    """The weather was fetched before the jump, and has aged by what has passed since."""
    weather = late["signals"]["weather"]
    grown = weather.get("age_ms", -1) - early["signals"]["weather"].get("age_ms", 0)
    good = weather["status"] == "fresh" and 0 <= grown <= 5000 and late["data"]["temperature"] is not None
    report.say(f"{said}: a value from before", "fresh, older by a few seconds", f"{weather['status']} {grown} ms", good)


async def _say_tickets(rig: Rig, report: Report, said: str, jump: int) -> None:
    """Tickets count by the gateway's time of day, give or take 30 s."""
    seen = {}
    for name, (since, lasts, _) in _TICKETS.items():
        bearing = rig.ticket(f"hand-{jump}-{len(seen)}", since=jump + since, lasts=lasts)
        answer = await rig.open({"template": "morning", "ticket": bearing, "context": _context(0)})
        seen[name] = answer["signals"]["loyalty"].get("reason") != "anonymous"
    wrong = [name for name, (_, _, counts) in _TICKETS.items() if seen[name] is not counts]
    report.say(f"{said}: tickets by the new time, ± 30 s", f"{len(_TICKETS)} as they should", wrong or "all", not wrong)


def _context(place: int) -> dict[str, Any]:
    return {"place": {"lat": place + 0.5, "lon": 9.5}, "product": str(42_000_000 + place)}


def _held(number: int) -> dict[str, Any]:
    return {"holdings": [{"symbol": f"NEW{chr(65 + number)}", "quantity": "1"}]}
