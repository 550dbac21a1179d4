"""Entries of what failed, beside the value of before, the breaker and the flights: one bad key costs one call."""

import asyncio

import pytest

from gateway.guards.breaker import State
from gateway.laws import BreakerLaw, RetryLaw
from stack_bench import BRIEF, DOWN, Bench, by_key, in_turn, value, with_
from stand_in import HANGS, Script
from vendor import failing
from virtual_time import in_virtual_time, wait

LAWS = with_(breaker=BreakerLaw())
POISON = {"poison": DOWN}


@in_virtual_time
async def test_one_poisoned_key_does_not_open_the_circuit_for_all() -> None:
    """Asked a hundred times a second for a minute, it is sent every few seconds; the others are live throughout."""
    bench = Bench(by_key(POISON), LAWS)
    words = set()
    for number in range(600):
        assert await bench.read("poison", BRIEF) == "default/error"
        words.add(await bench.read(f"q{number}", BRIEF))
        await wait(0.08)

    assert (words, bench.state(BRIEF)) == ({"live"}, State.CLOSED)
    assert 10 <= len([query for query in bench.stand_in.asked("brief") if query.of == "poison"]) <= 16  # type: ignore[attr-defined]


@in_virtual_time
async def test_a_failure_stands_and_stale_stands_in_for_it() -> None:
    """While the entry stands the old value is shown with the failure's own reason, in no time and without a call."""
    bench = Bench()
    await bench.read()
    await wait(130.0)
    bench.script = DOWN
    words = [await bench.read() for _ in range(10)]

    assert (words, bench.sent) == (["stale/error"] * 10, 2)
    await wait(1.0)
    await bench.read()
    assert bench.sent == 3


@in_virtual_time
async def test_absence_stands_and_nothing_stands_in_for_it() -> None:
    """The source said that it is gone: the old value is gone too, for the half minute and after it."""
    bench = Bench(in_turn(Script(), Script(brings=failing("404")), DOWN))
    await bench.read()
    await wait(130.0)
    words = [await bench.read() for _ in range(10)]
    assert (words, bench.sent) == (["default/absent"] * 10, 2)
    await wait(30.0)

    assert await bench.read() == "default/error"


@in_virtual_time
async def test_a_good_value_replaces_the_entry_at_once() -> None:
    """Once the entry has ceased to stand and the source is well, it is live and then fresh."""
    bench = Bench(in_turn(DOWN, value(1.0)))
    assert await bench.read() == "default/error"
    await wait(1.0)

    assert [await bench.read(), await bench.read()] == ["live", "fresh"]
    assert bench.stack.cache.statistics().negatives == 0


@in_virtual_time
async def test_a_renewal_that_failed_is_not_tried_by_every_reader() -> None:
    """The value is served as fresh, and its source is left alone for as long as the entry stands."""
    bench = Bench(in_turn(Script(), DOWN))
    await bench.read()
    await wait(61.0)

    words = []
    for _ in range(100):
        words.append(await bench.read())
        await wait(0.009)

    assert (set(words), bench.sent) == ({"fresh"}, 2)


@pytest.mark.parametrize("script", [HANGS, Script(brings=failing("429")), Script(brings=failing("401"))])
@in_virtual_time
async def test_what_says_nothing_of_the_key_is_asked_again(script: Script) -> None:
    """Time-outs, waits and credentials leave no entry."""
    bench = Bench(in_turn(script, value(1.0)))
    await bench.read(of=BRIEF)
    await wait(2.0)

    assert await bench.read(of=BRIEF) == "live"


@in_virtual_time
async def test_fifty_who_joined_a_failure_are_told_of_it_and_later_ones_meet_its_entry() -> None:
    """One call for all of them, before and after its end."""
    bench = Bench(in_turn(DOWN))

    words = await asyncio.gather(*(bench.read() for _ in range(50)))
    words += [await bench.read() for _ in range(50)]

    assert (words, bench.sent) == (["default/error"] * 100, 1)


@in_virtual_time
async def test_a_failure_that_was_tried_again_stands_once() -> None:
    """Both attempts failed: that is one failure of the key, which stands for a second and not for two."""
    bench = Bench(in_turn(Script(brings=failing("503"))), with_(retry=RetryLaw()))
    await bench.read()
    assert bench.sent == 2
    await wait(1.0)
    await bench.read()

    assert bench.sent == 4


@in_virtual_time
async def test_an_entry_is_told_though_the_circuit_is_open() -> None:
    """The first reason on the way of an ask is the one told: what is known of the key, then what is of the source."""
    bench = Bench(by_key(POISON), LAWS)
    await bench.read("poison")
    for _ in range(3):
        bench.stack.breaker.strike("quote")

    assert [await bench.read("poison"), await bench.read("other")] == ["default/error", "default/breaker"]
    await wait(1.1)
    assert await bench.read("poison") == "default/breaker"
