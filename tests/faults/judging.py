"""What an answer, its time, the counters and the next opens must show: each function tells what does not hold."""

import asyncio
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from statistics import median
from typing import Any

from exposition import Exposition
from faults.bench import SIGNAL, Bench
from faults.matrix import Form, Wanted
from running import SLACK_MS

BESIDE_MS = 2
"""How much later a fault may make the signals beside it."""

RETRY_MS = 10
"""What a second try costs: its back-off and the call."""


def of_signals(answer: Any, victim: str, wanted: tuple[str, str | None]) -> Iterator[str]:
    """The victim's signal is as wanted, and every other is live, but for what follows from the victim's."""
    for name, entry in answer.get("signals", {}).items():
        found = entry["status"], entry.get("reason")
        if name == SIGNAL[victim]:
            if found != wanted:
                yield f"{name} is {found}, wanted {wanted}"
        elif found != ("live", None) and not (name == "portfolio" and victim == "alpaca"):
            yield f"{name} is {found} after {entry['took_ms']} ms though its vendor is well"


def of_time(answer: Any, victim: str, wanted: Wanted) -> Iterator[str]:
    """The victim's signal was over at its limit, or at once where no limit ends it."""
    took, limit = answer["signals"][SIGNAL[victim]]["took_ms"], wanted.limit * 1000
    if not limit - 1 <= took <= limit + SLACK_MS:
        yield f"over after {took} ms, wanted {limit:.0f}"


def time_beside(answer: Any, victim: str, wanted: Wanted) -> float:
    """The milliseconds that the answer took; of a fault that takes time itself, what the last other signal took.

    Such is one that a limit ends, and a name, which a thread looks up.
    """
    if not wanted.limit and wanted.cause != "dns_error":
        return answer["budget"]["used_ms"] - (RETRY_MS if wanted.retried else 0)
    return max(one["took_ms"] for name, one in answer["signals"].items() if name not in (SIGNAL[victim], "portfolio"))


def of_beside(beside: Mapping[str, Sequence[float]], well: Sequence[float]) -> dict[str, str]:
    """The rows that made the signals beside them later: half of their opens took longer than 99 of 100 well ones."""
    if not well:
        return {}
    most = sorted(well)[math.ceil(len(well) * 0.99) - 1] + BESIDE_MS
    found = {row: median(took) for row, took in beside.items()}
    return {row: f"opens took {took:g} ms, well ones {most:g}" for row, took in found.items() if took > most}


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
        "verdicts": ("moment_upstream_seconds_count", {"connector": victim}, float(wanted.calls)),
        "verdicts as due": (
            "moment_upstream_seconds_count",
            {"connector": victim, "verdict": wanted.verdict},
            float(wanted.calls),
        ),
    }
    for what, (name, labels, due) in counted.items():
        found = after.of(name, **labels) - before.of(name, **labels)
        if found != due:
            yield f"{found:g} {what}, wanted {due:g}"


async def healed(bench: Bench, number: int, within: float, turn: AbstractAsyncContextManager[Any]) -> list[str]:
    """Steady opens until the victim is live again: no later than with the first that begins after `within` seconds."""
    loop = asyncio.get_running_loop()
    until = loop.time() + within
    while True:
        async with turn:
            is_last = loop.time() >= until
            answer, wrong = await bench.open(number)
        found = answer["signals"][SIGNAL[bench.victim]] if answer else {}
        if wrong or found.get("status") == "live":
            return wrong
        if is_last:
            return [f"not live {within} s after the fault: {found}"]
        await asyncio.sleep(max(within / 50, 0.02))
