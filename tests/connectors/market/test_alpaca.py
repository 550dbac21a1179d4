"""Alpaca as it is asked and read: real bodies to the last digit, hours by the session table, bounds, batches."""

from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from connector_samples import Answer, answers_of
from connectors import Absent, BadReply, Reply
from connectors.market.alpaca import Alpaca, AlpacaSettings, Ticker
from connectors.market.signal import Extended, Market
from vendor_bodies import raw

SETTINGS = AlpacaSettings.model_validate({"key_id": "test-key", "secret_key": "test-secret"})
REGULAR = "2026-03-03T15:30:00+00:00"
TODAY = {"t": "2026-03-03T05:00:00Z", "o": 50, "h": 50.5, "l": 49.5, "c": 50.2, "v": 1000}
YESTERDAY = {"t": "2026-03-02T05:00:00Z", "o": 49, "h": 50.1, "l": 48.9, "c": 50, "v": 900}
FRIDAY = {"t": "2026-02-27T05:00:00Z", "o": 48, "h": 48.6, "l": 47.7, "c": 48.5, "v": 800}


def ask(body: bytes, at: str, *symbols: str) -> list[Answer]:
    """What each symbol gets of a body that arrives at an instant."""
    reply = Reply(datetime.fromisoformat(at).astimezone(UTC), 200, {}, body)
    return answers_of(Alpaca(SETTINGS), [Ticker(symbol=symbol) for symbol in symbols], lambda _: reply)


def quote(at: str, **row: Any) -> Any:
    """What one symbol gets of a snapshot with these parts."""
    (answer,) = ask(orjson.dumps({"ACME": row}), at, "ACME")
    return answer


def trade(at: str, price: Any, *conditions: str) -> dict[str, Any]:
    """The latest trade of a snapshot."""
    return {"t": at, "p": price, "c": ["@", *conditions]}


def test_a_recorded_body_of_mid_morning() -> None:
    """AAPL on 2022-03-18 at 10:33 New York time: 161.1998 against 160.62 is +0.5798, +0.3610 %."""
    (answer,) = ask(raw("alpaca", "snapshots_aapl_2022-03-18_1433Z.json"), "2022-03-18T14:34:00Z", "AAPL")

    assert answer == Market(
        as_of=datetime(2022, 3, 18, 14, 33, 58, 448432, UTC),
        symbol="AAPL",
        currency="USD",
        last="161.1998",
        previous_close="160.62",
        open="160.59",
        high="161.92",
        low="159.76",
        volume="31749988",
        change="0.5798",
        change_pct="0.3610",
        change_since_open_pct="0.3797",
        market_state="regular",
        trading_date=date(2022, 3, 18),
        timezone="America/New_York",
        delay_s=0,
        feed="iex",
    )


def test_a_body_from_after_the_close() -> None:
    """The close is the last price, not the later and lower minute bar; the closing print is no late trade."""
    body = raw("alpaca", "snapshots_multi_after_close.json")
    apple, tesla, unknown = ask(body, "2021-05-11T21:50:00Z", "AAPL", "TSLA", "ZZZZ")

    assert isinstance(apple, Market)
    assert isinstance(tesla, Market)
    assert (apple.last, apple.change, apple.change_pct) == ("125.91", "-0.94", "-0.7410")
    assert (tesla.last, tesla.change, tesla.change_pct) == ("617.2", "-11.84", "-1.8822")
    assert (apple.market_state, apple.extended, apple.trading_date) == ("post", None, date(2021, 5, 11))
    assert apple.as_of == datetime(2021, 5, 11, 20, 0, 0, 435997, UTC)
    assert isinstance(unknown, Absent)


def test_a_body_without_any_symbol_is_absent() -> None:
    """Alpaca answers {} with status 200 where it knows none of the symbols."""
    answers = ask(raw("alpaca", "snapshots_unknown_symbol_empty.json"), REGULAR, "ZZZZ", "YYYY")

    assert [type(answer) for answer in answers] == [Absent, Absent]


def test_a_late_trade_is_extended_and_not_the_last_price() -> None:
    """At 17:00 a trade of 16:44 stands beside the close and is compared with it."""
    late = trade("2026-03-03T21:44:00.5Z", 49.2, "T")
    answer = quote("2026-03-03T22:00:00+00:00", latestTrade=late, dailyBar=TODAY, prevDailyBar=YESTERDAY)

    assert (answer.last, answer.change, answer.market_state) == ("50.2", "0.2", "post")
    assert answer.extended == Extended(
        kind="post", price="49.2", change="-1.0", change_pct="-1.9920", at=datetime(2026, 3, 3, 21, 44, 0, 500000, UTC)
    )


