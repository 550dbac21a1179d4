"""What an errand says of its source's health: late is bad only where the source had the time it usually needs."""

import asyncio
from dataclasses import replace

import pytest

from gateway.guards import Permit, Refusal
from gateway.guards.breaker import State
from gateway.laws import BreakerLaw, RetryLaw
from gateway.outcome import Done, Verdict
from stack_bench import BRIEF, DOWN, HEDGING, PASSES, Bench, in_turn, value, with_
from stand_in import HANGS, Script
from vendor import failing
from virtual_time import in_virtual_time, wait

LAWS = with_(breaker=BreakerLaw())


class Ear:
    """A gate that lets all in and hears how they ended."""

    def __init__(self) -> None:
        self.heard: list[Verdict] = []

    def enter(self, _: object) -> Permit | Refusal:
        """Let in."""
        return self

    def leave(self, done: Done) -> None:
        """Hear."""
        self.heard.append(done.verdict)


def heard(bench: Bench) -> list[Verdict]:
    """The verdicts that the gates of a bench hear from now on."""
    ear = Ear()
    bench.stack.walk._gates = (*bench.stack.walk._gates, ear)
    return ear.heard


@pytest.mark.parametrize(
    ("word", "verdict"),
    [
        ("500", Verdict.BAD),
        ("refused", Verdict.BAD),
        ("not_json", Verdict.BAD),
        ("404", Verdict.GOOD),
        ("429", Verdict.NEUTRAL),
        ("401", Verdict.NEUTRAL),
        ("400", Verdict.NEUTRAL),
    ],
)
@in_virtual_time
async def test_a_failure_weighs_as_the_upstream_says(word: str, verdict: Verdict) -> None:
    """The walk changes no verdict of a call that ended within its time, and does not know them by their faults."""
    bench = Bench()
    verdicts = heard(bench)
    bench.script = Script(brings=failing(word))

    await bench.read()

    assert verdicts == [verdict]


@in_virtual_time
async def test_a_source_that_uses_up_its_time_failed() -> None:
    """It had all that it was promised."""
    bench = Bench()
    verdicts = heard(bench)
    bench.script = HANGS

    await bench.read(of=BRIEF)

    assert verdicts == [Verdict.BAD]


@pytest.mark.parametrize(
    ("seconds", "verdict"), [(0.05, Verdict.NEUTRAL), (0.298, Verdict.NEUTRAL), (0.3, Verdict.BAD)]
)
@in_virtual_time
async def test_a_call_that_was_left_early_says_nothing(seconds: float, verdict: Verdict) -> None:
    """While little is known of a source, only its whole time-out is enough; a hurried viewer is no verdict."""
    bench = Bench()
    verdicts = heard(bench)
    bench.script = replace(HANGS, deaf=True)

    await bench.read(of=BRIEF, until=bench.clock.now() + seconds)
    await wait(0.001)

    assert verdicts == [verdict]


@pytest.mark.parametrize(("second", "verdict"), [(HANGS, Verdict.NEUTRAL), (DOWN, Verdict.BAD)])
@in_virtual_time
async def test_a_second_try_that_was_given_too_little_time_says_nothing_by_being_late(
    second: Script, verdict: Verdict
) -> None:
    """It began late and could not have had the whole time-out; what failed outright in it is a failure all the same."""
    bench = Bench(in_turn(replace(PASSES, latency=0.1), second), with_(retry=RetryLaw()))
    verdicts = heard(bench)

    await bench.read(of=BRIEF)
    await wait(0.001)

    assert verdicts == [Verdict.BAD, verdict]


@pytest.mark.parametrize(("seconds", "verdict"), [(0.03, Verdict.NEUTRAL), (0.05, Verdict.BAD)])
@pytest.mark.parametrize("samples", [99, 100])
@in_virtual_time
async def test_a_known_source_had_enough_time_with_what_nearly_all_its_calls_take(
    seconds: float, verdict: Verdict, samples: int
) -> None:
    """Left after its 95th percentile of 40 ms it failed, left before it did not; 99 calls are too few to know."""
    bench = Bench()
    bench.known(0.04, samples, BRIEF)
    verdicts = heard(bench)
    bench.script = HANGS

    await bench.read(of=BRIEF, until=bench.clock.now() + seconds)
    await wait(0.001)

    assert verdicts == [verdict if samples == 100 else Verdict.NEUTRAL]


