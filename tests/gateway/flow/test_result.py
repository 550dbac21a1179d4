"""What came of one signal: of its ask, of its elements together, or of what it is derived from."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.flow.result import combine, derive
from gateway.outcome import Outcome, Reading, Reason, Status, default, live
from morning import SOURCES, TEMPLATE
from stand_in import Figure
from virtual_time import loaded

NEEDS = {need.name: need for need in loaded(TEMPLATE, SOURCES).needs}
WALL, NOW = 1_800_000_000.0, 100.0
ORDER = (Status.LIVE, Status.FRESH, Status.STALE, Status.DEFAULT)


def outcome(status: Status, *, fetched: float = NOW, value: float = 1.0) -> Outcome:
    """An outcome of a status; what is stale or default is so for a time-out."""
    reading = Reading.of(Figure(value=value), fetched, WALL)
    if status is Status.DEFAULT:
        return default(Reason.TIMEOUT, "total_timeout")
    return Outcome(status, reading, Reason.TIMEOUT if status is Status.STALE else None)


@pytest.mark.parametrize("statuses", list(itertools.product(ORDER, repeat=3)))
def test_elements_together_are_as_good_as_the_worst(statuses: tuple[Status, ...]) -> None:
    """Live, fresh, stale, default: the last in this row is what the signal's entry says, with its reason."""
    outcomes = [outcome(status, value=float(number)) for number, status in enumerate(statuses)]

    result = combine(NEEDS["quotes"], ("AA", "BB", "CC"), outcomes, NOW, 0.02)

    worst = max(statuses, key=ORDER.index)
    assert (result.status, result.took) == (worst, 0.02)
    assert (result.reason is None) == (worst in {Status.LIVE, Status.FRESH})
    if worst is Status.DEFAULT:
        assert result.document is None
    else:
        values = {name: one["value"] for name, one in (result.document or {}).items()}
        assert values == {"AA": 0.0, "BB": 1.0, "CC": 2.0}


@given(ages=st.lists(st.floats(0, 90), min_size=1, max_size=9))
def test_elements_together_are_as_old_as_the_oldest(ages: list[float]) -> None:
    """The age of a signal asked once an element is that of its oldest element."""
    outcomes = [outcome(Status.FRESH, fetched=NOW - age) for age in ages]

    result = combine(NEEDS["quotes"], tuple(f"S{number}" for number in range(len(ages))), outcomes, NOW, 0.0)

    assert result.age == pytest.approx(max(ages))


def test_nothing_asked_is_an_empty_value() -> None:
    """An empty list is a live and empty mapping: nothing held is not nothing known."""
    result = combine(NEEDS["quotes"], (), [], NOW, 0.0)

    assert (result.status, result.reason, result.document, result.age) == (Status.LIVE, None, {}, 0.0)


def test_one_ask_is_one_result() -> None:
    """A signal asked once has the document of its reading itself, and a default has none."""
    good = combine(NEEDS["sky"], None, [live(Reading.of(Figure(value=4.0), NOW - 5, WALL))], NOW, 0.02)
    bad = combine(NEEDS["sky"], None, [default(Reason.SHED, "starved")], NOW, 0.02)

    assert (good.document and good.document["value"], good.age, good.reason) == (4.0, 5.0, None)
    assert (bad.document, bad.reason, bad.cause, bad.age) == (None, Reason.SHED, "starved", 0.0)


def quotes(*statuses: Status) -> list[Any]:
    """The results of signals of these statuses."""
    return [combine(NEEDS["sky"], None, [outcome(status)], NOW, 0.0) for status in statuses]


@pytest.mark.parametrize(
    ("parents", "status", "reason"),
    [
        ([], Status.LIVE, None),
        ([Status.LIVE, Status.FRESH], Status.FRESH, None),
        ([Status.STALE, Status.LIVE], Status.STALE, Reason.TIMEOUT),
        ([Status.DEFAULT, Status.STALE], Status.DEFAULT, Reason.DEPENDENCY),
    ],
)
def test_what_is_derived_is_as_good_as_its_worst_parent(
    parents: list[Status], status: Status, reason: Reason | None
) -> None:
    """A figure from stale parents is stale, and one from defaults says that it depends on them."""
    result = derive(NEEDS["total"], {"quotes": {"AA": {"value": 2.0}}}, quotes(*parents), NOW, WALL)

    assert (result.status, result.reason) == (status, reason)
    assert result.document is not None
    assert result.document["value"] == 2.0


@pytest.mark.parametrize("values", [{"quotes": 7}, {"quotes": [1]}, {"quotes": {"AA": {"value": "much"}}}])
def test_inputs_of_another_type_are_a_dependency(values: dict[str, Any]) -> None:
    """Where an input is not what the function takes it is not run, and the signal is `dependency`."""
    result = derive(NEEDS["total"], values, quotes(Status.LIVE), NOW, WALL)

    assert (result.status, result.reason, result.document) == (Status.DEFAULT, Reason.DEPENDENCY, None)


def test_what_could_not_be_bound_is_told_as_it_is() -> None:
    """A derivation whose inputs were refused has the reason of the refusal."""
    result = derive(NEEDS["total"], default(Reason.ANONYMOUS, "no_ticket"), [], NOW, WALL)

    assert (result.status, result.reason, result.cause) == (Status.DEFAULT, Reason.ANONYMOUS, "no_ticket")
