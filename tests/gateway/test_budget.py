"""The budget arithmetic: clamps, the reserve and junk."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.budget import BudgetLaw, asked_seconds, deadline

LAW = BudgetLaw()


@pytest.mark.parametrize("junk", [None, True, False, "300", -1, math.nan, math.inf, -math.inf, [], {}, 10**400])
def test_junk_budgets_are_ignored(junk: object) -> None:
    """Anything that is not a finite number of at least 0 counts as no budget asked for."""
    assert asked_seconds(junk) is None


@pytest.mark.parametrize(("asked", "seconds"), [(0, 0.0), (300, 0.3), (12.5, 0.0125)])
def test_a_number_is_read_as_milliseconds(asked: float, seconds: float) -> None:
    """A finite number of at least 0 is the asked budget in milliseconds; 0 is a number, not an absence."""
    assert asked_seconds(asked) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("asked", "template", "total"),
    [(None, 0.4, 0.4), (None, None, 0.4), (0.3, 0.4, 0.3), (5.0, 0.4, 0.4), (0.0, 0.4, 0.03), (None, 9.0, 2.0)],
)
def test_a_player_may_ask_for_less_never_for_more(asked: float | None, template: float | None, total: float) -> None:
    """The total is the asked or the template's budget, within the floor and the ceiling."""
    assert deadline(0.0, asked, template, 0.0, LAW).total == pytest.approx(total)


def test_the_worked_example_of_the_reserve() -> None:
    """With 400 ms and a finish of 4 ms the reserve is 6 ms, so collecting ends 394 ms after the first byte."""
    assert deadline(10.0, None, 0.4, 0.004, LAW).collect == pytest.approx(10.394)


def test_the_fraction_caps_the_floor_of_the_reserve() -> None:
    """At the smallest budget the 15 % cap wins over the 5 ms floor."""
    assert deadline(0.0, 0.0, 0.4, 0.0, LAW).collect == pytest.approx(0.0255)


@given(
    asked=st.none() | st.floats(0, 1e9),
    template=st.none() | st.floats(0.03, 100),
    finish=st.floats(0, 100),
)
def test_collecting_always_ends_inside_the_budget(asked: float | None, template: float | None, finish: float) -> None:
    """Whatever is asked or measured, collecting ends after it began and before the budget does."""
    made = deadline(0.0, asked, template, finish, LAW)

    assert 0 < made.collect < made.end <= LAW.most
