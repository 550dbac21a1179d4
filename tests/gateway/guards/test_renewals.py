"""Renewals in the background: made for nobody, once for all readers, and never at the cost of what is there."""

import asyncio
from asyncio import Future
from collections.abc import Iterator

import pytest

from connectors import Absent, Transient
from gateway.ask import Ask
from gateway.outcome import Outcome, Status
from stand_in import HANGS, Figure, Of, Script, ask_of, source
from virtual_time import Rig, in_virtual_time, wait

QUOTE = source("quote", Of, ttl=10.0, stale=600.0)


def rig_of(*scripts: Script) -> Rig:
    """A rig whose calls are answered by one script after another, the last for good."""
    left: Iterator[Script] = iter(scripts)
    return Rig(lambda errand, query: next(left, scripts[-1]))


def begun(rig: Rig, ask: Ask) -> Future[Outcome]:
    """The future of an ask that is not cached."""
    answer = rig.stack.cache.start(ask)
    assert isinstance(answer, Future)
    return answer


@in_virtual_time
async def test_a_hundred_readers_are_served_at_once_and_renew_once() -> None:
    """Past its ttl a value is served to all without waiting, and one call renews it for those who come later."""
    rig = rig_of(Script(brings=Figure(value=1.0)), Script(brings=Figure(value=2.0)))
    await begun(rig, ask_of(QUOTE, Of(of="a"), rig.clock))
    await wait(15.0)

    served = [rig.stack.cache.start(ask_of(QUOTE, Of(of="a"), rig.clock)) for _ in range(100)]
    await wait(0.05)
    later = rig.stack.cache.start(ask_of(QUOTE, Of(of="a"), rig.clock))

    assert all(isinstance(one, Outcome) and one.status is Status.FRESH for one in served)
    assert isinstance(later, Outcome)
    assert later.reading is not None
    assert later.reading.document["value"] == 2.0
    assert (len(rig.stand_in.errands), rig.leftovers()) == (2, {})


@pytest.mark.parametrize("script", [HANGS, Script(brings=Transient("down")), Script(brings=RuntimeError("a bug"))])
@in_virtual_time
async def test_a_renewal_that_fails_leaves_the_value_and_no_trace(script: Script) -> None:
    """Hung, failed or broken: what was there is served on, and the renewal is over when its time is."""
    rig = rig_of(Script(), script)
    await begun(rig, ask_of(QUOTE, Of(of="a"), rig.clock))
    await wait(15.0)
    rig.stack.cache.start(ask_of(QUOTE, Of(of="a"), rig.clock))
    await wait(1.0)

    assert rig.leftovers() == {}
    assert rig.stack.cache.statistics().entries == 1


@in_virtual_time
async def test_a_renewal_that_finds_nothing_ends_the_value() -> None:
    """Where the source now says that there is none, the next reader is told so, and gets no value of before."""
    rig = rig_of(Script(), Script(brings=Absent("gone")))
    await begun(rig, ask_of(QUOTE, Of(of="a"), rig.clock))
    await wait(15.0)
    rig.stack.cache.start(ask_of(QUOTE, Of(of="a"), rig.clock))
    await wait(0.5)
    ask = ask_of(QUOTE, Of(of="a"), rig.clock)

    answer = rig.stack.cache.start(ask)
    assert isinstance(answer, Outcome)
    outcome = rig.stack.cache.settle(ask, answer)

    assert (outcome.status, outcome.reason) == (Status.DEFAULT, "absent")


@in_virtual_time
async def test_renewals_of_many_keys_are_bounded() -> None:
    """A hundred keys that grow old together are renewed 32 at a time; all their readers are served at once."""
    rig = rig_of(Script())
    keys = [Of(of=f"q{number}") for number in range(100)]
    await asyncio.gather(*(begun(rig, ask_of(QUOTE, key, rig.clock)) for key in keys))
    await wait(15.0)

    served = [rig.stack.cache.start(ask_of(QUOTE, key, rig.clock)) for key in keys]

    assert all(isinstance(one, Outcome) for one in served)
    assert (rig.stack.cache.statistics().refreshing, rig.stack.flight.statistics().flying) == (32, 32)
    await wait(0.05)
    assert rig.leftovers() == {}


@in_virtual_time
async def test_a_renewal_finishes_for_nobody() -> None:
    """A background call is not cancelled for want of waiters, and who joins it and leaves does not end it either."""
    rig = rig_of(Script())
    ask = ask_of(QUOTE, Of(of="a"), rig.clock)
    rig.stack.flight.refresh(ask)
    joiner = rig.stack.flight.start(ask)
    assert isinstance(joiner, Future)
    await wait(0.01)
    joiner.cancel()
    await wait(0.05)

    assert rig.stack.cache.statistics().entries == 1
    assert (len(rig.stand_in.errands), rig.leftovers()) == (1, {})


@in_virtual_time
async def test_a_renewal_takes_over_a_call_that_is_out() -> None:
    """A key whose call is out already is renewed by that call, which then no longer ends with its waiters."""
    rig = rig_of(Script())
    ask = ask_of(QUOTE, Of(of="a"), rig.clock)
    waiter = begun(rig, ask)
    rig.stack.flight.refresh(ask)
    waiter.cancel()
    await wait(0.05)

    assert (len(rig.stand_in.errands), rig.stack.cache.statistics().entries) == (1, 1)
