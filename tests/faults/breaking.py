"""The row of the breaker: it opens, leaves the source alone, probes behind an answer, and closes again."""

import asyncio
from collections.abc import Iterator

from faults.acts import status
from faults.bench import Bench
from faults.evil import Fault
from faults.judging import healed, of_signals
from faults.matrix import Form

_LONGEST_WAIT_S = 0.3 * 1.2
"""How long it stays open the first time, as the bench of this row is set, with its jitter."""


async def breaking(bench: Bench, form: Form, numbers: Iterator[int]) -> list[str]:
    """Fail until it opens, let a probe fail, be well again; tell whatever does not hold."""
    await bench.evil.begin(form.fault, anew=True)
    wrong: list[str] = []
    for _ in range(form.opens_after):
        wrong += (await bench.open(next(numbers)))[1]
    calls = len(bench.evil.requests)
    if calls != form.opens_after:
        wrong.append(f"{calls} calls until it is open, wanted {form.opens_after}")
    wrong += await _answered_by_the_breaker(bench, next(numbers), calls)
    await asyncio.sleep(_LONGEST_WAIT_S)
    await bench.evil.begin(Fault(status("500 Internal Server Error")), anew=False)
    wrong += [f"probe: {one}" for one in await _answered_by_the_breaker(bench, next(numbers), calls + 1)]
    await bench.evil.heal()
    wrong += await healed(bench, next(numbers), 6.0)
    if (await bench.health()).breaker != "closed":
        wrong.append("the breaker is not closed")
    return wrong


async def _answered_by_the_breaker(bench: Bench, number: int, calls: int) -> list[str]:
    """A default at once; so many calls once all has settled, and it is open after it."""
    answer, wrong = await bench.open(number)
    wrong += of_signals(answer, bench.victim, ("default", "breaker"))
    if not await bench.settled():
        wrong.append("a permit is not back")
    if len(bench.evil.requests) != calls:
        wrong.append(f"{len(bench.evil.requests)} calls, wanted {calls}")
    if (found := (await bench.health()).breaker) != "open":
        wrong.append(f"the breaker is {found}")
    return wrong
