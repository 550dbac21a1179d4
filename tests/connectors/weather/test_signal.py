"""The reading of the weather: its code table, the dry rule, its rounding and its default."""

from decimal import Decimal
from typing import get_args

import pytest
from pydantic import ValidationError

from connectors.weather.signal import CONDITIONS, DECIMALS, UNKNOWN, Condition, Weather, dry_rule, is_sane, rounded

WORDS = set(get_args(Condition))
FALLING = {"drizzle", "rain", "sleet", "snow", "snow_grains", "rain_showers", "snow_showers"}
UNITS = {
    "temperature_c": "°C",
    "apparent_temperature_c": "°C",
    "relative_humidity_pct": "%",
    "wind_speed_mps": "m/s",
    "wind_gust_mps": "m/s",
    "wind_from_deg": "°",
    "precipitation_mm": "mm",
    "precipitation_period_s": "s",
    "snowfall_cm": "cm",
    "cloud_cover_pct": "%",
    "pressure_msl_hpa": "hPa",
    "visibility_m": "m",
    "uv_index": "1",
}


def test_the_default_states_no_fact() -> None:
    """The default says "unknown" and leaves every other field null."""
    assert UNKNOWN.model_dump(exclude_none=True) == {"condition": "unknown"}


def test_every_code_has_one_word_and_every_word_of_the_sky_a_code() -> None:
    """The table names known conditions only, and all of them but those that WMO has no code for here."""
    assert set(CONDITIONS.values()) == WORDS - {"wind", "dust", "smoke", "unknown"}
    assert set(CONDITIONS) < set(range(100))


@pytest.mark.parametrize(
    ("condition", "codes"),
    [
        ("fog", {45, 48}),
        ("drizzle", {51, 53, 55}),
        ("freezing_drizzle", {56, 57}),
        ("rain", {61, 63, 65}),
        ("freezing_rain", {66, 67}),
        ("sleet", {68, 69, 83, 84}),
        ("snow", {71, 73, 75}),
        ("snow_grains", {77}),
        ("rain_showers", {80, 81, 82}),
        ("snow_showers", {85, 86}),
        ("thunderstorm", {95}),
        ("thunderstorm_hail", {96, 99}),
    ],
)
def test_a_condition_has_the_codes_of_wmo(condition: str, codes: set[int]) -> None:
    """Each condition stands for exactly its codes of WMO table 4677."""
    assert {code for code, word in CONDITIONS.items() if word == condition} == codes


@pytest.mark.parametrize("condition", sorted(FALLING))
@pytest.mark.parametrize(
    ("cover", "sky"),
    [(0, "clear"), (10, "clear"), (10.1, "partly_cloudy"), (50, "partly_cloudy"), (51, "overcast"), (None, "overcast")],
)
def test_what_falls_by_the_code_in_a_dry_hour_becomes_the_sky(condition: Condition, cover: float, sky: str) -> None:
    """With precipitation known to be 0 a wet code gives way to the cloud cover."""
    assert dry_rule(condition, precipitation_mm=0.0, cloud_cover_pct=cover) == sky


@pytest.mark.parametrize("condition", sorted(WORDS - FALLING))
def test_thunder_fog_and_freezing_are_left_alone(condition: Condition) -> None:
    """The dry rule changes nothing but what falls: no storm, fog or freezing rain is explained away."""
    assert dry_rule(condition, precipitation_mm=0.0, cloud_cover_pct=0) == condition


@pytest.mark.parametrize(("fell", "probability"), [(None, None), (0.1, None), (0.0, 50), (0.0, 99.0), (None, 0)])
def test_a_wet_code_stays_unless_the_hour_is_known_to_be_dry(fell: float | None, probability: float | None) -> None:
    """Unknown precipitation, some of it, or a likely one changes nothing."""
    assert dry_rule("rain", precipitation_mm=fell, cloud_cover_pct=0, probability_pct=probability) == "rain"
    assert dry_rule("rain", precipitation_mm=0, cloud_cover_pct=0, probability_pct=49.9) == "clear"


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("temperature_c", "2.25", 2.2),
        ("temperature_c", "2.35", 2.4),
        ("temperature_c", "-0.15", -0.2),
        ("wind_speed_mps", "0.65", 0.6),
        ("precipitation_mm", "0.125", 0.12),
        ("relative_humidity_pct", "86.5", 86),
        ("wind_from_deg", "87.5", 88),
    ],
)
def test_rounding_is_half_to_even_on_the_decimal_value(field: str, value: str, expected: float) -> None:
    """A half goes to the even neighbour, whatever its binary neighbours are."""
    assert rounded(field, Decimal(value)) == expected


def test_every_number_names_its_unit_and_its_decimals() -> None:
    """Each measured field has a unit in its schema, bounds on both sides, and a number of decimals."""
    properties = Weather.model_json_schema()["properties"]
    told = {name: schema["x-unit"] for name, schema in properties.items() if "x-unit" in schema}

    assert told == UNITS
    assert set(DECIMALS) == set(UNITS)
    assert all(not is_sane(name, -(10**9)) and not is_sane(name, 10**9) for name in UNITS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"condition": "sharknado"},
        {"condition": None},
        {"condition_code": 100},
        {"temperature_c": 288.44},
        {"temperature_c": float("nan")},
        {"wind_speed_mps": -0.1},
        {"relative_humidity_pct": 101},
        {"place": {"lat": 91, "lon": 0}},
        {"place": {"lat": 1, "lon": 1, "country": "France"}},
        {"as_of": "2026-03-02T09:00:00"},
    ],
)
def test_a_reading_out_of_bounds_cannot_be_made(wrong: dict[str, object]) -> None:
    """Unknown words, impossible numbers and times without an offset are refused by the signal itself."""
    with pytest.raises(ValidationError):
        Weather.model_validate(wrong)
