"""Alpaca's stand-in: snapshots by symbol, New York's hours, and prices that walk."""

import re
from datetime import UTC, date, datetime

import pytest

from gateway.lab import alpaca
from gateway.lab.alpaca import tell
from gateway.lab.tape import trading_day, weekday_before
from vendor_bodies import body

KEYS = {"APCA-API-KEY-ID": "id", "APCA-API-SECRET-KEY": "secret"}


def _at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@pytest.fixture
def snapshots(ask):
    """Asks for symbols, and gives the answer."""

    def asked(symbols, headers=KEYS, feed="iex", **more):
        return tell(ask({"symbols": symbols, "feed": feed}, headers, **more))

    return asked


def test_a_snapshot_has_the_members_of_a_real_one(snapshots, paths) -> None:
    """Asked for a real body's symbol, the stand-in answers the same members in the same types."""
    real = body("alpaca", "snapshots_aapl_2022-03-18_1433Z.json")

    told = snapshots("AAPL").body

    assert paths(told) == paths(real)
    assert list(told["AAPL"]) == list(real["AAPL"])


def test_known_symbols_are_keys_and_unknown_ones_are_left_out(snapshots) -> None:
    """What is no symbol, and what begins with ZZ, has no entry; the others keep the order asked, once each."""
    told = snapshots("MSFT,ZZTOP,aapl,BRK.B,7UP,MSFT,TOOLONGNAME,A B,,V")

    assert (told.status, list(told.body)) == (200, ["MSFT", "BRK.B", "V"])
    assert told.items == 8


def test_only_unknown_symbols_are_an_empty_object(snapshots) -> None:
    """With nothing known the answer is that of the real body: 200 and an empty object."""
    assert snapshots("ZZ,ZZZ").body == body("alpaca", "snapshots_unknown_symbol_empty.json")


@pytest.mark.parametrize("name", KEYS)
def test_both_keys_are_needed(snapshots, name) -> None:
    """Without either key there is a 401 with a message and no symbol."""
    told = snapshots("AAPL", headers={**KEYS, name: ""})

    assert (told.status, list(told.body)) == (401, ["message"])


@pytest.mark.parametrize(("symbols", "feed"), [("", "iex"), (",", "iex"), ("AAPL", "carrier pigeon")])
def test_no_symbol_or_an_unknown_feed_is_a_400(snapshots, symbols, feed) -> None:
    """A request without symbols, or for a feed that does not exist, is refused."""
    assert snapshots(symbols, feed=feed).status == 400


def test_times_are_rfc_3339_to_the_nanosecond_and_never_ahead(snapshots) -> None:
    """Trade and quote carry nine digits and lie within the running minute, at or before the wall clock."""
    for wall in (1_772_463_720.0, 1_772_463_720.25, 1_772_463_779.999):
        told = snapshots("AAPL", wall=wall).body["AAPL"]
        for entry in (told["latestTrade"], told["latestQuote"]):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", entry["t"])
            assert 1_772_463_720 <= datetime.fromisoformat(entry["t"][:26] + "+00:00").timestamp() <= wall


@pytest.mark.parametrize(
    ("wall", "day", "before"),
    [
        ("2026-03-02T14:29:00+00:00", "2026-02-27T05:00:00Z", "2026-02-26T05:00:00Z"),
        ("2026-03-02T14:30:00+00:00", "2026-03-02T05:00:00Z", "2026-02-27T05:00:00Z"),
        ("2026-03-03T02:00:00+00:00", "2026-03-02T05:00:00Z", "2026-02-27T05:00:00Z"),
        ("2026-03-08T12:00:00+00:00", "2026-03-06T05:00:00Z", "2026-03-05T05:00:00Z"),
        ("2026-03-09T13:30:00+00:00", "2026-03-09T04:00:00Z", "2026-03-06T05:00:00Z"),
    ],
    ids=["before the bell", "at the bell", "at night", "on a Sunday", "after the clocks changed"],
)
def test_bars_belong_to_new_york_s_trading_days(snapshots, wall, day, before) -> None:
    """A day begins at New York's midnight, is the latest whose bell has rung, and the one before it is a weekday."""
    told = snapshots("AAPL", wall=_at(wall)).body["AAPL"]

    assert (told["dailyBar"]["t"], told["prevDailyBar"]["t"]) == (day, before)


@pytest.mark.parametrize(
    ("day", "before"), [(2, "2026-02-27"), (3, "2026-03-02"), (6, "2026-03-05"), (7, "2026-03-06"), (8, "2026-03-06")]
)
def test_the_weekday_before_is_never_on_a_weekend(day, before) -> None:
    """From a Monday, a Saturday and a Sunday the weekday before is the Friday."""
    assert weekday_before(date(2026, 3, day)) == date.fromisoformat(before)


def test_every_minute_of_a_week_has_a_trading_day_behind_it() -> None:
    """Whatever the minute, the trading day is a weekday and not ahead."""
    start = int(_at("2026-03-02T00:00:00+00:00")) // 60
    for minute in range(start, start + 7 * 1440, 7):
        day = trading_day(minute)
        assert day.weekday() < 5
        assert day <= datetime.fromtimestamp(minute * 60, UTC).date()


def test_the_price_moves_by_the_minute_and_the_day_s_close_stands_after_it(snapshots) -> None:
    """A price is the same within its minute and another one later; the daily bar stands from 16:00 to the next bell."""
    one, same, later = (snapshots("AAPL", wall=1_772_463_720.0 + more).body["AAPL"] for more in (1, 40, 600))
    assert one["latestTrade"]["p"] == same["latestTrade"]["p"] == one["dailyBar"]["c"]
    assert one["latestTrade"]["p"] != later["latestTrade"]["p"]

    evening, night = (snapshots("AAPL", wall=_at(f"2026-03-02T{hour}:10:00+00:00")).body["AAPL"] for hour in (21, 23))
    assert evening["dailyBar"] == night["dailyBar"]
    assert evening["latestTrade"]["p"] != night["latestTrade"]["p"]
    tomorrow = snapshots("AAPL", wall=_at("2026-03-03T15:00:00+00:00")).body["AAPL"]
    assert tomorrow["prevDailyBar"] == night["dailyBar"]


def test_prices_are_plausible(snapshots) -> None:
    """Any symbol, on any day: prices above 0, high and low around open and close, less than half a day's change."""
    symbols = ",".join(f"{a}{b}" for a in "ABCDEFGHIJ" for b in "AKQXZ9")
    for step in range(12):
        told = snapshots(symbols, wall=_at("2026-03-02T15:00:00+00:00") + step * 90_061).body
        for one in told.values():
            for bar in (one["minuteBar"], one["dailyBar"], one["prevDailyBar"]):
                assert 0 < bar["l"] <= min(bar["o"], bar["c"]) <= max(bar["o"], bar["c"]) <= bar["h"]
            assert abs(one["dailyBar"]["c"] / one["prevDailyBar"]["c"] - 1) < 0.2
            assert one["latestQuote"]["bp"] < one["latestTrade"]["p"] < one["latestQuote"]["ap"]


def test_the_wrong_shape_keeps_the_symbols(snapshots) -> None:
    """The misshapen body still has every symbol, so that it is unreadable rather than unknown."""
    wrong = alpaca.VENDOR.misshape(snapshots("AAPL,MSFT").body)

    assert set(wrong) == {"AAPL", "MSFT"}
    assert not isinstance(wrong["AAPL"]["latestTrade"], dict)
