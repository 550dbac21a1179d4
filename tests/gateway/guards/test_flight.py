"""One call a key at a time: who shares it, who ends it, and what of it is left."""

import asyncio
from asyncio import Future
from contextvars import ContextVar

import pytest

from connectors import Scope, Transient
from gateway.ask import Ask
from gateway.guards.flight import Flight
from gateway.outcome import TIMED_OUT, TOO_LATE, Outcome, Reason, Status
from stand_in import HANGS, Figure, Of, Script, ask_of, source
from virtual_time import EXACTLY, Rig, in_virtual_time, settle, wait

SHARED = source("quote", Of, ttl=0.0, stale=0.0)
VIEWERS = source("points", Of, ttl=0.0, stale=0.0, scope=Scope.VIEWER)


def begun(rig: Rig, ask: Ask) -> Future[Outcome]:
    """The future of an ask that is not cached."""
    answer = rig.stack.cache.start(ask)
    assert isinstance(answer, Future)
    return answer


def rig_of(script: Script) -> Rig:
    """A rig whose every query is answered by one script."""
    return Rig(lambda errand, query: script)


@in_virtual_time
async def test_a_thousand_equal_asks_are_one_call() -> None:
    """A thousand asks of one key at one time reach the source once, and all of them get its answer."""
    rig = rig_of(Script(brings=Figure(value=7.0)))

    outcomes = await asyncio.gather(*(begun(rig, ask_of(SHARED, Of(of="a"), rig.clock)) for _ in range(1000)))

    assert len(rig.stand_in.errands) == 1
    assert {(one.status, one.reading) for one in outcomes} == {(Status.LIVE, outcomes[0].reading)}
    assert (rig.stack.flight.statistics().led, rig.stack.flight.statistics().joined) == (1, 999)
    assert rig.leftovers() == {}


@pytest.mark.parametrize("leaving", [0, 1, 5, 9])
@in_virtual_time
async def test_who_leaves_harms_nobody_else(leaving: int) -> None:
    """Any viewer of ten may leave in mid-flight, the first too: the nine others get the answer of the one call."""
    rig = rig_of(Script())
    waiters = [begun(rig, ask_of(SHARED, Of(of="a"), rig.clock)) for _ in range(10)]
    await wait(0.01)
    waiters.pop(leaving).cancel()

    outcomes = await asyncio.gather(*waiters)

    assert {one.status for one in outcomes} == {Status.LIVE}
    assert len(rig.stand_in.errands) == 1
    assert rig.leftovers() == {}


@in_virtual_time
async def test_the_call_ends_with_its_last_waiter() -> None:
    """When the last waiter has left, the call is cancelled, and nothing of it is left."""
    rig = rig_of(HANGS)
    waiters = [begun(rig, ask_of(SHARED, Of(of="a"), rig.clock)) for _ in range(3)]
    await wait(0.01)
    for waiter in waiters[:2]:
        waiter.cancel()
    await wait(0.01)
    assert rig.stand_in.out == 1

    waiters[2].cancel()
    await settle()

    assert rig.leftovers() == {}


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@in_virtual_time
async def test_a_newcomer_never_joins_a_call_that_will_not_answer(turns: int) -> None:
    """Who comes in the very turn in which the last waiter leaves, or in a later one, is answered in time."""
    rig = rig_of(Script(latency=0.05, stubborn=1.0))
    first = begun(rig, ask_of(SHARED, Of(of="a"), rig.clock))
    await wait(0.01)

    first.cancel()
    for _ in range(turns):
        await wait(0.0)
    newcomer = begun(rig, ask_of(SHARED, Of(of="a"), rig.clock))
    began = rig.clock.now()
    outcome = await newcomer

    assert outcome.status is Status.LIVE
    assert rig.clock.now() - began <= 0.05 + EXACTLY
    assert len(rig.stand_in.errands) == (1 if turns == 0 else 2)


@in_virtual_time
async def test_a_failure_is_shared_and_not_raced_anew() -> None:
    """A call that fails with 50 waiters is one call, one failure, and 50 equal outcomes."""
    rig = rig_of(Script(brings=Transient("down")))

    outcomes = await asyncio.gather(*(begun(rig, ask_of(SHARED, Of(of="a"), rig.clock)) for _ in range(50)))

    assert {(one.status, one.reason) for one in outcomes} == {(Status.DEFAULT, Reason.ERROR)}
    assert len(rig.stand_in.errands) == 1
    assert rig.leftovers() == {}


@in_virtual_time
async def test_who_comes_after_a_failure_asks_anew() -> None:
    """A call is off the table before its waiters are told: one that asks again at once begins a new call."""
    rig = rig_of(Script(brings=Transient("down")))
    again: list[Future[Outcome]] = []
    first = begun(rig, ask_of(SHARED, Of(of="a"), rig.clock))
    first.add_done_callback(lambda _: again.append(begun(rig, ask_of(SHARED, Of(of="a"), rig.clock))))

    await first
    await again[0]

    assert len(rig.stand_in.errands) == 2


