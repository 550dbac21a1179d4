"""Admission: how much of an open is done by how loaded the gateway is; up at once, down in its time, never queueing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admission_gauge import Gauge
from gateway.admission import AdmissionLaw, Level

LEVELS = [(1, 0), (51, 0), (52, 1), (63, 1), (64, 2), (95, 2), (96, 3), (191, 3), (192, 4)]


@pytest.mark.parametrize(("opens", "level"), LEVELS)
def test_the_level_is_read_off_the_table(opens: int, level: int) -> None:
    """At 80, 100, 150 and 300 % of a limit of 64, for the open that makes it so many."""
    assert Gauge().enter(opens)[-1] == level


def test_an_open_beyond_all_is_refused_and_counted_and_holds_no_place() -> None:
    """At three times the limit the door is closed; those who were refused do not keep it so."""
    gauge = Gauge()

    levels = gauge.enter(1000)

    assert set(levels[191:]) == {Level.CLOSED}
    told = gauge.admission.statistics()
    assert (told.in_flight, told.refused) == (191, 809)


def test_levels_go_up_at_once_and_down_when_it_has_been_calm() -> None:
    """The open after the rush still has the rush's level; two seconds below it, all is done again."""
    gauge = Gauge()
    gauge.enter(96)
    gauge.leave(96)
    assert gauge.admission.enter() is Level.CACHED
    gauge.later(1.9)
    assert (gauge.admission.level, gauge.admission.enter()) == (Level.CACHED, Level.CACHED)
    gauge.later(0.2)

    assert (gauge.admission.level, gauge.admission.enter()) == (Level.NORMAL, Level.NORMAL)


def test_each_return_of_the_load_begins_the_calm_anew() -> None:
    """A rush every second and a half keeps the level up for as long as it goes on."""
    gauge = Gauge(AdmissionLaw(most=64.0))
    for _ in range(5):
        gauge.enter(64)
        gauge.leave(64)
        gauge.later(1.5)
        assert gauge.admission.level is Level.ESSENTIAL
    gauge.later(0.6)

    assert gauge.admission.level is Level.NORMAL


@pytest.mark.parametrize(("lag", "level"), [(0.014, 0), (0.015, 1), (0.049, 1), (0.050, 3), (0.5, 3)])
def test_a_loop_that_lags_raises_the_level(lag: float, level: int) -> None:
    """15 ms are thrifty and 50 ms are cached alone, with far fewer opens than the limit."""
    gauge = Gauge()
    gauge.enter(8)

    gauge.later(0.05, [lag] * 5)

    assert gauge.admission.level == level


@pytest.mark.parametrize("opens", [0, 7])
def test_a_lag_without_opens_is_not_their_doing(opens: int) -> None:
    """With fewer than the least limit in flight there is nothing to spare, and the lag has another cause."""
    gauge = Gauge()
    gauge.enter(opens)

    gauge.later(0.05, [0.2] * 5)

    assert gauge.admission.level is Level.NORMAL


def test_one_stall_is_no_load() -> None:
    """A garbage collection of half a second among wakes that are in time changes neither level nor limit."""
    gauge = Gauge(AdmissionLaw(most=64.0))
    gauge.enter(20)

    gauge.later(0.3, [0.0] * 5 + [0.5, 0.5])

    assert (gauge.admission.level, gauge.limit) == (Level.NORMAL, 64.0)


@pytest.mark.parametrize("opens", [0, 50, 51, 62, 63, 95, 190, 191, 500])
def test_a_look_tells_what_the_next_open_would_get(opens: int) -> None:
    """And takes no place; where it says closed the one who looked was refused, and counts as such."""
    gauge = Gauge()
    gauge.enter(opens)
    before = gauge.admission.statistics()

    level = gauge.admission.look()

    after = gauge.admission.statistics()
    assert (after.in_flight, after.refused - before.refused) == (before.in_flight, int(level is Level.CLOSED))
    assert gauge.admission.enter() is level


def test_a_step_to_five_times_the_limit_and_back() -> None:
    """Closed within the rush, nothing queued; normal two seconds after it, with what was refused told."""
    gauge = Gauge()
    levels = gauge.enter(5 * 64)
    assert [levels.count(level) for level in Level] == [51, 12, 32, 96, 129]
    gauge.later(1.0)
    gauge.leave(gauge.admission.statistics().in_flight)
    gauge.later(1.9)
    assert gauge.admission.level > Level.NORMAL
    gauge.later(0.2)

    assert (gauge.admission.level, gauge.admission.enter()) == (Level.NORMAL, Level.NORMAL)
    assert gauge.admission.statistics().refused == 129


def test_each_level_is_left_in_its_own_time() -> None:
    """Closed is over as soon as it is not needed, cached only two seconds after that."""
    gauge = Gauge(AdmissionLaw(most=64.0))
    gauge.enter(200)
    gauge.leave(91)
    gauge.later(0.1)
    assert gauge.admission.level is Level.CACHED
    gauge.leave(100)
    gauge.later(1.9)
    assert gauge.admission.level is Level.CACHED
    gauge.later(0.2)

    assert gauge.admission.level is Level.NORMAL


def test_switched_off_it_takes_all_in() -> None:
    """Whatever the number and the lag."""
    gauge = Gauge(AdmissionLaw(enabled=False))
    levels = gauge.enter(10_000)
    gauge.later(0.5, [1.0] * 50)

    assert set(levels) == {gauge.admission.enter()} == {Level.NORMAL}


@given(st.lists(st.tuples(st.sampled_from(["enter", "leave", "tick"]), st.floats(0, 0.2)), max_size=200))
def test_no_order_of_events_breaks_its_bounds(events: list[tuple[str, float]]) -> None:
    """The limit stays between least and most, nobody is in flight below nought, and a higher level is never late."""
    gauge = Gauge()
    inside = 0
    for what, number in events:
        if what == "enter":
            for _ in range(20):
                inside += gauge.admission.enter() is not Level.CLOSED
        elif what == "leave" and inside:
            gauge.leave(1, number - 0.1)
            inside -= 1
        else:
            gauge.hand.later(number)
            gauge.admission.tick(number - 0.1)
        told = gauge.admission.statistics()
        assert 8.0 <= told.limit <= 1024.0
        assert told.in_flight == inside
        assert told.level >= (Level.ESSENTIAL if inside >= 1.1 * told.limit and what == "enter" else Level.NORMAL)
