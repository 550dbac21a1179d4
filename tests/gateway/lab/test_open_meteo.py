"""Open-Meteo's stand-in: shapes, units, batches and refusals."""

import pytest

from gateway.lab import open_meteo
from gateway.lab.open_meteo import tell
from vendor_bodies import body

CURRENT = "temperature_2m,relative_humidity_2m,is_day,precipitation,weather_code,cloud_cover,wind_speed_10m"
LONDON = {"latitude": "51.51", "longitude": "-0.13", "current": CURRENT, "timeformat": "unixtime"}


@pytest.mark.parametrize("name", ["current_all_vars_2024-05-21.json", "current_night_2026-02-09.json"])
def test_the_body_has_the_members_units_and_order_of_the_real_one(ask, paths, name) -> None:
    """Asked for the variables of a real body, the stand-in answers the same members, types, units and order."""
    real = body("open-meteo", name)
    wanted = ",".join(name for name in real["current"] if name not in ("time", "interval"))

    told = tell(ask({"latitude": "50", "longitude": "8", "current": wanted})).body

    assert paths(told) == paths(real)
    assert told["current_units"] == real["current_units"]
    assert [list(told), list(told["current"])] == [list(real), list(real["current"])]


def test_fahrenheit_is_the_same_air_in_the_other_unit(ask) -> None:
    """`temperature_unit` changes the value and the unit it is told in, and nothing else."""
    celsius = tell(ask(LONDON)).body
    fahrenheit = tell(ask({**LONDON, "temperature_unit": "fahrenheit"})).body

    assert fahrenheit["current_units"]["temperature_2m"] == "°F"
    assert fahrenheit["current"].pop("temperature_2m") == pytest.approx(
        celsius["current"].pop("temperature_2m") * 1.8 + 32, abs=0.15
    )
    assert fahrenheit["current"] == celsius["current"]


@pytest.mark.parametrize(
    ("asked", "unit", "factor"),
    [(None, "km/h", 3.6), ("ms", "m/s", 1), ("mph", "mp/h", 2.23694), ("kn", "kn", 1.94384)],
)
def test_wind_comes_in_the_unit_asked_for(ask, asked, unit, factor) -> None:
    """`wind_speed_unit` is honoured, and is km/h where it is left out."""
    metres = tell(ask({**LONDON, "wind_speed_unit": "ms"})).body["current"]["wind_speed_10m"]
    told = tell(ask(LONDON | ({"wind_speed_unit": asked} if asked else {}))).body

    assert told["current_units"]["wind_speed_10m"] == unit
    assert told["current"]["wind_speed_10m"] == pytest.approx(metres * factor, abs=0.06 * factor + 0.06)


def test_the_time_is_the_quarter_hour_in_the_format_asked_for(ask) -> None:
    """`current.time` is the wall clock floored to 900 s, as a number or as a text without an offset."""
    wall = 1_772_463_720.25
    number = tell(ask(LONDON, wall=wall)).body["current"]
    text = tell(ask(LONDON | {"timeformat": "iso8601"}, wall=wall)).body["current"]

    assert (number["time"], number["interval"]) == (1_772_463_600, 900)
    assert text["time"] == "2026-03-02T15:00"


def test_several_places_answer_an_array_whose_first_has_no_number(ask) -> None:
    """One place is an object, several are an array in the order asked; only the later ones carry `location_id`."""
    several = tell(ask(LONDON | {"latitude": "51.51,40.7,-33.9", "longitude": "-0.13,-74,151.2"}))

    assert [place.get("location_id") for place in several.body] == [None, 1, 2]
    assert [place["latitude"] for place in several.body] == [51.5, 40.75, -33.875]
    assert several.body[0] == tell(ask(LONDON)).body
    assert several.items == 3


@pytest.mark.parametrize(
    "change",
    [
        {"latitude": ""},
        {"latitude": "north"},
        {"latitude": "nan"},
        {"latitude": "inf"},
        {"latitude": "90.1"},
        {"longitude": "-180.5"},
        {"latitude": "1,2"},
        {"latitude": ",".join(["1"] * 1001), "longitude": ",".join(["1"] * 1001)},
        {"current": "temperature_2m,warmth"},
        {"temperature_unit": "kelvin"},
        {"wind_speed_unit": "beaufort"},
        {"timeformat": "rfc3339"},
    ],
)
def test_what_the_vendor_does_not_know_is_a_400_with_a_reason(ask, change) -> None:
    """Places out of bounds or uneven, and unknown variables and units, get the vendor's own error shape."""
    told = tell(ask(LONDON | change))

    assert told.status == 400
    assert set(told.body) == {"error", "reason"}
    assert told.body["error"] is True


def test_without_variables_there_is_no_weather(ask) -> None:
    """A request that names no variable is answered with the place alone."""
    told = tell(ask({"latitude": "1", "longitude": "1"}))

    assert told.status == 200
    assert not {"current", "current_units"} & set(told.body)


def test_weather_is_stable_within_a_quarter_and_another_one_later(ask) -> None:
    """The same place at the same quarter hour is the same body; an hour later, and in another world, it is not."""
    first = tell(ask(LONDON, wall=1_772_463_600)).body

    assert tell(ask(LONDON, wall=1_772_464_499)).body == first
    assert tell(ask(LONDON, wall=1_772_467_200)).body["current"] != first["current"]
    assert tell(ask(LONDON, seed="1", wall=1_772_463_600)).body["current"] != first["current"]


def test_weather_is_plausible_anywhere_at_any_time(ask) -> None:
    """Over the whole globe and a year no value leaves its physical bounds, and wet codes mean that something falls."""
    every = ",".join(open_meteo._VARIABLES)
    latitudes, longitudes = zip(
        *((lat, lon) for lat in range(-90, 91, 30) for lon in range(-180, 181, 90)), strict=True
    )
    query = {"latitude": ",".join(map(str, latitudes)), "longitude": ",".join(map(str, longitudes)), "current": every}
    hours = (1_767_225_600 + 3600 * 157 * step for step in range(56))
    seen = [
        place["current"] for wall in hours for place in tell(ask(query | {"wind_speed_unit": "ms"}, wall=wall)).body
    ]

    assert all(-60 < now["temperature_2m"] < 50 for now in seen)
    assert all(0 <= now["relative_humidity_2m"] <= 100 and 0 <= now["cloud_cover"] <= 100 for now in seen)
    assert all(0 <= now["wind_speed_10m"] < 40 and 0 <= now["wind_direction_10m"] < 360 for now in seen)
    assert all((now["weather_code"] > 50) == (now["precipitation"] > 0) for now in seen)
    assert {now["is_day"] for now in seen} == {0, 1}
    assert len({now["weather_code"] for now in seen}) > 6


@pytest.mark.parametrize(("wall", "is_day"), [(1_781_956_800, 1), (1_781_913_600, 0)])
def test_the_sun_is_up_at_noon_and_down_at_midnight(ask, wall, is_day) -> None:
    """In London on a day in June it is day at noon and night at midnight."""
    assert tell(ask(LONDON, wall=wall)).body["current"]["is_day"] == is_day
