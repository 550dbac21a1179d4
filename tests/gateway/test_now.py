"""What is known of now without asking anybody, in the viewer's zone."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.now import moment_of
from gateway.places import resolve_place


def moment(at: str, context: dict[str, Any] | None = None, claims: dict[str, Any] | None = None) -> dict[str, Any]:
    """The moment of an instant in UTC."""
    context = context or {}
    wall = datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
    return moment_of(wall, context, resolve_place(context, claims or {}))


@pytest.mark.parametrize(
    ("at", "zone", "date", "weekday", "daypart"),
    [
        ("2026-11-23T09:00:00", "Europe/London", "2026-11-23", "monday", "morning"),
        ("2026-11-23T09:00:00", "Asia/Tokyo", "2026-11-23", "monday", "evening"),
        ("2026-11-23T16:00:00", "Asia/Tokyo", "2026-11-24", "tuesday", "night"),
        ("2026-11-23T09:00:00", "America/Los_Angeles", "2026-11-23", "monday", "night"),
        ("2026-11-23T03:00:00", "America/Los_Angeles", "2026-11-22", "sunday", "evening"),
        ("2026-11-23T10:30:00", "Pacific/Kiritimati", "2026-11-24", "tuesday", "night"),
        ("2026-02-28T23:30:00", "Europe/Berlin", "2026-03-01", "sunday", "night"),
    ],
)
def test_now_is_told_in_the_viewers_zone(at: str, zone: str, date: str, weekday: str, daypart: str) -> None:
    """One instant is another date, weekday and part of the day for viewers in other zones."""
    made = moment(at, {"timezone": zone})

    assert (made["date"], made["weekday"], made["daypart"]) == (date, weekday, daypart)
    assert made["timezone"] == zone
    assert made["now"].utcoffset() is not None


@pytest.mark.parametrize(
    ("at", "hour", "daypart"),
    [
        ("2026-03-29T00:59:59", 0, "night"),
        ("2026-03-29T01:00:00", 2, "night"),  # clocks go from 01:00 to 02:00
        ("2026-03-29T03:59:59", 4, "night"),
        ("2026-03-29T04:00:00", 5, "morning"),  # on the day before it was 05:00 at 05:00Z
        ("2026-03-28T04:59:59", 4, "night"),
        ("2026-10-25T00:30:00", 1, "night"),
        ("2026-10-25T01:30:00", 1, "night"),  # the same hour a second time
        ("2026-10-25T05:00:00", 5, "morning"),
    ],
)
def test_the_clocks_go_forward_and_back(at: str, hour: int, daypart: str) -> None:
    """In the nights of the time change the part of the day follows the clock on the viewer's wall."""
    made = moment(at, {"timezone": "Europe/London"})

    assert (made["now"].hour, made["daypart"]) == (hour, daypart)


@pytest.mark.parametrize("hour", range(24))
def test_each_hour_has_its_part_of_the_day(hour: int) -> None:
    """Night is from 22 to 5, morning from 5 to 12, afternoon from 12 to 17, evening from 17 to 22."""
    bounds = {"night": (0, 5), "morning": (5, 12), "afternoon": (12, 17), "evening": (17, 22)}
    expected = next((name for name, (first, end) in bounds.items() if first <= hour < end), "night")

    assert moment(f"2026-11-23T{hour:02}:59:59")["daypart"] == expected


@pytest.mark.parametrize("month", range(1, 13))
def test_the_season_follows_the_hemisphere(month: int) -> None:
    """In the south it is summer when it is winter in the north; where nobody knows the place there is no season."""
    names = ("winter", "spring", "summer", "autumn")
    north = names[(0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 0)[month - 1]]
    south = names[(names.index(north) + 2) % 4]
    at = f"2026-{month:02}-15T12:00:00"

    assert moment(at, {"place": {"lat": 51.5, "lon": -0.1}})["season"] == north
    assert moment(at, {"place": {"lat": -33.9, "lon": 151.2}})["season"] == south
    assert moment(at, {"place": {"lat": 0, "lon": 10}})["season"] == north
    assert moment(at)["season"] == "none"


def test_a_season_begins_on_the_viewers_first_of_the_month() -> None:
    """At one instant it is still spring in London and already summer in Tokyo."""
    at, place = "2026-05-31T20:00:00", {"lat": 40.0, "lon": 1.0}

    assert moment(at, {"timezone": "Europe/London", "place": place})["season"] == "spring"
    assert moment(at, {"timezone": "Asia/Tokyo", "place": place})["season"] == "summer"


@pytest.mark.parametrize(
    ("context", "claims", "zone"),
    [
        ({"timezone": "Asia/Tokyo", "place": {"lat": 1, "lon": 1, "timezone": "Europe/Paris"}}, {}, "Asia/Tokyo"),
        ({"place": {"lat": 1, "lon": 1, "timezone": "Europe/Paris"}}, {}, "Europe/Paris"),
        ({"timezone": "Mars/Base"}, {"place": {"lat": 1, "lon": 1, "timezone": "Europe/Paris"}}, "Europe/Paris"),
        ({"timezone": 7}, {}, "UTC"),
        ({"timezone": ""}, {}, "UTC"),
        ({"timezone": "../../etc/passwd"}, {}, "UTC"),
        ({}, {}, "UTC"),
    ],
)
def test_the_zone_is_the_contexts_else_the_places_else_utc(
    context: dict[str, Any], claims: dict[str, Any], zone: str
) -> None:
    """The first that is an IANA name is taken; junk counts as not given and never fails."""
    assert moment("2026-11-23T09:00:00", context, claims)["timezone"] == zone


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("en-GB", "en-GB"),
        ("zh-Hant-TW", "zh-Hant-TW"),
        ("en_GB", "und"),
        ("", "und"),
        ("en-", "und"),
        ("<script>", "und"),
        ("e" * 36, "und"),
        ("abcdefghi", "und"),
        ("dé-DE", "und"),
        (None, "und"),
        (["en"], "und"),
    ],
)
def test_a_locale_has_the_form_of_a_language_tag_or_is_undetermined(locale: Any, expected: str) -> None:
    """What a player sends as its locale gets into expressions only if it looks like one."""
    assert moment("2026-11-23T09:00:00", {"locale": locale})["locale"] == expected
