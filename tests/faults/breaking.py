"""The row of the breaker: it opens, leaves the source alone, probes behind an answer, and closes again."""

import asyncio
from collections.abc import Iterator
from contextlib import nullcontext

from faults.acts import status
from faults.bench import Bench
from faults.evil import Fault
from faults.judging import healed, of_signals, of_time
from faults.matrix import TIMEOUT_S, Form, Wanted
from faults.traces import Traces

_AT_ONCE = Wanted("breaker", "breaker_open")
_LONGEST_WAIT_S = 0.3 * 1.2
"""How long it stays open the first time, as the bench of this row is set, with its jitter; the next time twice that."""


async def breaking(bench: Bench, form: Form, numbers: Iterator[int], turn: asyncio.Lock) -> list[str]:
    """Fail until it opens, let a probe fail, be well again; tell whatever does not hold."""
    calls = form.opens_after
    async with turn:
        await bench.evil.begin(form.fault, anew=True)
        wrong = (await bench.open(next(numbers)))[1]
        await bench.health()
        traces = Traces.begin()
        for _ in range(calls - 1):
            answer, problems = await bench.open(next(numbers))
            wrong += problems
        wrong += of_signals(answer, bench.victim, ("default", form.wanted.reason))
        if len(bench.evil.requests) != calls:
            wrong.append(f"{len(bench.evil.requests)} calls until it is open, wanted {calls}")
        wrong += await _answered_by_the_breaker(bench, next(numbers), calls)
        wrong += traces.grown() + await traces.left(2 * TIMEOUT_S)
    await asyncio.sleep(_LONGEST_WAIT_S)
    async with turn:
        await bench.evil.begin(Fault(status("500 Internal Server Error")), anew=False)
        wrong += [f"probe: {one}" for one in await _answered_by_the_breaker(bench, next(numbers), calls + 1)]
        await bench.evil.heal()
    await asyncio.sleep(2 * _LONGEST_WAIT_S)
    async with turn:
        wrong += await healed(bench, next(numbers), 6.0, nullcontext())
        if (await bench.health()).breaker != "closed":
            wrong.append("the breaker is not closed")
        return wrong


async def _answered_by_the_breaker(bench: Bench, number: int, calls: int) -> list[str]:
    """A default at once; so many calls once all has settled, and it is open after it."""
    answer, wrong = await bench.open(number)
    wrong += of_signals(answer, bench.victim, ("default", "breaker"))
    wrong += of_time(answer, bench.victim, _AT_ONCE) if answer else []
    if not await bench.settled():
        wrong.append("a permit or a connection is not back")
    if len(bench.evil.requests) != calls:
        wrong.append(f"{len(bench.evil.requests)} calls, wanted {calls}")
    if (found := (await bench.health()).breaker) != "open":
        wrong.append(f"the breaker is {found}")
    return wrong
