"""What came of an ask: closed lists of words, and one row for each fault."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connectors
from connectors import Absent, BadReply, Fault, Misconfigured, Throttled, Transient, Unauthorized
from gateway.outcome import (
    CAUSES,
    LONGEST_WAIT,
    OF_FAULT,
    STALE_MAY_STAND_IN,
    TIMED_OUT,
    TOO_LATE,
    Reading,
    Reason,
    Status,
    Verdict,
    default,
    live,
    of_fault,
    row_of,
)
from stand_in import Figure

WALL = 1_800_000_000.0
REASONS = (
    "timeout budget breaker bulkhead quota shed error invalid absent unauthorized dependency input anonymous consent "
    "prefetch plugin"
)

ROWS = [
    (Absent, Reason.ABSENT, Verdict.GOOD),
    (Throttled, Reason.QUOTA, Verdict.NEUTRAL),
    (Unauthorized, Reason.UNAUTHORIZED, Verdict.NEUTRAL),
    (Transient, Reason.ERROR, Verdict.BAD),
    (BadReply, Reason.INVALID, Verdict.BAD),
    (Misconfigured, Reason.ERROR, Verdict.NEUTRAL),
]


def test_the_lists_of_words_are_closed() -> None:
    """Payloads carry these statuses and reasons, in these spellings, and no others."""
    assert [status.value for status in Status] == ["live", "fresh", "stale", "default"]
    assert [reason.value for reason in Reason] == REASONS.split()


@pytest.mark.parametrize(("fault", "reason", "verdict"), ROWS)
def test_each_fault_has_its_row(fault: type[Fault], reason: Reason, verdict: Verdict) -> None:
    """Each of the six faults says one reason and one verdict, the same word that the fault itself has."""
    outcome = of_fault(fault("a message"))

    assert (outcome.status, outcome.reading, outcome.reason) == (Status.DEFAULT, None, reason)
    assert row_of(fault("a message")) == (reason, verdict)
    assert reason.value == fault.reason


def test_no_fault_is_without_a_row() -> None:
    """Every fault that an author can import is in the table."""
    public = {getattr(connectors, name) for name in connectors.__all__}
    faults = {one for one in public - {Fault} if isinstance(one, type) and issubclass(one, Fault)}

    assert set(OF_FAULT) == faults == {row[0] for row in ROWS}


def test_a_connectors_own_fault_counts_as_what_it_is_made_from() -> None:
    """A subclass, of any depth, has the row of its nearest base."""

    class Closed(Absent):
        pass

    class ClosedForever(Closed):
        pass

    assert row_of(ClosedForever("never")) == OF_FAULT[Absent]


@pytest.mark.parametrize("cause", ["4111 1111 1111 1111", "", None, 7, ["dns_error"], "DNS_ERROR"])
def test_a_cause_that_nobody_knows_is_not_repeated(cause: Any) -> None:
    """What a fault names as its cause could hold a viewer's value: only the words of the list are taken."""
    fault = Transient("down")
    fault.cause = cause  # type: ignore[attr-defined]

    assert of_fault(fault, "reset").cause == "reset"


@pytest.mark.parametrize("cause", sorted(CAUSES))
def test_a_known_cause_is_taken(cause: str) -> None:
    """A fault that names a cause of the list is told by it."""
    fault = Transient("down")
    fault.cause = cause  # type: ignore[attr-defined]

    assert of_fault(fault).cause == cause


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        (0, 0.0),
        (7, 7.0),
        (0.5, 0.5),
        (60, 60.0),
        (99_999, LONGEST_WAIT),
        (math.inf, LONGEST_WAIT),
        (10**400, LONGEST_WAIT),
        (-5, None),
        (math.nan, None),
        (None, None),
        ("7", None),
        (True, None),
        ([7], None),
    ],
)
def test_a_wait_is_between_nought_and_a_minute(asked: Any, wait: float | None) -> None:
    """A vendor's word keeps us from asking it for a minute at most; what is no number of seconds says nothing."""
    assert of_fault(Throttled("429", retry_after=asked)).retry_after == wait


def test_an_old_value_stands_in_for_failures_and_refusals() -> None:
    """It does not where the source says that there is none, where there is no query, or nothing may be read."""
    never = {"absent", "dependency", "input", "anonymous", "consent", "prefetch"}

    assert {reason.value for reason in Reason} - {reason.value for reason in STALE_MAY_STAND_IN} == never


def test_the_two_ways_to_be_late_differ() -> None:
    """Sent and not back in time is `timeout`; not sent because there was no time is `budget`."""
    assert (TIMED_OUT.reason, TOO_LATE.reason) == (Reason.TIMEOUT, Reason.BUDGET)
    assert {TIMED_OUT.cause, TOO_LATE.cause} <= CAUSES
    assert TIMED_OUT.status is TOO_LATE.status is Status.DEFAULT


def test_live_has_no_reason_and_default_no_reading() -> None:
    """A reason stands exactly where there is something to explain."""
    reading = Reading.of(Figure(value=1.0), 10.0, WALL)

    assert (live(reading).reason, live(reading).reading) == (None, reading)
    assert (default(Reason.SHED).reading, default(Reason.SHED).reason) == (None, Reason.SHED)


def test_a_reading_is_as_old_as_its_source_says() -> None:
    """A value observed two hours before its fetch is two hours old then, and grows older with the monotonic clock."""
    observed = datetime.fromtimestamp(WALL, UTC) - timedelta(hours=2)
    reading = Reading.of(Figure(value=1.0, as_of=observed), 10.0, WALL)

    assert (reading.age(10.0), reading.age(70.0)) == (7200.0, 7260.0)


def test_a_reading_without_a_time_of_its_own_is_as_old_as_its_fetch() -> None:
    """Where the source states no time the fetch is what counts."""
    reading = Reading.of(Figure(value=1.0), 10.0, WALL)

    assert (reading.age(10.0), reading.age(11.5)) == (0.0, 1.5)


@given(offset=st.floats(-1e6, 1e6), fetched=st.floats(0, 1e6), later=st.floats(-10, 1e6))
def test_no_age_is_negative(offset: float, fetched: float, later: float) -> None:
    """A source ahead of our clock, or a clock read out of order, gives no value an age below nought."""
    observed = datetime.fromtimestamp(WALL + offset, UTC)
    reading = Reading.of(Figure(as_of=observed), fetched, WALL)

    assert reading.age(fetched + later) >= 0.0


def test_the_document_is_what_expressions_read() -> None:
    """Expressions see JSON: a time is a text, an empty member is null, and nothing is left out."""
    reading = Reading.of(Figure(value=1.0, as_of=datetime(2026, 11, 23, 9, tzinfo=UTC)), 10.0, WALL)

    assert reading.document == {"as_of": "2026-11-23T09:00:00Z", "value": 1.0, "label": None, "owner": None}
