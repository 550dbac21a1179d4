"""The portfolio at every kind of moment: which day its change is of, and what the market is doing."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from connector_samples import answers_of
from connectors import Reply
from connectors.market.alpaca import Alpaca, AlpacaSettings, Ticker
from connectors.market.portfolio import UNKNOWN_PORTFOLIO, Portfolio, portfolio
from connectors.market.signal import Market
from vendor_bodies import raw

NEW_YORK, LONDON, TOKYO = "America/New_York", "Europe/London", "Asia/Tokyo"


def quote(day: str | None, **fields: Any) -> Market:
    """A quote of a day, 110 after 100."""
    told = {"last": "110", "previous_close": "100", "currency": "USD", "timezone": NEW_YORK, "trading_date": day}
    return Market.model_validate(told | fields)


def at(now: str, quotes: dict[str, Any], zone: str = NEW_YORK) -> Any:
    """The portfolio of one unit of each quote at a moment."""
    holdings = [{"symbol": symbol, "quantity": 1} for symbol in quotes]
    return portfolio(
        {"holdings": holdings, "quotes": quotes, "now": datetime.fromisoformat(now).astimezone(UTC), "zone": zone}
    )


@pytest.mark.parametrize(
    ("now", "day", "state", "basis"),
    [
        pytest.param("2026-03-03T10:30:00-05:00", "2026-03-03", "regular", "today", id="regular hours"),
        pytest.param("2026-03-03T08:00:00-05:00", "2026-03-02", "pre", "last_close", id="before the open"),
        pytest.param("2026-03-03T09:30:05-05:00", "2026-03-02", "regular", "last_close", id="before the first trade"),
        pytest.param("2026-03-03T17:00:00-05:00", "2026-03-03", "post", "today", id="after the close"),
        pytest.param("2026-03-03T21:00:00-05:00", "2026-03-03", "closed", "today", id="at night"),
        pytest.param("2026-03-04T00:30:00-05:00", "2026-03-03", "closed", "last_close", id="after midnight"),
        pytest.param("2026-03-07T12:00:00-05:00", "2026-03-06", "closed", "last_close", id="Saturday"),
        pytest.param("2026-03-08T12:00:00-04:00", "2026-03-06", "closed", "last_close", id="Sunday"),
        pytest.param("2026-04-03T12:00:00-04:00", "2026-04-02", "holiday", "last_close", id="Good Friday"),
        pytest.param("2022-11-25T17:59:00+00:00", "2022-11-25", "regular", "today", id="half-day, before 13:00"),
        pytest.param("2022-11-25T18:00:00+00:00", "2022-11-25", "post", "today", id="half-day, after 13:00"),
        pytest.param("2022-11-25T23:00:00+00:00", "2022-11-25", "closed", "today", id="half-day, evening"),
    ],
)
def test_the_state_and_the_day_of_the_change(now: str, day: str, state: str, basis: str) -> None:
    """For a viewer in New York the state is the exchange's now, and "today" is said of today's trading only."""
    made = at(now, {"ACME": quote(day)})

    assert (made.market_state, made.basis, made.trading_date) == (state, basis, date.fromisoformat(day))


@pytest.mark.parametrize(
    ("now", "zone", "state", "basis"),
    [
        ("2026-03-10T08:00:00+09:00", TOKYO, "post", "last_close"),  # Monday 19:00 in New York, Tuesday here
        ("2026-03-10T09:30:00+09:00", TOKYO, "closed", "last_close"),
        ("2026-03-09T23:30:00+09:00", TOKYO, "regular", "today"),  # Monday 10:30 there, still Monday here
        ("2026-03-10T00:30:00+09:00", TOKYO, "regular", "last_close"),  # the same session, but Tuesday here
        ("2026-03-09T18:00:00+00:00", LONDON, "regular", "today"),
        ("2026-03-09T23:30:00-07:00", "America/Los_Angeles", "closed", "last_close"),  # Tuesday 02:30 in New York
    ],
)
def test_today_is_today_for_the_exchange_and_the_viewer_both(now: str, zone: str, state: str, basis: str) -> None:
    """Monday's change is "today" only while it is Monday in New York and where the viewer is."""
    made = at(now, {"ACME": quote("2026-03-09")}, zone)

    assert (made.market_state, made.basis) == (state, basis)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2026-03-09T13:29:59+00:00", "pre"),
        ("2026-03-09T13:30:00+00:00", "regular"),
        ("2026-03-09T19:59:59+00:00", "regular"),
        ("2026-03-09T20:00:00+00:00", "post"),
        ("2026-10-26T13:30:00+00:00", "regular"),
        ("2026-10-26T20:00:00+00:00", "post"),
    ],
)
def test_in_the_weeks_when_clocks_differ_the_open_is_half_past_one_in_london(now: str, state: str) -> None:
    """Between the changes of American and European clocks the session is 13:30 to 20:00 for a viewer in London."""
    day = now[:10]
    made = at(now, {"ACME": quote(day)}, LONDON)

    assert (made.market_state, made.basis) == (state, "today")


def test_a_halt_is_told_while_the_market_is_open_and_no_longer() -> None:
    """A quote fetched in a halt says halted in regular hours; after them the exchange is simply closed."""
    halted = {"ACME": quote("2026-03-03", market_state="halted")}
    during, after = at("2026-03-03T12:00:00-05:00", halted), at("2026-03-03T21:00:00-05:00", halted)

    assert (during.market_state, during.basis) == ("halted", "today")
    assert (after.market_state, after.basis) == ("closed", "today")


