"""The session table as it is shipped: known dates, hours by the exchange's own clock, and its end."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import orjson
import pytest

from connectors.market import sessions
from connectors.market.sessions import SESSIONS, State
from vendor_bodies import body

FILE = Path(sessions.__file__).with_name("sessions.json")


def utc(text: str) -> datetime:
    """An instant written in any zone, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def days_between(first: date, last: date) -> list[date]:
    """Every date from the first to the last."""
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]


def test_the_table_is_compact_and_covers_ten_years() -> None:
    """2510 sessions follow from 97 holidays and 21 half days in less than 2.3 kB."""
    table = orjson.loads(FILE.read_bytes())
    days = days_between(SESSIONS.first, SESSIONS.ends)

    assert (table["mic"], table["first"], table["last"]) == ("XNYS", "2021-01-04", "2030-12-31")
    assert (len(table["holidays"]), len(table["half_days"])) == (97, 21)
    assert len([day for day in days if SESSIONS.has(day)]) == 2510
    assert FILE.stat().st_size < 2300


def test_what_the_table_lists_are_days_that_would_trade_otherwise() -> None:
    """Holidays are weekdays, half days are sessions, and no date is both."""
    assert {day.weekday() for day in SESSIONS.holidays} <= {0, 1, 2, 3, 4}
    assert all(SESSIONS.has(day) for day in SESSIONS.half_days)
    assert not SESSIONS.holidays & SESSIONS.half_days


@pytest.mark.parametrize(
    "day",
    [
        *("2021-04-02", "2022-04-15", "2023-04-07", "2024-03-29", "2025-04-18", "2026-04-03"),  # Good Fridays
        *("2022-06-20", "2023-06-19", "2024-06-19", "2025-06-19", "2027-06-18"),  # Juneteenth, moved off a weekend
        "2025-01-09",  # the day of mourning for James Carter
        *("2021-12-24", "2022-12-26", "2023-01-02", "2024-11-28", "2026-07-03"),
    ],
)
def test_a_day_on_which_the_exchange_was_or_will_be_shut(day: str) -> None:
    """The known holidays are no sessions, and at noon the state is holiday."""
    assert not SESSIONS.has(date.fromisoformat(day))
    assert SESSIONS.state(utc(f"{day}T12:00:00-05:00")) == "holiday"