@pytest.mark.parametrize(
    ("at", "latest"),
    [
        ("2026-03-03T22:00:00Z", trade("2026-03-02T22:00:00Z", 49, "T")),  # of the evening before
        (REGULAR, trade("2026-03-03T13:00:00Z", 49, "T")),  # of this morning, and the session has traded since
        ("2026-03-03T22:00:00Z", trade("2026-03-03T21:00:00.4Z", 50.2, "M")),  # the official close, printed late
        ("2026-03-03T22:00:00Z", trade("2026-03-03T21:00:00.4Z", 50.2, "6")),
        ("2026-03-03T22:00:00Z", trade("2026-03-03T20:59:59Z", 50.2)),  # the last regular one
        ("2026-03-03T22:00:00Z", trade("2026-03-03T21:44:00Z", 25, "T")),  # a mistake
    ],
)
def test_a_trade_that_says_nothing_new_is_not_extended(at: str, latest: Any) -> None:
    """Older than the session of the last price, the close itself, regular, or out of bounds: no extended price."""
    answer = quote(at, latestTrade=latest, dailyBar=TODAY, prevDailyBar=YESTERDAY)

    assert (answer.last, answer.trading_date, answer.extended) == ("50.2", date(2026, 3, 3), None)


@pytest.mark.parametrize(
    ("daily", "previous", "last", "close_before", "day"),
    [
        (YESTERDAY, FRIDAY, "50", "48.5", "2026-03-02"),  # the bar of today has not begun
        (TODAY, YESTERDAY, "50", None, "2026-03-02"),  # a bar of today that holds no regular trade yet
    ],
)
def test_before_the_open_the_change_never_spans_two_days(
    daily: Any, previous: Any, last: str, close_before: str | None, day: str
) -> None:
    """A pre-market price is extended alone; the change is that of the last session, or null, whatever bars came."""
    early = trade("2026-03-03T13:29:00Z", 51, "T")
    answer = quote("2026-03-03T13:30:00+00:00", latestTrade=early, dailyBar=daily, prevDailyBar=previous)

    assert (answer.market_state, answer.last, answer.previous_close) == ("pre", last, close_before)
    assert (answer.change is None) == (close_before is None)
    assert answer.trading_date == date.fromisoformat(day)
    assert (answer.extended.kind, answer.extended.price, answer.extended.change_pct) == ("pre", "51", "2.0000")


def test_in_the_first_minute_the_close_before_is_the_newest_bar() -> None:
    """A regular trade of today while the daily bar is still yesterday's is compared with yesterday's close."""
    first = trade("2026-03-03T14:30:01Z", 50.5)
    answer = quote("2026-03-03T14:30:02+00:00", latestTrade=first, dailyBar=YESTERDAY, prevDailyBar=FRIDAY)

    assert (answer.last, answer.previous_close, answer.change_pct) == ("50.5", "50", "1.0000")
    assert (answer.trading_date, answer.open, answer.high, answer.volume) == (date(2026, 3, 3), None, None, None)


