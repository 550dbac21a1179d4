"""The seam: how asks gather into errands, whose answer is whose, and when an errand ends early."""

import asyncio
from asyncio import Future
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import Absent, Scope, Transient
from gateway.ask import Ask, Errand
from gateway.guards.batch import Batch
from gateway.outcome import Done, Outcome, Reason, Status, Verdict, default
from gateway.stragglers import Stragglers
from stand_in import HANGS, Figure, Of, Script, ask_of, source
from virtual_time import EXACTLY, Rig, in_virtual_time, settle, wait

QUOTES = source("quotes", Of, batch=100, ttl=0.0, stale=0.0)
POINTS = source("points", Of, batch=100, ttl=0.0, stale=0.0, scope=Scope.VIEWER)


def begun(rig: Rig, ask: Ask) -> Future[Outcome]:
    """The future of an ask that is not cached."""
    answer = rig.stack.cache.start(ask)
    assert isinstance(answer, Future)
    return answer


def asks_of(rig: Rig, count: int, of: Any = QUOTES, **changed: Any) -> list[Future[Outcome]]:
    """The futures of so many asks, each of a query of its own."""
    return [begun(rig, ask_of(of, Of(of=f"q{number}"), rig.clock, **changed)) for number in range(count)]


def labelled(errand: Errand, query: Any) -> Script:
    """Answers each query by its own name."""
    return Script(brings=Figure(label=query.of))


def labels(outcomes: list[Outcome]) -> list[str | None]:
    """The names that outcomes bring."""
    return [one.reading and one.reading.document["label"] for one in outcomes]


@pytest.mark.parametrize(
    ("count", "errands"), [(1, [1]), (2, [2]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])]
)
@in_virtual_time
async def test_the_keys_of_one_turn_go_out_in_full_errands(count: int, errands: list[int]) -> None:
    """Distinct keys of one loop turn go out together, at most `batch` an errand, and each gets its own answer."""
    rig = Rig(labelled)

    outcomes = await asyncio.gather(*asks_of(rig, count))

    assert [len(errand.queries) for errand in rig.stand_in.errands] == errands
    assert labels(outcomes) == [f"q{number}" for number in range(count)]
    assert rig.leftovers() == {}


@in_virtual_time
async def test_equal_keys_of_one_turn_are_one_query() -> None:
    """Ten viewers of the same three symbols are one errand of three queries."""
    rig = Rig(labelled)

    await asyncio.gather(*(waiter for _ in range(10) for waiter in asks_of(rig, 3)))

    assert [len(errand.queries) for errand in rig.stand_in.errands] == [3]


@in_virtual_time
async def test_without_a_window_the_next_turn_is_another_errand() -> None:
    """What is asked after the end of the turn does not wait for, and is not waited for by, what was before."""
    rig = Rig(labelled)
    first = asks_of(rig, 2)
    await settle()
    rest = begun(rig, ask_of(QUOTES, Of(of="late"), rig.clock))

    await asyncio.gather(*first, rest)

    assert [len(errand.queries) for errand in rig.stand_in.errands] == [2, 1]


@in_virtual_time
async def test_a_window_gathers_for_its_time_and_no_longer() -> None:
    """With 2 ms the asks of two milliseconds go out together, at the end of the window that the first one opened."""
    rig = Rig(labelled, window=0.002)
    waiters = [begun(rig, ask_of(QUOTES, Of(of="a"), rig.clock))]
    await wait(0.0015)
    waiters.append(begun(rig, ask_of(QUOTES, Of(of="b"), rig.clock)))
    await wait(0.001)
    waiters.append(begun(rig, ask_of(QUOTES, Of(of="c"), rig.clock)))

    await waiters[0]
    assert abs(rig.clock.now() - 0.022) <= EXACTLY
    await asyncio.gather(*waiters)

    assert [[query.of for query in errand.queries] for errand in rig.stand_in.errands] == [["a", "b"], ["c"]]
    assert rig.leftovers() == {}


@in_virtual_time
async def test_a_source_that_takes_one_query_waits_for_no_window() -> None:
    """Where nothing can be gathered nothing waits: the call goes out in the turn in which it was asked."""
    rig = Rig(labelled, window=0.002)

    await begun(rig, ask_of(source("sky", Of), Of(of="a"), rig.clock))

    assert abs(rig.clock.now() - 0.02) <= EXACTLY


@settings(max_examples=30, deadline=None)
@given(order=st.permutations(range(8)), bad=st.sets(st.integers(0, 7)))
@in_virtual_time
async def test_an_answer_belongs_to_its_key(order: list[int], bad: set[int]) -> None:
    """Asked in any order, each ask gets the answer of its own query, and what fails is the bad elements alone."""

    def says(errand: Errand, query: Any) -> Script:
        return Script(brings=Absent("none") if int(query.of[1:]) in bad else Figure(label=query.of))

    rig = Rig(says)
    waiters = {number: begun(rig, ask_of(QUOTES, Of(of=f"q{number}"), rig.clock)) for number in order}
    await asyncio.gather(*waiters.values())

    for number, waiter in waiters.items():
        outcome = waiter.result()
        assert (outcome.reason, labels([outcome])) == (
            (Reason.ABSENT, [None]) if number in bad else (None, [f"q{number}"])
        )