@pytest.mark.parametrize("day", ["2021-06-18", "2021-12-31", "2022-04-14", "2025-01-10", "2021-01-04", "2030-12-31"])
def test_a_day_that_only_looks_like_a_holiday(day: str) -> None:
    """Before 2022 Juneteenth was a session, and so were these eves and the first and last date of the table."""
    assert SESSIONS.has(date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2021-11-26", "2022-11-25", "2023-07-03", "2024-12-24", "2025-11-28", "2026-11-27"])
def test_a_half_day_ends_at_one(day: str) -> None:
    """The day after Thanksgiving and the eves of holidays end at 13:00, other days at 16:00."""
    known = date.fromisoformat(day)

    assert SESSIONS.close_of(known) == time(13)
    assert SESSIONS.close_of(known - timedelta(days=7)) == time(16)


@pytest.mark.parametrize(
    ("at", "state"),
    [
        ("2022-11-25T14:29:59.999999Z", "pre"),
        ("2022-11-25T14:30:00Z", "regular"),
        ("2022-11-25T17:59:59.999999Z", "regular"),
        ("2022-11-25T18:00:00Z", "post"),
        ("2022-11-25T21:59:59Z", "post"),
        ("2022-11-25T22:00:00Z", "closed"),
        ("2026-03-03T03:59:00-05:00", "closed"),
        ("2026-03-03T04:00:00-05:00", "pre"),
        ("2026-03-03T09:30:00-05:00", "regular"),
        ("2026-03-03T16:00:00-05:00", "post"),
        ("2026-03-03T19:59:59-05:00", "post"),
        ("2026-03-03T20:00:00-05:00", "closed"),
        ("2026-03-07T12:00:00-05:00", "closed"),
        ("2026-03-08T12:00:00-04:00", "closed"),
    ],
)
def test_the_state_follows_the_hours(at: str, state: State) -> None:
    """Each stage begins at its own instant: 04:00, 09:30, the close, four hours after it; weekends are closed."""
    assert SESSIONS.state(utc(at)) == state


@pytest.mark.parametrize(
    ("day", "opens_at"),
    [
        ("2026-03-06", "14:30"),  # both in winter time
        ("2026-03-09", "13:30"),  # New York has changed, London has not
        ("2026-03-30", "13:30"),  # both in summer time
        ("2026-10-26", "13:30"),  # London has changed back, New York has not
        ("2026-11-02", "14:30"),  # both in winter time
    ],
)
def test_the_open_follows_new_york_through_the_weeks_when_clocks_differ(day: str, opens_at: str) -> None:
    """Regular trading begins at 09:30 in New York, whatever that is in UTC and in London."""
    opening = utc(f"{day}T{opens_at}:00Z")

    assert SESSIONS.state(opening) == "regular"
    assert SESSIONS.state(opening - timedelta(microseconds=1)) == "pre"


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2022-03-18T14:33:58Z", "2022-03-18"),
        ("2026-03-03T09:29:59-05:00", "2026-03-02"),
        ("2026-03-03T09:30:00-05:00", "2026-03-03"),
        ("2026-03-03T23:59:59-05:00", "2026-03-03"),
        ("2026-03-07T12:00:00-05:00", "2026-03-06"),
        ("2026-03-09T08:00:00-04:00", "2026-03-06"),
        ("2025-01-09T12:00:00-05:00", "2025-01-08"),
        ("2022-11-25T23:00:00Z", "2022-11-25"),
        ("2021-01-04T09:30:00-05:00", "2021-01-04"),
        ("2030-12-31T23:59:59-05:00", "2030-12-31"),
    ],
)
def test_the_trading_date_is_the_last_session_that_had_opened(at: str, day: str) -> None:
    """Before the open, at weekends and on holidays it is an earlier day."""
    assert SESSIONS.trading_date(utc(at)) == date.fromisoformat(day)


def test_beyond_its_ends_the_table_claims_nothing() -> None:
    """Before the first date and after the last the state is unknown and there is no trading date."""
    outside = [utc("2021-01-03T12:00:00-05:00"), utc("2031-01-01T00:00:00-05:00"), utc("2040-06-03T12:00:00Z")]

    assert [SESSIONS.state(at) for at in outside] == ["unknown"] * 3
    assert [SESSIONS.trading_date(at) for at in outside] == [None] * 3
    assert SESSIONS.trading_date(utc("2021-01-04T09:29:59-05:00")) is None


def test_the_days_left_are_counted_by_the_exchanges_date() -> None:
    """The count ends at 0 on the last date by New York's clock and is negative beyond."""
    assert SESSIONS.days_left(utc("2030-11-01T12:00:00Z")) == 60
    assert SESSIONS.days_left(utc("2031-01-01T04:59:59Z")) == 0
    assert SESSIONS.days_left(utc("2031-01-01T05:00:00Z")) == -1


def test_an_instant_without_a_zone_is_refused() -> None:
    """A naive time would silently be read as the machine's own."""
    with pytest.raises(ValueError, match="zone"):
        SESSIONS.state(datetime(2026, 3, 3, 15, 30))  # noqa: DTZ001 - the wrong input that this is about


@pytest.mark.parametrize(("name", "state"), [("PRE", "pre"), ("CLOSED", "closed")])
def test_the_table_agrees_with_what_a_vendor_said_then(name: str, state: State) -> None:
    """At the time of two recorded answers about US stocks the table tells the state that the vendor told."""
    recorded = body("yahoo", f"quote_marketState_{name}.json")
    at = datetime.strptime(recorded["headers"]["date"][0], "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    quote = recorded["body"]["quoteResponse"]["result"][0]
    last = datetime.fromtimestamp(quote["regularMarketTime"], UTC)

    assert quote["marketState"].lower() == state
    assert SESSIONS.state(at) == state
    assert SESSIONS.trading_date(at) == SESSIONS.local(last).date()