def test_states_that_differ_are_mixed() -> None:
    """One halted symbol among trading ones is neither a halted nor a regular portfolio."""
    quotes = {"ACME": quote("2026-03-03", market_state="halted"), "BOLT": quote("2026-03-03", market_state="closed")}

    assert at("2026-03-03T12:00:00-05:00", quotes).market_state == "mixed"


@pytest.mark.parametrize(
    ("fields", "now", "basis"),
    [
        ({}, "2031-03-03T12:00:00-05:00", "today"),  # the table has ended
        ({"timezone": None}, "2026-03-03T12:00:00-05:00", "today"),  # an exchange that no table is of
        ({"timezone": "Asia/Tokyo"}, "2026-03-03T12:00:00-05:00", "today"),
        ({"trading_date": None, "timezone": None}, "2026-03-03T12:00:00-05:00", "today"),
    ],
)
def test_without_a_calendar_only_a_fresh_quote_is_of_today(fields: dict[str, Any], now: str, basis: str) -> None:
    """With no calendar the state is unknown, and a quote is of today for less than 20 minutes."""
    moment = datetime.fromisoformat(now)
    day = moment.date().isoformat()
    fresh, old = (
        at(now, {"ACME": quote(day, **fields | {"as_of": moment - timedelta(minutes=age)})}) for age in (19, 20)
    )
    undated = at(now, {"ACME": quote(day, **fields)})

    assert (fresh.market_state, fresh.basis) == ("unknown", basis)
    assert (old.market_state, old.basis) == ("unknown", "unknown")
    assert undated.basis == "unknown"


def test_a_fresh_quote_of_yesterday_is_not_of_today() -> None:
    """Ten minutes after midnight a quote of a quarter of an hour ago is the viewer's yesterday."""
    now = datetime.fromisoformat("2026-03-03T00:10:00+09:00")
    made = at(now.isoformat(), {"ACME": quote(None, timezone=None, as_of=now - timedelta(minutes=15))}, TOKYO)

    assert made.basis == "unknown"


def test_a_quote_that_does_not_say_its_day_leaves_the_day_unknown() -> None:
    """One undated price among dated ones: no trading date, and neither today nor the last close."""
    made = at("2026-03-03T12:00:00-05:00", {"ACME": quote("2026-03-03"), "BOLT": quote(None)})

    assert (made.trading_date, made.basis, made.market_state) == (None, "unknown", "regular")


def test_a_symbol_not_traded_today_adds_no_change_of_another_day() -> None:
    """Beside a symbol of today, one last traded on Friday has not moved today: its change was Friday's."""
    quotes = {"ACME": quote("2026-03-03"), "THIN": quote("2026-02-27", last="60", previous_close="50")}
    made = at("2026-03-03T12:00:00-05:00", quotes)

    assert (made.value, made.previous_value, made.change, made.change_pct) == ("170.00", "160.00", "10.00", "6.2500")
    assert (made.trading_date, made.basis) == (date(2026, 3, 3), "today")


def test_as_of_is_the_oldest_quotes() -> None:
    """A portfolio is as old as its oldest price, and of unknown age where one does not say."""
    early, late = datetime(2026, 3, 3, 16, 0, tzinfo=UTC), datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
    dated = {"ACME": quote("2026-03-03", as_of=late), "BOLT": quote("2026-03-03", as_of=early)}

    assert at("2026-03-03T12:00:00-05:00", dated).as_of == early
    assert at("2026-03-03T12:00:00-05:00", {**dated, "CORE": quote("2026-03-03")}).as_of is None


def test_recorded_quotes_end_to_end() -> None:
    """10 AAPL and 0.5 TSLA on 2021-05-11: 1567.70 after 1583.02 is -15.32, -0.9678 %, and down."""
    settings = AlpacaSettings.model_validate({"key_id": "k", "secret_key": "s"})
    reply = Reply(datetime(2021, 5, 11, 21, 50, tzinfo=UTC), 200, {}, raw("alpaca", "snapshots_multi_after_close.json"))
    answers = answers_of(Alpaca(settings), [Ticker(symbol="AAPL"), Ticker(symbol="TSLA")], lambda _: reply)
    holdings = [{"symbol": "AAPL", "quantity": 10}, {"symbol": "TSLA", "quantity": "0.5"}]
    quotes = dict(zip(("AAPL", "TSLA"), answers, strict=True))

    made = portfolio({"holdings": holdings, "quotes": quotes, "now": reply.at, "zone": NEW_YORK})

    assert made == Portfolio(
        as_of=datetime(2021, 5, 11, 20, 0, 0, 435997, UTC),
        base_currency="USD",
        value="1567.70",
        previous_value="1583.02",
        change="-15.32",
        change_pct="-0.9678",
        direction="down",
        basis="today",
        market_state="post",
        trading_date=date(2021, 5, 11),
    )


def test_the_default_states_no_fact() -> None:
    """Where the portfolio could not be derived there is no figure at all, and no direction."""
    assert UNKNOWN_PORTFOLIO.model_dump(exclude_none=True) == {
        "direction": "unknown",
        "basis": "unknown",
        "market_state": "unknown",
    }