@in_virtual_time
async def test_an_errand_never_carries_two_viewers_or_sources() -> None:
    """The asks of three viewers and of two sources in one turn are four errands."""
    rig = Rig(labelled)
    waiters = [waiter for viewer in ("v1", "v2", "v3") for waiter in asks_of(rig, 4, POINTS, viewer=viewer)]

    await asyncio.gather(*waiters, *asks_of(rig, 5))

    sent = [(errand.source.name, len(errand.queries)) for errand in rig.stand_in.errands]
    assert sent == [*[("points", 4)] * 3, ("quotes", 5)]


@in_virtual_time
async def test_one_who_leaves_does_not_end_the_errand_for_the_others() -> None:
    """Of three asks of an errand one leaves in mid-flight: the others are answered, by the one call."""
    rig = Rig(labelled)
    waiters = asks_of(rig, 3)
    await wait(0.01)
    waiters[1].cancel()

    outcomes = await asyncio.gather(waiters[0], waiters[2])

    assert (labels(outcomes), len(rig.stand_in.errands)) == (["q0", "q2"], 1)
    assert rig.leftovers() == {}


@in_virtual_time
async def test_an_errand_that_nobody_waits_for_is_cancelled() -> None:
    """When all have left an errand it is cancelled, and nothing of it is left."""
    rig = Rig(lambda errand, query: HANGS)
    waiters = asks_of(rig, 3)
    await wait(0.01)
    assert rig.stand_in.out == 1

    for waiter in waiters:
        waiter.cancel()
    await settle()

    assert rig.leftovers() == {}


@pytest.mark.parametrize("window", [0.0, 0.002])
@in_virtual_time
async def test_who_left_before_the_errand_went_out_is_not_asked_for(window: float) -> None:
    """A query that nobody wants any more when the turn ends is not in the errand; with none left there is none."""
    rig = Rig(labelled, window=window)
    asks = [ask_of(QUOTES, Of(of=f"q{number}"), rig.clock) for number in range(3)]
    waiters = [rig.stack.batch.put(ask) for ask in asks]
    waiters[1].cancel()
    await waiters[0]
    for waiter in [rig.stack.batch.put(ask) for ask in asks]:
        waiter.cancel()
    await wait(0.01)

    assert [[query.of for query in errand.queries] for errand in rig.stand_in.errands] == [["q0", "q2"]]


@in_virtual_time
async def test_an_errand_lasts_as_long_as_its_most_patient_member() -> None:
    """The time of an errand is the longest of its members', and one that has less leaves at its own."""
    rig = Rig(lambda errand, query: Script(latency=0.5))
    patient = begun(rig, ask_of(QUOTES, Of(of="a"), rig.clock, timeout=0.6))
    hasty = begun(rig, ask_of(QUOTES, Of(of="b"), rig.clock, timeout=0.05))

    assert (await hasty).reason is Reason.TIMEOUT
    assert abs(rig.clock.now() - 0.05) <= EXACTLY
    assert (await patient).status is Status.LIVE
    assert [errand.until for errand in rig.stand_in.errands] == [0.6]


def raises(error: BaseException) -> Any:
    """What an errand comes to that raises."""
    raise error


NONE = default(Reason.ABSENT)
BROKEN: dict[str, Callable[[], Any]] = {
    "too few": lambda: Done((NONE,) * 2, Verdict.GOOD),
    "too many": lambda: Done((NONE,) * 4, Verdict.GOOD),
    "junk": lambda: None,
    "an exception": lambda: raises(RuntimeError("a bug")),
    "a stray cancel": lambda: raises(asyncio.CancelledError()),
}


@pytest.mark.parametrize("kind", BROKEN)
@in_virtual_time
async def test_a_step_that_breaks_its_promise_is_told_to_all(kind: str) -> None:
    """Too few outcomes, too many, none at all, an exception or a stray cancel: `error` for each, and nothing hangs."""
    rig = Rig(labelled)

    async def step(errand: Errand) -> Done:
        await wait(0.01)
        outcome: Done = BROKEN[kind]()
        return outcome

    batch = Batch(step, rig.clock, Stragglers())
    waiters = [batch.put(ask_of(QUOTES, Of(of=f"q{number}"), rig.clock)) for number in range(3)]

    outcomes = [await asyncio.wait_for(waiter, 1.0) for waiter in waiters]

    assert [(one.reason, one.cause) for one in outcomes] == [(Reason.ERROR, "unmapped")] * 3
    assert batch.statistics().running == 0


@in_virtual_time
async def test_a_call_that_fails_fails_for_all_its_keys() -> None:
    """One failed call is one errand and one outcome for each of its queries, asked once."""
    rig = Rig(lambda errand, query: Script(brings=Transient("down")))

    outcomes = await asyncio.gather(*asks_of(rig, 5))

    assert {one.reason for one in outcomes} == {Reason.ERROR}
    assert (len(rig.stand_in.errands), rig.stack.batch.statistics().asks) == (1, 5)
