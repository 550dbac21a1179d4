"""What an answer, the counters and the next opens must show: each function tells what does not hold."""

import asyncio
from collections.abc import Iterator
from typing import Any

from exposition import Exposition
from faults.bench import SIGNAL, Bench
from faults.matrix import Form


def of_signals(answer: Any, victim: str, wanted: tuple[str, str | None]) -> Iterator[str]:
    """The victim's signal is as wanted, and every other is live, but for what follows from the victim's."""
    for name, entry in answer.get("signals", {}).items():
        found = entry["status"], entry.get("reason")
        if name == SIGNAL[victim]:
            if found != wanted:
                yield f"{name} is {found}, wanted {wanted}"
        elif found != ("live", None) and not (name == "portfolio" and victim == "alpaca"):
            yield f"{name} is {found} after {entry['took_ms']} ms though its vendor is well"


def of_counts(before: Exposition, after: Exposition, form: Form, victim: str) -> Iterator[str]:
    """One ask, the calls that were allowed, each with the verdict that was due."""
    wanted = form.of(victim)
    status = "live" if wanted.reason is None else "default"
    counted = {
        "asks": ("moment_asks_total", {"connector": victim}, 1.0),
        "asks of the outcome": (
            "moment_asks_total",
            {"connector": victim, "status": status, "reason": wanted.reason or ""},
            1.0,
        ),
        "calls": ("moment_upstream_calls_total", {"connector": victim}, float(wanted.calls)),
        "verdicts": (
            "moment_upstream_seconds_count",
            {"connector": victim, "verdict": wanted.verdict},
            float(wanted.calls),
        ),
    }
    for what, (name, labels, due) in counted.items():
        found = after.of(name, **labels) - before.of(name, **labels)
        if found != due:
            yield f"{found:g} {what}, wanted {due:g}"


async def healed(bench: Bench, number: int, within: float) -> list[str]:
    """Steady opens, until the victim is live again."""
    until = asyncio.get_running_loop().time() + within
    while True:
        answer, wrong = await bench.open(number)
        found = answer["signals"][SIGNAL[bench.victim]] if answer else {}
        if wrong or found.get("status") == "live":
            return wrong
        if asyncio.get_running_loop().time() > until:
            return [f"not live {within} s after the fault: {found}"]
        await asyncio.sleep(within / 50)
