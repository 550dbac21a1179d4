"""Plays one form on one bench, and tells whatever does not hold.

What a case does it does alone on the loop, so that its time, its memory and what it leaves are its own; only where it
waits for a gate or a breaker to open again do others have their turn.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field

from faults.bench import Bench
from faults.breaking import breaking
from faults.evil import UnplayableError
from faults.judging import healed, of_counts, of_signals, of_time, time_beside
from faults.matrix import LIVE, TIMEOUT_S, Form
from faults.traces import Traces

_HURRY_MS = 120
"""The budget of an open that cannot wait for the limit of a call."""


@dataclass
class Table:
    """Where the cases are played: whose turn it is, numbers for new viewers, and how long opens took.

    `well` is of opens in which nothing was wrong, `beside` of those with a fault, by row; both in milliseconds, and
    without what the fault may take itself.
    """

    numbers: Iterator[int]
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    well: list[float] = field(default_factory=list)
    beside: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


async def problems(bench: Bench, row: str, form: Form, table: Table) -> list[str]:
    """Play a form on a bench.

    Raises:
        UnplayableError: this kernel does not do that.
    """
    try:
        if form.opens_after:
            return await breaking(bench, form, table.numbers, table.turn)
        return await _faulty(bench, row, form, table)
    except UnplayableError:
        await bench.evil.heal()
        raise


async def _faulty(bench: Bench, row: str, form: Form, table: Table) -> list[str]:
    number, requests = next(table.numbers), len(bench.evil.requests)
    async with table.turn:
        # A name that fails must not have been heard of before.
        wrong = [] if form.how == "name" else await _known_well(bench, table)
        traces = Traces.begin()
        wrong += [f"cold: {problem}" for problem in await _cold(bench, row, form, number, table)]
        if form.closes_gate:
            wrong += [f"behind the gate: {problem}" for problem in await _of_gate(bench, next(table.numbers))]
        if form.of(bench.victim).reason == "timeout":
            wrong += [f"in a hurry: {problem}" for problem in await _hurried(bench, next(table.numbers))]
        wrong += traces.grown()
        await bench.evil.heal()
        if not form.heals:
            wrong += await _again(bench, form, number, traces)
    if form.heals:
        wrong += await healed(bench, number, form.heals, table.turn)
        async with table.turn:
            wrong += await _known_well(bench, table)
            wrong += await _again(bench, form, number, Traces.begin())
        wrong += await healed(bench, number, form.heals, table.turn)
    if any(b"cookie:" in request.lower() for request in bench.evil.requests[requests:]):
        wrong.append("a cookie was sent")
    return wrong


async def _known_well(bench: Bench, table: Table) -> list[str]:
    """An open in which nothing is wrong, for comparison; after it every connection that there can be is there."""
    await bench.health()
    answer, wrong = await bench.open(next(table.numbers))
    wrong += of_signals(answer, bench.victim, ("live", None))
    if not wrong:
        table.well.append(time_beside(answer, bench.victim, LIVE))
    return [f"well: {problem}" for problem in wrong]


async def _cold(bench: Bench, row: str, form: Form, number: int, table: Table) -> list[str]:
    """The first time: a new connection, and nothing cached."""
    victim, wanted = bench.victim, form.of(bench.victim)
    before = await bench.metrics()
    await bench.evil.begin(form.fault, anew=True)
    answer, wrong = await bench.open(number)
    wrong += of_signals(answer, victim, ("default", wanted.reason) if wanted.reason else ("live", None))
    if answer:
        wrong += of_time(answer, victim, wanted)
        wrong += form.check(victim, answer) if form.check else []
        table.beside[row].append(time_beside(answer, victim, wanted))
    if not await bench.settled():
        wrong.append("a permit or a connection is not back")
    cause = (await bench.health()).cause
    if wanted.reason is not None and cause != wanted.cause:
        wrong.append(f"cause {cause}, wanted {wanted.cause}")
    return [*wrong, *of_counts(before, await bench.metrics(), form, victim)]


async def _again(bench: Bench, form: Form, number: int, traces: Traces) -> list[str]:
    """Well again, the second time, and well again: what was before is there, and nothing more."""
    if form.heals is None:
        return await traces.left(2 * TIMEOUT_S)
    alone = nullcontext()
    wrong = await healed(bench, number, 0.0, alone)
    wrong += [f"warm: {problem}" for problem in await _warm(bench, form, number)]
    wrong += traces.grown()
    await bench.evil.heal()
    if not form.heals:
        wrong += await healed(bench, number, 0.0, alone)
    return wrong + await traces.left(2 * TIMEOUT_S)


async def _warm(bench: Bench, form: Form, number: int) -> list[str]:
    """The second time: a connection that has carried answers, and an older value in the cache."""
    await bench.evil.begin(form.fault, anew=False)
    answer, wrong = await bench.open(number)
    wrong += of_signals(answer, bench.victim, form.warm_of(bench.victim))
    if not await bench.settled():
        wrong.append("a permit or a connection is not back")
    return wrong


async def _hurried(bench: Bench, number: int) -> list[str]:
    """An open that has less time than the call: its own budget ends it."""
    answer, wrong = await bench.open(number, budget_ms=_HURRY_MS)
    wrong += of_signals(answer, bench.victim, ("default", "timeout"))
    if not await bench.settled():
        wrong.append("a permit or a connection is not back")
    return wrong


async def _of_gate(bench: Bench, number: int) -> list[str]:
    """Another ask meanwhile is not sent, and the wait is bounded."""
    seen = len(bench.evil.requests)
    answer, wrong = await bench.open(number)
    wrong += of_signals(answer, bench.victim, ("default", "quota"))
    health = await bench.health()
    if not 0 < health.closed_for <= 60:
        wrong.append(f"the gate is closed for {health.closed_for} s")
    if len(bench.evil.requests) != seen:
        wrong.append("it was sent all the same")
    return wrong
