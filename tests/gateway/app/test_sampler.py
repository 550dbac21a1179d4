"""Which opens the console is shown: the worst always, of the others a fair draw, and nothing that is private."""

import dataclasses
import random
from collections import Counter
from dataclasses import replace

import orjson

from gateway.admission import Level
from gateway.app.sampler import MOST, SLOWEST, Sampler, Seen
from gateway.app.standing import document_of
from gateway.moment import Answered
from gateway.outcome import Reason, Status
from morning import CONTEXT, SOURCES, TEMPLATE, saying, ticket
from stand_in import HANGS, Figure, Script
from virtual_time import Rig, in_virtual_time, wait

PREFETCH = {"Sec-Purpose": "prefetch"}


def watched(rig: Rig, seed: int = 1) -> Sampler:
    """A sampler that somebody watches."""
    sampler = Sampler(rig.clock, random.Random(seed).random)
    sampler.begin()
    return sampler


async def answered(changed: dict[str, Script] | None = None, **how: object) -> tuple[Rig, Answered]:
    """One open of the template by a viewer, answered."""
    rig = Rig(saying(changed), SOURCES, TEMPLATE)
    told = await rig.open(**{"ticket": ticket(), **CONTEXT, **how})
    return rig, told.answered


def another(one: Answered, number: int, *, is_complete: bool = True) -> Answered:
    """The same open again, under another id."""
    opening = replace(one.payload.opening, id=f"{number:026}")
    return replace(one, payload=replace(one.payload, opening=opening, complete=is_complete))


def add(sampler: Sampler, one: Answered, used: float) -> None:
    """Take in an open that was answered after so many seconds."""
    sampler.add(one, Level.NORMAL, one.payload.opening.deadline.began + used)


def numbers(sample: list[Seen]) -> list[int]:
    """Which opens are in a sample."""
    return [int(seen.id) for seen in sample]


@in_virtual_time
async def test_few_opens_are_all_shown_in_their_order() -> None:
    """Up to twenty a tick nothing is left out, each stands there once, and the next tick begins empty."""
    rig, one = await answered()
    sampler = watched(rig)
    for number in range(MOST):
        add(sampler, another(one, number, is_complete=number % 3 > 0), 0.1 + 0.001 * (number % 7))

    assert numbers(sampler.take()) == list(range(MOST))
    assert sampler.take() == []


@in_virtual_time
async def test_the_slowest_and_the_incomplete_are_always_there() -> None:
    """Among thousands, the five slowest and fifteen incomplete ones are the sample."""
    rig, one = await answered()
    sampler = watched(rig)
    slow, broken = {100, 1200, 2300, 3400, 4500}, set(range(50, 4550, 300))
    for number in range(5000):
        add(sampler, another(one, number, is_complete=number not in broken), 0.9 if number in slow else 0.1)

    assert len(slow) == SLOWEST
    assert set(numbers(sampler.take())) == slow | broken


@in_virtual_time
async def test_with_all_incomplete_the_sample_stays_small_and_fair() -> None:
    """When nothing is complete twenty are drawn, and early and late ones alike."""
    rig, one = await answered()
    opens = [another(one, number, is_complete=False) for number in range(300)]
    thirds: Counter[int] = Counter()
    for seed in range(60):
        sampler = watched(rig, seed)
        for number, again in enumerate(opens):
            add(sampler, again, 0.1 if number < SLOWEST else 0.05)
        drawn = numbers(sampler.take())
        assert len(drawn) == MOST
        thirds.update(number // 100 for number in drawn if number >= SLOWEST)

    total = thirds.total()
    assert all(0.25 < thirds[third] / total < 0.42 for third in range(3)), thirds


@in_virtual_time
async def test_the_others_are_a_fair_draw() -> None:
    """Of complete and quick opens any is as likely as any other, whatever became of the worst."""
    rig, one = await answered()
    opens = [another(one, number) for number in range(400)]
    halves: Counter[bool] = Counter()
    for seed in range(60):
        sampler = watched(rig, seed)
        for number, again in enumerate(opens):
            add(sampler, again, 0.9 if number < SLOWEST else 0.1)
        halves.update(number < 200 for number in numbers(sampler.take()) if number >= SLOWEST)

    assert 0.4 < halves[True] / halves.total() < 0.6


@in_virtual_time
async def test_who_goes_leaves_nothing_behind() -> None:
    """Once nobody watches the sampler says so, and has forgotten opens and durations."""
    rig, one = await answered()
    sampler = Sampler(rig.clock, random.random)
    assert sampler.is_on is False
    sampler.begin()
    assert sampler.is_on is True
    add(sampler, one, 0.1)
    assert sampler.quantiles().count == 1
    sampler.end()

    assert (sampler.is_on, sampler.take(), sampler.quantiles().count) == (False, [], 0)


@in_virtual_time
async def test_what_nobody_looks_at_is_no_open() -> None:
    """A prefetch is not sampled, and says nothing of how long opens take."""
    rig, one = await answered(headers=PREFETCH)
    sampler = watched(rig)
    add(sampler, one, 0.1)

    assert (sampler.take(), sampler.quantiles().count) == ([], 0)


@in_virtual_time
async def test_a_waterfall_begins_each_signal_where_it_could() -> None:
    """What is derived begins where what it reads ended; a signal that never came has its reason and all its time."""
    changed = {"quotes": Script(latency=0.2, brings=Figure(value=3.0)), "points": HANGS}
    rig, one = await answered(changed)
    await wait(0.005)
    sampler = watched(rig)
    sampler.add(one, Level.THRIFTY, rig.clock.now())
    (seen,) = sampler.take()
    signals = {signal.name: signal for signal in seen.signals}

    assert (seen.template, seen.version, seen.level) == ("morning", 3, Level.THRIFTY)
    assert (seen.is_complete, seen.is_stream) == (False, False)
    assert (seen.total, round(seen.used, 3)) == (0.4, 0.305)
    assert seen.collected < seen.used
    assert seen.at == rig.clock.wall()
    assert (signals["quotes"].start, round(signals["quotes"].took, 3)) == (0.0, 0.2)
    assert round(signals["total"].start, 3) == 0.2
    assert (signals["points"].status, signals["points"].reason) == (Status.DEFAULT, Reason.TIMEOUT)
    assert round(signals["points"].took, 3) == 0.3


@in_virtual_time
async def test_nothing_private_is_kept_or_told() -> None:
    """Of an open whose every value, claim and place is a canary, the sample holds no piece, nor does what is told."""
    label = "canary-label-7f3a"
    changed = {
        "sky": Script(brings=Figure(value=71.0625, label=label)),
        "stock": Script(brings=Figure(value=22.0, label=label)),
    }
    bearing = ticket(subject="canary-viewer-7f3a", symbols=["CANARY"])
    private = {"place": {"lat": 51.51971, "lon": -0.13913}, "product": "canaryproduct", "timezone": "Europe/London"}
    rig, one = await answered(changed, ticket=bearing, **private)
    assert one.payload.data["label"] == label, "the canary must have been in the answer"
    sampler = watched(rig)
    add(sampler, one, 0.1)
    (seen,) = sampler.take()
    told = orjson.dumps(document_of(seen)).decode() + repr(dataclasses.asdict(seen))

    canaries = ["canary", "CANARY", "71.06", "51.5", "0.139", "Europe", bearing, *bearing.split(".")]
    assert [one for one in canaries if one in told] == []
