"""What is known not to be there, or not to work: for seconds, for that key alone, gone with the first good value."""

from dataclasses import replace

import pytest

from gate_bench import PLAIN, Hand
from gateway.ask import Ask, Source
from gateway.laws import NegativeLaw
from gateway.negatives import Negatives
from gateway.outcome import Outcome, Reading, Reason, default, live
from stand_in import Figure, Of, ask_of

ABSENT = default(Reason.ABSENT, "upstream_404")
FAILED = default(Reason.ERROR, "upstream_5xx")


class Bench:
    """A table of negatives and asks of it."""

    def __init__(self, law: NegativeLaw | None = None) -> None:
        self.hand = Hand()
        self.table = Negatives(law or NegativeLaw(), self.hand.clock)

    def ask(self, key: str = "a", of: Source = PLAIN) -> Ask:
        """An ask of now."""
        return ask_of(of, Of(of=key), self.hand.clock)

    def keep(self, outcome: Outcome, key: str = "a", of: Source = PLAIN) -> None:
        """A call brought this for a key."""
        self.table.keep(self.ask(key, of), outcome)

    def of(self, key: str = "a", of: Source = PLAIN) -> Outcome | None:
        """What stands for a key."""
        return self.table.of(self.ask(key, of).key)

    def stands(self) -> float:
        """For how many seconds the entry of now goes on to stand, found to a tenth by waiting."""
        began = self.hand.now
        while self.of() is not None:
            self.hand.later(0.1)
        return round(self.hand.now - began, 1)


@pytest.mark.parametrize(("seconds", "stands"), [(29.9, True), (30.0, False)])
def test_a_fact_of_absence_stands_for_half_a_minute(seconds: float, stands: bool) -> None:
    """Who asks meanwhile is told the same without a call, with its own reason."""
    bench = Bench()
    bench.keep(ABSENT)
    bench.hand.later(seconds)

    assert bench.of() == (ABSENT if stands else None)


@pytest.mark.parametrize("seconds", [0.0, 5.0, 600.0])
def test_the_policy_says_how_long_absence_stands(seconds: float) -> None:
    """A source whose things come and go says so; 0 keeps nothing."""
    bench = Bench()
    brief = replace(PLAIN, negative_ttl=seconds)

    bench.keep(ABSENT, of=brief)

    assert bench.stands() == pytest.approx(seconds, abs=0.11)


@pytest.mark.parametrize("reason", [Reason.ERROR, Reason.INVALID, Reason.PLUGIN])
def test_a_failure_stands_for_a_second_and_doubles_to_five(reason: Reason) -> None:
    """1, 2, 4 and then 5 seconds, where one follows the other soon."""
    bench = Bench()
    stood = []
    for _ in range(6):
        bench.keep(default(reason, "unmapped"))
        stood.append(bench.stands())

    assert stood == pytest.approx([1, 2, 4, 5, 5, 5], abs=0.11)


@pytest.mark.parametrize(("pause", "stands"), [(4.8, 2.0), (5.1, 1.0)])
def test_a_failure_long_after_the_last_is_a_first_one(pause: float, stands: float) -> None:
    """A row is remembered for five seconds after its last entry ceased to stand."""
    bench = Bench()
    bench.keep(FAILED)
    bench.hand.later(1.0 + pause)

    bench.keep(FAILED)

    assert bench.stands() == pytest.approx(stands, abs=0.11)


def test_a_row_of_failures_never_stands_longer_than_five_seconds() -> None:
    """Nor does the hundredth fail to be reckoned."""
    bench = Bench()
    for _ in range(100):
        bench.keep(FAILED)

    assert bench.stands() == pytest.approx(5.0, abs=0.11)


def test_the_wait_that_a_vendor_asks_for_is_kept() -> None:
    """A 503 that says when to come again stands until then, even on its first occurrence."""
    bench = Bench()

    bench.keep(default(Reason.ERROR, "upstream_unavailable", retry_after=20.0))

    assert bench.stands() == pytest.approx(20.0, abs=0.11)


@pytest.mark.parametrize("before", [ABSENT, FAILED])
def test_a_good_value_clears_at_once(before: Outcome) -> None:
    """And with it the row: the next failure is a first one."""
    bench = Bench()
    for _ in range(4):
        bench.keep(before)
    bench.keep(live(Reading.of(Figure(value=1.0), bench.hand.now, bench.hand.now)))
    assert (bench.of(), len(bench.table)) == (None, 0)

    bench.keep(FAILED)

    assert bench.stands() == pytest.approx(1.0, abs=0.11)


NOT_OF_A_KEY = [
    reason for reason in Reason if reason not in {Reason.ABSENT, Reason.ERROR, Reason.INVALID, Reason.PLUGIN}
]


@pytest.mark.parametrize("reason", NOT_OF_A_KEY)
def test_what_says_nothing_of_the_key_is_never_kept(reason: Reason) -> None:
    """Time-outs, refusals of guards, credentials, our own reasons: the next ask finds nothing in its way."""
    bench = Bench()

    bench.keep(default(reason))

    assert (bench.of(), len(bench.table)) == (None, 0)


def test_what_says_nothing_of_the_key_does_not_take_away_what_stands() -> None:
    """A time-out after a 404 does not make the thing be there."""
    bench = Bench()
    bench.keep(ABSENT)

    bench.keep(default(Reason.TIMEOUT, "total_timeout"))

    assert bench.of() is ABSENT


def test_absence_after_failures_stands_by_its_own_time() -> None:
    """A failure's few seconds do not cut short the half minute of a fact, and its row is over."""
    bench = Bench()
    bench.keep(FAILED)
    bench.keep(ABSENT)
    bench.hand.later(29.0)
    assert bench.of() is ABSENT
    bench.keep(FAILED)

    assert bench.stands() == pytest.approx(1.0, abs=0.11)


def test_a_key_fails_alone() -> None:
    """The entry of one key is in nobody else's way, nor does its row count for others."""
    bench = Bench()
    for _ in range(3):
        bench.keep(FAILED, "poisoned")
    assert bench.of() is None

    bench.keep(FAILED)

    assert bench.stands() == pytest.approx(1.0, abs=0.11)


def test_the_number_of_entries_is_bounded_and_the_oldest_goes_first() -> None:
    """A scan of a thousand unknown keys leaves the last hundred."""
    bench = Bench(NegativeLaw(entries=100))
    for number in range(1000):
        bench.keep(ABSENT, f"q{number}")

    assert len(bench.table) == 100
    assert (bench.of("q0"), bench.of("q899"), bench.of("q900"), bench.of("q999")) == (None, None, ABSENT, ABSENT)


@pytest.mark.parametrize("entries", [0, 1])
def test_the_smallest_table_holds_one(entries: int) -> None:
    """A share of the cache that comes out as nothing is still no error."""
    bench = Bench(NegativeLaw(entries=entries))

    for key in ("a", "b"):
        bench.keep(FAILED, key)

    assert (bench.of("a"), bench.of("b")) == (None, FAILED)
