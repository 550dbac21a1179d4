"""How many opens at once are well served: less while the loop lags or answers are late, more while it is used."""

import pytest

from admission_gauge import Gauge


def test_the_limit_shrinks_by_a_tenth_while_the_loop_lags() -> None:
    """Every tenth of a second, down to the least and no lower."""
    gauge = Gauge()
    gauge.enter(20)
    gauge.later(0.11, [0.021] * 11)
    assert gauge.limit == pytest.approx(57.6)

    gauge.later(10.0, [0.021] * 1000)

    assert gauge.limit == 8.0


@pytest.mark.parametrize(
    ("late", "of", "overshoot", "limit"),
    [(2, 100, 0.011, 57.6), (1, 100, 0.011, 66.0), (100, 100, 0.010, 66.0), (0, 100, 0.0, 66.0)],
)
def test_the_limit_shrinks_when_more_than_one_in_a_hundred_are_late(
    late: int, of: int, overshoot: float, limit: float
) -> None:
    """Late is more than 10 ms past the budget; one in a hundred is not too many."""
    gauge = Gauge()
    for number in range(of):
        gauge.enter(40) if number == 0 else gauge.enter(1)
        gauge.leave(1, overshoot if number < late else -0.1)

    gauge.later(0.11)

    assert gauge.limit == pytest.approx(limit)


@pytest.mark.parametrize(("opens", "grows"), [(31, False), (32, True)])
def test_the_limit_grows_only_while_it_is_used(opens: int, grows: bool) -> None:
    """Half of it must have been in flight; a quiet night leaves it where it was."""
    gauge = Gauge()
    gauge.enter(opens)

    gauge.later(10.0)

    assert gauge.limit > 64.0 if grows else gauge.limit == 64.0


def test_a_rush_within_a_tick_counts_as_use() -> None:
    """Opens are shorter than a tick: what was in flight at most in between is what counts."""
    gauge = Gauge()
    gauge.enter(40)
    gauge.leave(40)

    gauge.later(0.11)
    assert gauge.limit == 66.0
    gauge.later(1.0)
    assert gauge.limit == 66.0


def test_the_limit_has_a_most() -> None:
    """It grows to 1 024 under steady use, and no further."""
    gauge = Gauge()
    for _ in range(400):
        room = int(gauge.limit * 0.75)
        gauge.enter(room)
        gauge.leave(room)
        gauge.later(0.11)

    assert gauge.limit == 1024.0


@pytest.mark.parametrize("others", [0, 1000])
def test_those_who_left_are_no_sample(others: int) -> None:
    """Cancelled opens neither shrink the limit nor hide that of twenty answers one was late."""
    gauge = Gauge()
    gauge.enter(40)
    for number in range(20):
        gauge.enter(1)
        gauge.leave(1, 0.05 if number == 0 else -0.1)
    for _ in range(others):
        gauge.enter(1)
        gauge.leave(1, None)

    gauge.later(0.11)

    assert gauge.limit == pytest.approx(57.6)
    assert gauge.admission.statistics().in_flight == 40


def test_each_tick_is_judged_by_its_own_opens() -> None:
    """Late ones of the tick before are not held against a tick in which all is on time."""
    gauge = Gauge()
    gauge.enter(40)
    gauge.leave(10, 0.05)
    gauge.later(0.11)
    assert gauge.limit == pytest.approx(57.6)
    gauge.leave(1)

    gauge.later(0.11)

    assert gauge.limit > 57.6
