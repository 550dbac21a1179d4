"""Two kinds of step with batch between them, and the last word of an ask at the deadline of its open."""

import asyncio
from typing import Any

from gateway.outcome import TIMED_OUT, Status
from stand_in import HANGS, Figure, Of, Script, ask_of, source
from virtual_time import EXACTLY, Rig, in_virtual_time, wait

TEMPLATE = """
template: morning
version: 3
budget: 400ms
signals:
  quote: {connector: quote, with: {of: context.of}}
data:
  value: {from: quote.value, type: number, nullable: true, default: null}
"""
QUOTE = source("quote", Of, timeout=1.0, ttl=10.0, stale=600.0)


def scripted(script: Script) -> Any:
    """Every query is answered by one script, which can be changed."""
    return lambda errand, query: script


@in_virtual_time
async def test_a_stale_entry_has_the_last_word_in_each_of_200_opens() -> None:
    """What is still out at the deadline comes out stale, at exactly the deadline: 200 of 200, and no default."""
    said = [Script(brings=Figure(value=4.0))]
    rig = Rig(lambda errand, query: said[0], [QUOTE], TEMPLATE)
    await asyncio.gather(*(rig.open(of=f"q{number}") for number in range(200)))
    await wait(60.0)  # past the time to renew in, within the ceiling
    said[0] = HANGS

    told = [await rig.open(of=f"q{number}") for number in range(200)]

    assert [one.statuses()["quote"] for one in told] == ["stale/timeout"] * 200
    assert {one.payload["data"]["value"] for one in told} == {4.0}
    assert all(abs(one.took - 0.395) <= EXACTLY for one in told)


@in_virtual_time
async def test_200_opens_that_end_at_one_instant_all_get_the_last_word() -> None:
    """Opens that wait side by side for one hung source read stale values, not one default among them."""
    said = [Script(brings=Figure(value=4.0))]
    rig = Rig(lambda errand, query: said[0], [QUOTE], TEMPLATE)
    await asyncio.gather(*(rig.open(of=f"q{number}") for number in range(200)))
    await wait(60.0)
    said[0] = Script(latency=3600.0, deaf=True, stubborn=5.0)

    told = await asyncio.gather(*(rig.open(of=f"q{number}") for number in range(200)))

    assert {one.statuses()["quote"] for one in told} == {"stale/timeout"}
    assert all(abs(one.took - 0.395) <= EXACTLY for one in told)


@in_virtual_time
async def test_a_guard_that_waits_until_the_deadline_itself_would_lose() -> None:
    """The reason for the last word: of two waits that end at one instant the outer one ends first."""
    rig = Rig(scripted(HANGS))
    until = rig.clock.now() + 0.395

    async def inner() -> str:
        await asyncio.wait({asyncio.ensure_future(asyncio.sleep(3600))}, timeout=until - rig.clock.now())
        return "stale"

    async def outer() -> str:
        task = asyncio.ensure_future(inner())
        done, _ = await asyncio.wait({task}, timeout=until - rig.clock.now())
        return task.result() if done else "default"

    assert [await outer() for _ in range(20)].count("stale") < 20


@in_virtual_time
async def test_the_last_word_waits_for_nothing_and_changes_nothing() -> None:
    """Asked ten times it says the same ten times, without a call and without a task."""
    rig = Rig(scripted(Script(brings=Figure(value=4.0))))
    ask = ask_of(QUOTE, Of(of="a"), rig.clock)
    answer = rig.stack.cache.start(ask)
    assert isinstance(answer, asyncio.Future)
    await answer
    before = asyncio.all_tasks(), len(rig.stand_in.errands)

    words = [rig.stack.cache.settle(ask, TIMED_OUT) for _ in range(10)]

    assert {(word.status, word.reading) for word in words} == {(Status.STALE, words[0].reading)}
    assert (asyncio.all_tasks(), len(rig.stand_in.errands)) == before


@in_virtual_time
async def test_an_ask_is_one_query_and_an_errand_may_be_many() -> None:
    """Asks go in one by one, each with its own outcome; what reaches the source are errands of whole batches."""
    batched = source("quote", Of, batch=3)
    rig = Rig(lambda errand, query: Script(brings=Figure(label=query.of)))

    waiting = [rig.stack.cache.start(ask_of(batched, Of(of=f"q{number}"), rig.clock)) for number in range(7)]
    outcomes = [await one for one in waiting if isinstance(one, asyncio.Future)]

    assert [len(errand.queries) for errand in rig.stand_in.errands] == [3, 3, 1]
    assert [one.reading and one.reading.document["label"] for one in outcomes] == [f"q{number}" for number in range(7)]