@in_virtual_time
async def test_each_keeps_its_own_time_limit() -> None:
    """A joiner with a shorter timeout ends by it, and the others go on to the answer."""
    rig = rig_of(Script(latency=0.2))
    patient = begun(rig, ask_of(SHARED, Of(of="a"), rig.clock))
    hasty = begun(rig, ask_of(SHARED, Of(of="a"), rig.clock, timeout=0.05))

    assert await hasty is TIMED_OUT
    assert abs(rig.clock.now() - 0.05) <= EXACTLY
    assert (await patient).status is Status.LIVE
    assert rig.leftovers() == {}


@in_virtual_time
async def test_a_hasty_first_asker_does_not_shorten_the_call_for_others() -> None:
    """The call that the first ask began for 50 ms lasts as long as a joiner may wait, and answers the joiner."""
    rig = rig_of(Script(latency=0.2))
    hasty = begun(rig, ask_of(SHARED, Of(of="a"), rig.clock, timeout=0.05))
    patient = begun(rig, ask_of(SHARED, Of(of="a"), rig.clock))

    assert await hasty is TIMED_OUT
    assert abs(rig.clock.now() - 0.05) <= EXACTLY
    assert (await patient).status is Status.LIVE
    assert (len(rig.stand_in.errands), rig.leftovers()) == (1, {})


@in_virtual_time
async def test_who_is_answered_in_time_leaves_no_timer() -> None:
    """A time limit of one's own is gone with the answer, and does not tick on behind it."""
    rig = rig_of(Script())

    await begun(rig, ask_of(SHARED, Of(of="a"), rig.clock, timeout=0.05))
    await settle()

    assert rig.leftovers() == {}


@in_virtual_time
async def test_a_hasty_ask_alone_ends_its_call_with_it() -> None:
    """With nobody else waiting the call ends when the timeout of its only asker does."""
    rig = rig_of(Script(latency=0.2, deaf=True))

    assert (await begun(rig, ask_of(SHARED, Of(of="a"), rig.clock, timeout=0.05))).reason is Reason.TIMEOUT
    await settle()

    assert rig.leftovers() == {}


@in_virtual_time
async def test_two_viewers_never_share_a_call() -> None:
    """Asks of two viewers are two calls, though the query is equal; two of one viewer are one."""
    rig = rig_of(Script())
    viewers = ["v1", "v2", "v1"]

    await asyncio.gather(*(begun(rig, ask_of(VIEWERS, Of(of="a"), rig.clock, viewer=viewer)) for viewer in viewers))

    assert len(rig.stand_in.errands) == 2


@pytest.mark.parametrize(("left", "sent"), [(0.0, 0), (0.0039, 0), (0.0041, 1), (0.005, 1), (0.3, 1)])
@in_virtual_time
async def test_what_cannot_make_it_is_not_sent(left: float, sent: int) -> None:
    """A call with less than 5 ms to go, a tick of slack given, is `budget` at once and never reaches the source."""
    rig = rig_of(Script(latency=0.0))
    ask = ask_of(SHARED, Of(of="a"), rig.clock, until=rig.clock.now() + left)

    answer = rig.stack.cache.start(ask)
    await wait(0.01)

    assert (answer is TOO_LATE) == (sent == 0)
    assert len(rig.stand_in.errands) == sent


@in_virtual_time
async def test_the_first_viewers_context_does_not_follow_a_shared_call() -> None:
    """A call made for everybody runs in an empty context: no viewer's trace or log field is seen in it."""
    who: ContextVar[str] = ContextVar("who", default="nobody")
    seen: list[str] = []

    def says(errand: object, query: object) -> Script:
        seen.append(who.get())
        return Script()

    rig = Rig(says)
    who.set("viewer-1")

    await begun(rig, ask_of(SHARED, Of(of="a"), rig.clock))

    assert seen == ["nobody"]


@in_virtual_time
async def test_a_call_that_breaks_is_told_to_all_its_waiters() -> None:
    """A step that brings an exception where an outcome belongs is a bug of our own: `error`, for each waiter."""
    rig = rig_of(Script())
    broken: Future[Outcome] = asyncio.get_running_loop().create_future()
    landed: list[Outcome] = []
    flight = Flight(lambda ask: broken, lambda ask, outcome: landed.append(outcome), rig.clock, least=lambda ask: 0.005)
    waiters = [flight.start(ask_of(SHARED, Of(of="a"), rig.clock)) for _ in range(3)]

    broken.set_exception(RuntimeError("a bug"))
    outcomes = [await waiter for waiter in waiters if isinstance(waiter, Future)]

    assert [(one.reason, one.cause) for one in outcomes] == [(Reason.ERROR, "unmapped")] * 3
    assert len(landed) == 1