@in_virtual_time
async def test_a_known_source_is_never_given_more_than_its_own_time_out() -> None:
    """However slow it usually is: a call that had the time-out failed, though its 95th percentile is beyond that."""
    bench = Bench()
    bench.known(0.9, of=BRIEF)
    verdicts = heard(bench)
    bench.script = HANGS

    await bench.read(of=BRIEF, until=bench.clock.now() + 1.0)

    assert verdicts == [Verdict.BAD]


@in_virtual_time
async def test_starved_time_outs_alone_never_open_a_circuit() -> None:
    """A hundred viewers in a hurry do not cut the source off for the others."""
    bench = Bench(laws=LAWS)
    bench.script = HANGS
    for number in range(100):
        await bench.read(f"q{number}", BRIEF, until=bench.clock.now() + 0.05)

    assert bench.state(BRIEF) is State.CLOSED
    for number in range(8):
        await bench.read(f"p{number}", BRIEF)
    assert bench.state(BRIEF) is State.OPEN


@in_virtual_time
async def test_what_overran_its_time_is_bad_for_the_source_and_good_for_the_cache() -> None:
    """The first verdict is final: the value is kept, its true duration measured, and the breaker told of a failure."""
    bench = Bench()
    verdicts = heard(bench)
    bench.script = value(7.0, latency=0.35)

    assert await bench.read(until=bench.clock.now() + 0.31) == "default/timeout"
    await wait(0.1)

    assert verdicts == [Verdict.BAD]
    assert await bench.read() == "fresh"
    assert bench.stack.latencies.of("quote").p50 == pytest.approx(0.35, abs=1e-5)


@in_virtual_time
async def test_a_bad_answer_and_a_refused_one_are_no_sample_of_speed() -> None:
    """A source that fails fast does not look fast."""
    bench = Bench()
    for number, word in enumerate(("500", "429", "401")):
        bench.script = Script(brings=failing(word))
        await bench.read(f"q{number}")

    assert bench.stack.latencies.of("quote").count == 0


@in_virtual_time
async def test_the_loser_of_a_race_says_nothing() -> None:
    """A call that is cancelled because a second one was faster has failed nobody, though it had its usual time."""
    slow = iter([value(1.0, 0.2), value(2.0, 0.01)])
    bench = Bench(lambda errand, query: next(slow), with_(hedge=HEDGING))
    bench.known(0.02)
    verdicts = heard(bench)

    assert await bench.read() == "live"
    await wait(0.01)

    assert sorted(verdict.value for verdict in verdicts) == ["good", "neutral"]


@in_virtual_time
async def test_a_batch_that_is_wholly_late_is_one_failure() -> None:
    """Its verdict is one, however many it made wait."""
    bench = Bench()
    many = replace(BRIEF, batch=100)
    verdicts = heard(bench)
    bench.script = HANGS

    words = await asyncio.gather(*(bench.read(f"q{number}", many) for number in range(50)))

    assert (set(words), verdicts) == ({"default/timeout"}, [Verdict.BAD])


@in_virtual_time
async def test_each_errand_that_was_sent_is_told_of_once() -> None:
    """With what it brought and how long it took; what was refused is not told of."""
    bench = Bench(laws=LAWS)
    calls: list[tuple[int, Verdict, float]] = []
    bench.stack.walk._told = lambda errand, done, took: calls.append((len(done.outcomes), done.verdict, round(took, 3)))
    await bench.read("a")
    bench.script = HANGS
    await bench.read("b", BRIEF, until=bench.clock.now() + 0.05)
    await wait(0.01)
    for _ in range(3):
        bench.stack.breaker.strike("quote")
    assert await bench.read("c") == "default/breaker"

    assert calls == [(1, Verdict.GOOD, 0.02), (0, Verdict.NEUTRAL, 0.05)]
