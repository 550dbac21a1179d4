"""The age of a cached value: what an ask may use, what the wall clock cannot change, what is never kept."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cache_bench import CEILING, CacheBench
from connectors import Scope
from gateway.clock import Clock
from gateway.guards.cache import Cache
from gateway.laws import CacheLaw, NegativeLaw
from gateway.negatives import Negatives
from gateway.outcome import TIMED_OUT, Outcome, Reading, Reason, Status, default, live
from stand_in import Figure, Of, ask_of, source

ORDER = (Status.LIVE, Status.FRESH, Status.STALE, Status.DEFAULT)


@pytest.mark.parametrize(("age", "asked"), [(20.0, 0), (20.1, 1)])
def test_a_field_that_wants_it_fresher_than_the_ttl_has_it_asked(age: float, asked: int) -> None:
    """A value within its ttl is asked for anew where it is older than the smallest `max_age` of its fields."""
    bench = CacheBench()
    bench.fetched(1.0)
    bench.later(age)

    bench.read(bench.ask(fresh_within=20.0))

    assert len(bench.asks) == asked


def test_a_source_whose_values_come_in_too_old_is_not_asked_in_vain() -> None:
    """Where even a value of this second was older than the fields want, the cache serves it as long as it is fresh."""
    bench = CacheBench()
    bench.fetched(1.0, old=7200.0)
    bench.later(30.0)

    outcome = bench.read(bench.ask(fresh_within=60.0))

    assert (outcome.status, bench.asks) == (Status.FRESH, [])
    assert outcome.reading is not None
    assert outcome.reading.age(bench.now) == 7230.0


@pytest.mark.parametrize(("age", "status"), [(200.0, Status.STALE), (200.1, Status.DEFAULT)])
def test_a_value_that_no_field_may_show_does_not_stand_in(age: float, status: Status) -> None:
    """Within its ceiling a value stands in only while the most patient of the fields could show it."""
    bench = CacheBench()
    bench.fetched(1.0)
    bench.later(age)

    assert bench.read(bench.ask(usable_within=200.0)).status is status


@pytest.mark.parametrize("jump", [-86_400.0, -3600.0, 3600.0, 86_400.0 * 365])
@pytest.mark.parametrize("age", [30.0, 90.0, 300.0, 86_401.0])
def test_a_jump_of_the_wall_clock_changes_nothing(jump: float, age: float) -> None:
    """Set forward or back by any amount, the system clock makes no entry fresher, older, or gone."""
    still, jumping = CacheBench(), CacheBench()
    for bench in (still, jumping):
        bench.fetched(1.0)
        bench.later(age)
    jumping.wall += jump

    outcomes = [bench.read(bench.ask()) for bench in (still, jumping)]

    assert outcomes[0].status is outcomes[1].status
    ages = [outcome.reading and outcome.reading.age(still.now) for outcome in outcomes]
    assert ages[0] == ages[1]


def test_what_the_source_says_is_of_tomorrow_is_of_age_nought() -> None:
    """A source whose clock is ahead gives values of age 0, never of a negative age that would outlive its bounds."""
    bench = CacheBench()
    bench.fetched(1.0, old=-3600.0)
    bench.later(10.0)

    outcome = bench.read(bench.ask())

    assert outcome.reading is not None
    assert outcome.reading.age(bench.now) == 10.0


@pytest.mark.parametrize("outcome", [TIMED_OUT, *(default(reason) for reason in Reason)])
def test_a_default_is_never_kept(outcome: Outcome) -> None:
    """Whatever failed, the table stays empty."""
    bench = CacheBench()

    bench.cache.keep(bench.ask(), outcome)

    assert bench.cache.statistics().entries == 0


def test_a_stale_or_fresh_value_is_not_kept_as_new() -> None:
    """Only what was asked for and came is an entry: an old value put in again would never grow old."""
    bench = CacheBench()
    reading = Reading.of(Figure(value=1.0), bench.now, bench.wall)

    for outcome in (Outcome(Status.STALE, reading, Reason.TIMEOUT), Outcome(Status.FRESH, reading)):
        bench.cache.keep(bench.ask(), outcome)

    assert bench.cache.statistics().entries == 0


def test_a_ttl_of_nought_keeps_nothing() -> None:
    """A source that may not be cached is asked each time and nothing of it stands in, whatever its ceiling."""
    bench = CacheBench()
    never = source("quote", Of, ttl=0.0, stale=600.0)
    ask = ask_of(never, Of(of="a"), bench.clock)
    bench.cache.keep(ask, live(Reading.of(Figure(value=1.0), bench.now, bench.wall)))

    assert bench.read(ask).status is Status.DEFAULT
    assert len(bench.asks) == 1


def test_a_peek_serves_what_is_here_and_asks_nothing() -> None:
    """An ask that must not be asked gets fresh, then stale with the reason given, then default; no call is made."""
    bench = CacheBench()
    bench.fetched(1.0)
    words = []
    for _ in range(3):
        word = bench.cache.peek(bench.ask(), Reason.BUDGET)
        words.append((word.status.value, word.reason))
        bench.later(CEILING / 2 + 1)

    assert words == [("fresh", None), ("stale", Reason.BUDGET), ("default", Reason.BUDGET)]
    assert (bench.asks, bench.refreshes) == ([], [])


@pytest.mark.parametrize("scope", list(Scope))
def test_each_viewers_entry_is_a_key_of_its_own(scope: Scope) -> None:
    """The viewer is a part of the key: the same query of another viewer finds nothing."""
    bench = CacheBench()
    of = source("quote", Of, scope=scope)
    bench.cache.keep(
        ask_of(of, Of(of="a"), bench.clock, viewer="v1"), live(Reading.of(Figure(value=1.0), bench.now, bench.wall))
    )

    assert bench.read(ask_of(of, Of(of="a"), bench.clock, viewer="v2")).status is Status.DEFAULT
    assert bench.read(ask_of(of, Of(of="a"), bench.clock, viewer="v1")).status is Status.FRESH


@given(
    ages=st.lists(st.floats(0, 2 * CEILING), min_size=2, max_size=2).map(sorted),
    old=st.floats(0, CEILING),
    fresh_within=st.floats(0, CEILING),
    usable_within=st.floats(0, CEILING),
)
def test_a_status_never_gets_better_as_a_value_gets_older(
    ages: list[float], old: float, fresh_within: float, usable_within: float
) -> None:
    """Of one entry read at two ages, the older reading is never of a better status, and no default is in the cache."""
    statuses = []
    for age in ages:
        bench = CacheBench()
        bench.fetched(1.0, old=old)
        bench.later(age)
        outcome = bench.read(bench.ask(fresh_within=fresh_within, usable_within=max(fresh_within, usable_within)))
        assert (outcome.reading is None) == (outcome.status is Status.DEFAULT)
        statuses.append(ORDER.index(outcome.status))

    assert statuses == sorted(statuses)


def test_a_clock_that_moves_while_the_table_is_read_breaks_nothing() -> None:
    """An entry that expires between two looks at the clock is gone, and nobody is told of it by an exception."""
    for start in range(40):
        ticks = itertools.count(start)
        clock = Clock(lambda ticks=ticks: float(next(ticks)), lambda: 1_800_000_000.0)
        negatives = Negatives(NegativeLaw(), clock)
        cache = Cache(CacheLaw(jitter=0.0), clock, lambda: 0.0, negatives=negatives).around(CacheBench())
        brief = source("quote", Of, ttl=10.0, stale=20.0)
        ask = ask_of(brief, Of(of="a"), clock)
        cache.keep(ask, live(Reading.of(Figure(value=1.0), 20.0, 1_800_000_000.0)))

        for _ in range(10):
            assert isinstance(cache.start(ask), Outcome)
            cache.settle(ask, TIMED_OUT)
            cache.peek(ask, Reason.BUDGET)
        cache.keep(ask, default(Reason.ABSENT))

        assert cache.statistics().entries == 0
