"""A second call beside a slow one: when it goes out and to whom, who wins, and what becomes of the loser."""

import asyncio
import gc
from dataclasses import replace
from typing import Any

import pytest

from gateway.laws import HedgeLaw
from gateway.outcome import Verdict
from hedge_bench import BAD, GOOD, NEUTRAL, PLAIN, SLOW_FAST, Bench
from virtual_time import EXACTLY, in_virtual_time, settle, wait


@in_virtual_time
async def test_it_is_off_by_default() -> None:
    """Unless switched on a slow call is waited for."""
    bench = Bench(*SLOW_FAST, enabled=HedgeLaw().enabled)

    assert (await bench.run(), len(bench.began)) == ("a", 1)


@in_virtual_time
async def test_a_source_may_switch_it_on_for_itself() -> None:
    """By its own policy, where the gateway's is off."""
    bench = Bench(*SLOW_FAST, enabled=False)

    assert await bench.run(replace(PLAIN, hedge=True)) == "b"


@pytest.mark.parametrize("why", ["fast", "few samples", "may be sent once", "not said", "template", "sick", "no time"])
@in_virtual_time
async def test_when_no_second_call_goes_out(why: str) -> None:
    """Answered in time, too little known, not idempotent for sure, forbidden, sick, or too late: one call, no token."""
    bench = Bench((0.019 if why == "fast" else 0.2, GOOD), samples=99 if why == "few samples" else 100)
    idempotent = {"may be sent once": False, "not said": None}.get(why, True)
    bench.well = why != "sick"

    told = await bench.run(
        replace(PLAIN, idempotent=idempotent),
        within=0.03 if why == "no time" else 0.3,
        may_hedge=why != "template",
    )

    assert (told, len(bench.began)) == ("a", 1)
    assert bench.spent() == (0, 0)


@pytest.mark.parametrize(
    ("usual", "law", "after"),
    [(0.02, {}, 0.02), (0.001, {}, 0.005), (0.25, {}, 0.15), (0.02, {"max_delay": 0.05}, 0.015)],
)
@in_virtual_time
async def test_it_goes_out_when_nearly_all_would_be_back(usual: float, law: dict[str, float], after: float) -> None:
    """After the 95th percentile, no less than 5 ms, and no more than half of the call's time."""
    bench = Bench((0.29, GOOD), (0.29, GOOD), samples=0, **law)
    for number in range(100):
        bench.latencies.add("plain", usual if number >= 90 else usual / 100)

    await bench.run()

    assert bench.began[1] - bench.began[0] == pytest.approx(after, abs=EXACTLY)


@in_virtual_time
async def test_the_first_good_answer_wins_and_the_other_call_is_cancelled() -> None:
    """The second one's here: told when it comes, and the first has ended by then or an instant later."""
    bench = Bench(*SLOW_FAST)

    told = await bench.run()

    assert (told, bench.clock.now() - bench.began[0]) == ("b", pytest.approx(0.03, abs=EXACTLY))
    await settle()
    assert sorted(bench.ended) == [("a", "cancelled"), ("b", "done")]


@in_virtual_time
async def test_the_first_call_may_win_still() -> None:
    """Where it comes before the second, that one is cancelled."""
    bench = Bench((0.03, GOOD), (0.2, GOOD))

    assert await bench.run() == "a"
    await settle()
    assert sorted(bench.ended) == [("a", "done"), ("b", "cancelled")]


@pytest.mark.parametrize("verdict", [BAD, NEUTRAL])
@pytest.mark.parametrize("which", [0, 1])
@in_virtual_time
async def test_a_bad_answer_does_not_win(which: int, verdict: Verdict) -> None:
    """Whichever call fails, the other's good answer is waited for."""
    script: list[tuple[float, Verdict | BaseException]] = [(0.1, GOOD), (0.1, GOOD)]
    script[which] = (0.05, verdict)
    bench = Bench(*script)

    assert await bench.run() == "ba"[which]