def test_a_symbol_not_traded_today_keeps_its_own_day() -> None:
    """In regular hours an old trade is not today's price: last, change and date are of the last session with one."""
    old = trade("2026-02-27T20:59:00Z", 48.4)
    answer = quote(REGULAR, latestTrade=old, dailyBar=YESTERDAY, prevDailyBar=FRIDAY)

    assert (answer.last, answer.previous_close, answer.trading_date) == ("50", "48.5", date(2026, 3, 2))
    assert (answer.market_state, answer.extended, answer.as_of) == (
        "regular",
        None,
        datetime(2026, 2, 27, 20, 59, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("at", "state"),
    [("2026-03-04T02:00:00Z", "closed"), ("2026-03-07T15:00:00Z", "closed"), ("2026-04-03T15:00:00Z", "holiday")],
)
def test_closed_and_holiday_keep_the_last_close(at: str, state: str) -> None:
    """At night, on a Saturday and on Good Friday the last session's close stands against the one before."""
    answer = quote(at, latestTrade=None, dailyBar=TODAY, prevDailyBar=YESTERDAY)

    assert (answer.market_state, answer.last, answer.previous_close) == (state, "50.2", "50")
    assert (answer.extended, answer.as_of, answer.trading_date) == (None, None, date(2026, 3, 3))


def test_beyond_the_table_the_vendor_is_taken_at_its_word() -> None:
    """With no calendar the state is unknown, the latest trade is the last price, and nothing is called extended."""
    today, before = {**TODAY, "t": "2031-03-04T05:00:00Z"}, {**YESTERDAY, "t": "2031-03-03T05:00:00Z"}
    late = trade("2031-03-04T22:30:00Z", 50.3)
    answer = quote("2031-03-04T23:00:00Z", latestTrade=late, dailyBar=today, prevDailyBar=before)

    assert (answer.last, answer.previous_close, answer.market_state) == ("50.3", "50", "unknown")
    assert (answer.extended, answer.trading_date) == (None, date(2031, 3, 4))


@pytest.mark.parametrize("instant", ["2026-03-03T15:32:00Z", "2026-03-03T15:29:00", "yesterday", None, 1])
def test_a_trade_of_no_known_time_is_no_price(instant: Any) -> None:
    """A trade of the future, or without a readable time, is neither the last price nor the time of observation."""
    answer = quote(REGULAR, latestTrade={"t": instant, "p": 55}, dailyBar=TODAY, prevDailyBar=YESTERDAY)

    assert (answer.last, answer.as_of, answer.extended) == ("50.2", None, None)


@pytest.mark.parametrize("price", [0, -1, 10_000_001, 0.00001, "50.25", True, None, [50], {}, 75, 25])
def test_a_price_out_of_bounds_is_a_bad_reply(price: Any) -> None:
    """A load-bearing price that is no number, not positive, absurd or half as far away as the close before."""
    latest = trade("2026-03-03T15:29:00Z", price)

    assert isinstance(quote(REGULAR, latestTrade=latest, prevDailyBar=YESTERDAY), BadReply)


@pytest.mark.parametrize(("price", "change_pct"), [(74.99, "49.9800"), (25.01, "-49.9800")])
def test_a_price_just_within_bounds_is_a_reading(price: float, change_pct: str) -> None:
    """Less than half as far away as the close before is a hard day, and true."""
    latest = trade("2026-03-03T15:29:00Z", price)

    assert quote(REGULAR, latestTrade=latest, prevDailyBar=YESTERDAY).change_pct == change_pct


@pytest.mark.parametrize(
    ("part", "nulls"),
    [
        ({"h": 49, "l": 50}, {"high", "low"}),
        ({"h": 50.1}, {"high", "low"}),
        ({"l": None}, {"high", "low"}),
        ({"o": 0}, {"open", "change_since_open_pct"}),
        ({"o": "50"}, {"open", "change_since_open_pct"}),
        ({"o": 500}, {"open", "change_since_open_pct"}),
        ({"v": -1}, {"volume"}),
        ({"v": True}, {"volume"}),
    ],
)
def test_an_optional_figure_that_cannot_be_true_is_null(part: Any, nulls: set[str]) -> None:
    """High and low out of order or not around the price, an absurd open, a negative volume: null, the rest stays."""
    whole = quote(REGULAR, latestTrade=trade("2026-03-03T15:29:00Z", 50.2), dailyBar=TODAY, prevDailyBar=YESTERDAY)
    answer = quote(
        REGULAR, latestTrade=trade("2026-03-03T15:29:00Z", 50.2), dailyBar={**TODAY, **part}, prevDailyBar=YESTERDAY
    )

    assert whole.model_dump(exclude=nulls) == answer.model_dump(exclude=nulls)
    assert {name for name, value in whole if value is not None and getattr(answer, name) is None} == nulls


def test_an_unchanged_price_has_a_change_of_zero_and_no_minus() -> None:
    """0 is a fact and stays 0; a change too small for four decimals is not a minus zero."""
    same = quote(REGULAR, latestTrade=trade("2026-03-03T15:29:00Z", 50.0), prevDailyBar=YESTERDAY)
    tiny = quote(
        REGULAR, latestTrade=trade("2026-03-03T15:29:00Z", 99999.9999), prevDailyBar={**YESTERDAY, "c": 100000}
    )

    assert (same.change, same.change_pct) == ("0.0", "0.0000")
    assert (tiny.change, tiny.change_pct) == ("-0.0001", "0.0000")
