"""Where the viewer is: the device's word, else the ticket's, else nothing; what is no place counts as not given."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.places import resolve_place, zone_named

LONDON, TOKYO = {"lat": 51.51, "lon": -0.13}, {"lat": 35.68, "lon": 139.69, "timezone": "Asia/Tokyo"}
NOWHERE = {"lat": None, "lon": None, "timezone": None, "source": "none"}

NO_PLACES: list[Any] = [
    None,
    "London",
    [51.51, -0.13],
    {},
    {"lat": 51.51},
    {"lat": 90.1, "lon": 0},
    {"lat": 0, "lon": -180.1},
    {"lat": "51.51", "lon": "-0.13"},
    {"lat": True, "lon": False},
    {"lat": math.nan, "lon": 1},
    {"lat": math.inf, "lon": 1},
    {"lat": 10**400, "lon": 1},
    {"lat": None, "lon": None},
    {"lat": 0, "lon": 0},
    {"lat": -0.0, "lon": 0.0},
    {"lat": [1], "lon": {}},
]


def test_the_device_comes_before_the_ticket() -> None:
    """A place that the device gives for this open is taken before the one that the ticket has."""
    assert resolve_place({"place": LONDON}, {"place": TOKYO}) == {**LONDON, "timezone": None, "source": "device"}


def test_without_a_device_the_ticket_says() -> None:
    """Where the device gives none, the ticket's place is taken with its zone."""
    assert resolve_place({}, {"place": TOKYO}) == {**TOKYO, "source": "ticket"}


def test_nobody_knows() -> None:
    """Without either there is no place, and its source says so."""
    assert resolve_place({}, {}) == NOWHERE


@pytest.mark.parametrize("junk", NO_PLACES)
def test_what_is_no_place_counts_as_not_given(junk: Any) -> None:
    """Out of range, not finite, of another type, half given or the null island: the next source is asked."""
    assert resolve_place({"place": junk}, {}) == NOWHERE
    assert resolve_place({"place": junk}, {"place": TOKYO})["source"] == "ticket"
    assert resolve_place({}, {"place": junk}) == NOWHERE


@pytest.mark.parametrize("place", [{"lat": 90, "lon": 180}, {"lat": -90, "lon": -180}, {"lat": 0, "lon": 1}])
def test_the_ends_of_the_earth_are_places(place: dict[str, float]) -> None:
    """The bounds belong to the range, and a place may lie on the equator or the meridian."""
    assert resolve_place({"place": place}, {})["source"] == "device"


@pytest.mark.parametrize("zone", ["Nowhere/Town", "../../etc/passwd", "/etc/localtime", "", "x" * 65, 7, "Ευρώπη"])
def test_an_unknown_zone_is_left_out_of_a_place(zone: Any) -> None:
    """A zone that is none costs the zone and not the place."""
    assert resolve_place({"place": {**LONDON, "timezone": zone}}, {}) == {
        **LONDON,
        "timezone": None,
        "source": "device",
    }


@given(st.text(max_size=80))
def test_any_text_is_a_zone_or_none(name: str) -> None:
    """Names come from players: any text gives a zone of that name or nothing, and never an exception."""
    zone = zone_named(name)

    assert zone is None or zone.key == name


@pytest.mark.parametrize("name", ["Europe", "America/Argentina", "Europe/London\0", "a/../../b", "posixrules/.."])
def test_a_folder_or_an_odd_name_is_no_zone(name: str) -> None:
    """The folders of the zone database and names that would lead out of it are no zones."""
    assert zone_named(name) is None
