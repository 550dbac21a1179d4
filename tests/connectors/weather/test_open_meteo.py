"""Open-Meteo as it is asked and read: real bodies, units, times, bounds, batches and the key."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from connector_samples import AT, Answer, answers_of
from connectors import Absent, BadReply, Reply
from connectors.weather.open_meteo import OpenMeteo, OpenMeteoSettings, Place
from connectors.weather.signal import Weather
from vendor_bodies import raw

PARIS = Place(lat=48.86, lon=2.35)
UNITS = {"time": "unixtime", "interval": "seconds", "temperature_2m": "°C", "weather_code": "wmo code"}


def read(body: bytes) -> Answer:
    """What one place gets of a body."""
    (answer,) = answers_of(OpenMeteo(OpenMeteoSettings()), [PARIS], lambda _: Reply(AT, 200, {}, body))
    return answer


def weather(current: dict[str, Any] | None = None, **units: str) -> Answer:
    """What one place gets of a small good body with these values and units in it."""
    told = {"time": 1772441100, "interval": 900, "temperature_2m": 4.0, **(current or {})}
    return read(orjson.dumps({"current_units": {**UNITS, **units}, "current": told}))


def test_a_real_body_with_all_variables() -> None:
    """Speeds in km/h become m/s, the rest is taken as it is; no time zone is made of "GMT"."""
    assert read(raw("open-meteo", "current_all_vars_2024-05-21.json")) == Weather(
        condition="mainly_clear",
        condition_code=1,
        temperature_c=30.1,
        apparent_temperature_c=34.7,
        relative_humidity_pct=83,
        wind_speed_mps=6.5,
        wind_gust_mps=10.2,
        wind_from_deg=225,
        precipitation_mm=0.0,
        precipitation_period_s=900,
        precipitating=False,
        snowfall_cm=0.0,
        place={"lat": 23.75, "lon": 61.5},
        as_of=datetime(2024, 5, 21, 0, 30, tzinfo=UTC),
    )


def test_a_real_body_in_fahrenheit() -> None:
    """71.7 °F is 22.1 °C, and what was not asked for stays null."""
    assert read(raw("open-meteo", "current_fahrenheit_2024-04-23.json")) == Weather(
        condition="mainly_clear",
        condition_code=1,
        temperature_c=22.1,
        place={"lat": 32.409317, "lon": -96.838745},
        as_of=datetime(2024, 4, 23, 21, 45, tzinfo=UTC),
    )


def test_a_real_body_without_a_code_in_local_time() -> None:
    """Moscow's 06:45 is 03:45 UTC; without a code the condition is unknown, and surface pressure is not sea level's."""
    assert read(raw("open-meteo", "current_moscow_winter_2025-12-25.json")) == Weather(
        temperature_c=-4.1,
        relative_humidity_pct=93,
        wind_speed_mps=2.1,
        wind_gust_mps=5.7,
        wind_from_deg=275,
        precipitation_mm=0.0,
        precipitation_period_s=900,
        precipitating=False,
        place={"lat": 55.75, "lon": 37.625},
        as_of=datetime(2025, 12, 25, 3, 45, tzinfo=UTC),
    )


def test_a_real_body_at_night_without_precipitation() -> None:
    """A night is told by 0, and precipitation that was not said is null in all three fields."""
    assert read(raw("open-meteo", "current_night_2026-02-09.json")) == Weather(
        temperature_c=4.2,
        wind_speed_mps=1.0,
        cloud_cover_pct=98,
        is_day=False,
        place={"lat": 50.0, "lon": 7.9999995},
        as_of=datetime(2026, 2, 9, 18, 0, tzinfo=UTC),
    )


def test_a_real_body_with_a_likely_but_dry_hour() -> None:
    """Rio's 09:45 is 12:45 UTC, and a whole 0 of precipitation is a known 0."""
    assert read(raw("open-meteo", "current_rio_local_tz_2026-06-17.json")) == Weather(
        condition="partly_cloudy",
        condition_code=2,
        temperature_c=19.3,
        apparent_temperature_c=21.4,
        relative_humidity_pct=92,
        wind_speed_mps=1.6,
        wind_from_deg=277,
        precipitation_mm=0.0,
        precipitation_period_s=900,
        precipitating=False,
        is_day=True,
        place={"lat": -22.952549, "lon": -43.215027},
        as_of=datetime(2026, 6, 17, 12, 45, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("variable", "unit", "value", "field", "expected"),
    [
        ("temperature_2m", "°F", -40, "temperature_c", -40.0),
        ("apparent_temperature", "°F", 32, "apparent_temperature_c", 0.0),
        ("wind_speed_10m", "km/h", 36, "wind_speed_mps", 10.0),
        ("wind_speed_10m", "mp/h", 100, "wind_speed_mps", 44.7),
        ("wind_speed_10m", "mph", 100, "wind_speed_mps", 44.7),
        ("wind_speed_10m", "kn", 18, "wind_speed_mps", 9.3),
        ("wind_gusts_10m", "m/s", 0.05, "wind_gust_mps", 0.0),
        ("precipitation", "inch", 0.1, "precipitation_mm", 2.54),
        ("snowfall", "inch", 1, "snowfall_cm", 2.54),
        ("visibility", "ft", 10_000, "visibility_m", 3048),
        ("visibility", "m", 24_140.4, "visibility_m", 24_140),
    ],
)
def test_a_known_unit_is_converted(variable: str, unit: str, value: float, field: str, expected: float) -> None:
    """A value in another known unit is read in the field's own, rounded last."""
    answer = weather({variable: value}, **{variable: unit})

    assert getattr(answer, field) == expected


@pytest.mark.parametrize("unit", ["K", "", "°c", None, 3, ["°C"]])
def test_an_unknown_unit_is_a_bad_reply(unit: Any) -> None:
    """Nothing is guessed of a number in a unit that is not known."""
    assert isinstance(weather(temperature_2m=unit), BadReply)
    assert isinstance(weather(time=unit), BadReply)


@pytest.mark.parametrize(
    ("variable", "unit", "value", "field"),
    [
        ("relative_humidity_2m", "%", 101, "relative_humidity_pct"),
        ("wind_speed_10m", "m/s", -1, "wind_speed_mps"),
        ("wind_speed_10m", "km/h", 500, "wind_speed_mps"),
        ("pressure_msl", "hPa", 0, "pressure_msl_hpa"),
        ("precipitation", "mm", 1e308, "precipitation_mm"),
        ("weather_code", "wmo code", 100, "condition_code"),
        ("weather_code", "wmo code", -1, "condition_code"),
    ],
)
def test_an_optional_value_out_of_bounds_is_null(variable: str, unit: str, value: float, field: str) -> None:
    """A number that cannot be true is not shown, and does not cost the temperature beside it."""
    answer = weather({variable: value}, **{variable: unit})

    assert isinstance(answer, Weather)
    assert (getattr(answer, field), answer.temperature_c, answer.condition) == (None, 4.0, "unknown")


@pytest.mark.parametrize(
    "current",
    [
        {"temperature_2m": 60.1},
        {"temperature_2m": -90.1},
        {"temperature_2m": "4.0"},
        {"temperature_2m": True},
        {"weather_code": 1.5},
        {"weather_code": "1"},
        {"weather_code": True},
        {"is_day": 2},
        {"is_day": "yes"},
        {"time": None},
        {"time": 1e18},
        {"time": "2026-03-02T09:00"},
    ],
)
def test_a_body_that_cannot_be_true_is_a_bad_reply(current: dict[str, Any]) -> None:
    """What the reading stands on must be of its type and in its bounds."""
    assert isinstance(weather(current), BadReply)


def test_a_place_that_the_model_does_not_cover_is_absent() -> None:
    """A body without a single value is no reading, even if it knows day from night."""
    assert isinstance(weather({"temperature_2m": None, "is_day": 1}), Absent)


def test_an_interval_that_cannot_be_true_is_null() -> None:
    """The period of the precipitation is null where the vendor's is impossible; the amount stays."""
    answer = weather({"precipitation": 0.3, "interval": 0}, precipitation="mm")

    assert isinstance(answer, Weather)
    assert (answer.precipitation_mm, answer.precipitation_period_s, answer.precipitating) == (0.3, None, True)


def test_an_error_does_not_repeat_the_place() -> None:
    """The vendor's reason may hold the place that was asked for: it stays out of ours."""
    answer = read(b'{"error": true, "reason": "Latitude must be in range. Given: 148.856613"}')

    assert isinstance(answer, BadReply)
    assert "148" not in str(answer)
