"""Every status is one fault and one cause, and every `Retry-After` a number of seconds from none to a day."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import Absent, BadReply, Misconfigured, Throttled, Transient, Unauthorized
from gateway.outcome import CAUSES
from gateway.pool.statuses import retry_after, row_of

WALL = 1_772_463_720.0  # Mon, 02 Mar 2026 15:02:00 GMT


@pytest.mark.parametrize(
    ("statuses", "row"),
    [
        ([201, 202, 203, 206, 299], (BadReply, "upstream_status")),
        ([204], (Absent, "upstream_204")),
        ([300, 301, 304, 307], (BadReply, "redirect_blocked")),
        ([401], (Unauthorized, "upstream_401")),
        ([403], (Unauthorized, "upstream_403")),
        ([404], (Absent, "upstream_404")),
        ([410], (Absent, "upstream_410")),
        ([429], (Throttled, "upstream_429")),
        ([400, 402, 405, 418, 422, 451], (Misconfigured, "upstream_4xx")),
        ([500, 501, 505, 599], (Transient, "upstream_5xx")),
        ([502, 503, 504], (Transient, "upstream_unavailable")),
        ([100, 101, 102, 600, 700, 999, 0], (Transient, "protocol_error")),
    ],
)
def test_a_status_has_its_row(statuses: list[int], row: tuple[type, str]) -> None:
    """The table of statuses, as the author of a connector is told it."""
    assert {row_of(status) for status in statuses} == {row}


@given(st.integers(0, 9999))
def test_no_status_is_without_a_row(status: int) -> None:
    """Whatever number stands there, the cause is of the closed list."""
    assert row_of(status)[1] in CAUSES


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": " 7 "}, 7.0),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "99999"}, 86_400.0),
        ({"Retry-After": "9" * 5000}, 86_400.0),
        ({"Retry-After": "-5"}, 1.0),
        ({"Retry-After": "soon"}, 1.0),
        ({"Retry-After": "1.5"}, 1.0),
        ({"Retry-After": "٣"}, 1.0),
        ({"Retry-After": ""}, 1.0),
        ({}, 1.0),
        ({"Retry-After": "Mon, 02 Mar 2026 15:02:09 GMT"}, 9.0),
        ({"Retry-After": "Mon, 02 Mar 2026 14:00:00 GMT"}, 1.0),
        ({"Retry-After": "Mon, 02 Mar 2099 14:00:00 GMT"}, 86_400.0),
        ({"Retry-After": "Mon, 02 Mar 99999 14:00:00 GMT"}, 1.0),
        # the vendor's clock is two hours ahead: its own date is what counts
        ({"Retry-After": "Mon, 02 Mar 2026 17:02:05 GMT", "Date": "Mon, 02 Mar 2026 17:02:00 GMT"}, 5.0),
        ({"Retry-After": "Mon, 02 Mar 2026 15:02:09 GMT", "Date": "yesterday"}, 9.0),
    ],
)
def test_a_wait_is_read_in_all_its_forms(headers: Mapping[str, str], seconds: float) -> None:
    """Seconds, a date against the vendor's or our own clock, and junk, which is a second."""
    assert retry_after(headers, WALL) == seconds


@given(st.text(), st.text())
def test_no_header_makes_a_wait_out_of_bounds(text: str, date: str) -> None:
    """Whatever a vendor writes, the wait is from none to a day."""
    assert 0 <= retry_after({"Retry-After": text, "Date": date}, WALL) <= 86_400