@in_virtual_time
async def test_where_both_fail_the_last_word_is_told() -> None:
    """No good answer is left to wait for: the failure is told when the second call has ended too."""
    bench = Bench((0.1, BAD), (0.1, BAD))

    assert (await bench.run(), bench.clock.now() - bench.began[1]) == ("b", pytest.approx(0.1, abs=EXACTLY))


@in_virtual_time
async def test_a_failure_before_the_delay_sends_no_second_call() -> None:
    """What failed fast is for the retries, and is told at once."""
    bench = Bench((0.01, BAD), (0.01, GOOD))

    assert (await bench.run(), len(bench.began)) == ("a", 1)


@pytest.mark.parametrize(("script", "least"), [(SLOW_FAST, 0.03), (((0.03, GOOD), (0.2, GOOD)), 0.01)])
@in_virtual_time
async def test_the_loser_counts_as_at_least_as_long_as_it_was_out(script: Any, least: float) -> None:
    """Since it began, not since the other did: else the percentile would drift down and hedging feed itself."""
    bench = Bench(*script, samples=100)
    await bench.run()
    await wait(1.0)
    window = bench.latencies._windows["plain"]

    assert [seconds for _, seconds in window.samples][100:] == [pytest.approx(least, abs=EXACTLY)]


@in_virtual_time
async def test_a_second_call_costs_a_token_of_each_kind() -> None:
    """One of its own and one of the retries'."""
    bench = Bench(*SLOW_FAST)

    await bench.run()

    assert bench.spent() == (1, 1)


@pytest.mark.parametrize("empty", ["own", "shared"])
@in_virtual_time
async def test_without_a_token_of_either_kind_it_stays_in_and_costs_none(empty: str) -> None:
    """And the kind that has some keeps them."""
    bench = Bench((0.2, GOOD))
    budget = bench.own if empty == "own" else bench.shared
    while budget.spend("plain"):
        pass

    assert (await bench.run(), len(bench.began)) == ("a", 1)
    assert bench.spent() == pytest.approx((4.95, 0) if empty == "own" else (0, 10))


@in_virtual_time
async def test_it_looks_at_the_source_when_the_second_call_is_due() -> None:
    """What was well when the first went out may not be any more."""
    bench = Bench((0.2, GOOD))
    running = asyncio.ensure_future(bench.run())
    await wait(0.01)
    bench.well = False

    assert (await running, len(bench.began)) == ("a", 1)


@pytest.mark.parametrize("after", [0.0, 0.01, 0.025])
@in_virtual_time
async def test_who_leaves_cancels_both(after: float) -> None:
    """Before the second call went out and after it: nothing runs on."""
    bench = Bench((0.2, GOOD), (0.2, GOOD))
    running = asyncio.ensure_future(bench.run())
    await wait(after)
    running.cancel()
    await settle()

    assert running.cancelled()
    assert [word for _, word in bench.ended] == ["cancelled"] * len(bench.began)
    assert len(asyncio.all_tasks()) == 1


@in_virtual_time
async def test_a_loser_that_does_not_go_is_not_waited_for() -> None:
    """It ends in its own time; the winner is told at once."""
    bench = Bench(*SLOW_FAST)
    bench.stubborn = 5.0

    assert await bench.run() == "b"
    assert bench.clock.now() - bench.began[0] == pytest.approx(0.03, abs=EXACTLY)
    await wait(6.0)
    assert len(asyncio.all_tasks()) == 1


@pytest.mark.parametrize("first", [(0.05, RuntimeError("a bug")), (0.2, GOOD)])
@in_virtual_time
async def test_a_loser_that_breaks_as_it_goes_is_complained_of_never(first: Any) -> None:
    """Nobody waits for it: what it raises does not turn up later as an exception that nobody fetched."""
    bench = Bench(first, (0.2 if isinstance(first[1], RuntimeError) else 0.01, GOOD))
    bench.breaks = True

    async def run() -> str:
        try:
            return str(await bench.run())
        except RuntimeError as error:
            return str(error)

    assert await run() == ("b" if first[1] is GOOD else "a bug")
    await wait(1.0)
    gc.collect()
    assert len(asyncio.all_tasks()) == 1
