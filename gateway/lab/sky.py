"""The lab's weather: a plausible sky over any place at any instant, with seasons, nights, fronts and no jumps."""

from dataclasses import dataclass
from functools import lru_cache
from math import asin, cos, exp, pi, radians, sin

from gateway.lab.seeded import Seeded

QUARTER_S = 900
_DAY_S = 86_400
_YEAR_D = 365.2425
_TILT = radians(23.44)
_WET_FROM = 0.62  # the share of the time without rain or snow

# (more than this many mm a quarter hour, WMO code as rain, WMO code as snow), heaviest first.
_FALLING = ((1.2, 65, 75), (0.6, 63, 73), (0.3, 61, 71), (0.0, 51, 71))
# (cloud cover up to this percentage, WMO code), clearest first.
_DRY = ((12, 0), (35, 1), (75, 2), (100, 3))


@dataclass(frozen=True, slots=True)
class Sky:
    """The weather over one place at one quarter hour, in the units named."""

    temperature_c: float
    apparent_c: float
    humidity_pct: int
    is_day: int
    precipitation_mm: float
    snowfall_cm: float
    weather_code: int
    cloud_pct: int
    pressure_msl_hpa: float
    pressure_surface_hpa: float
    wind_mps: float
    wind_from_deg: int
    gust_mps: float
    visibility_m: float
    uv_index: float


@lru_cache(maxsize=4096)
def sky_over(cell: Seeded, latitude: float, longitude: float, elevation_m: float, at: int) -> Sky:
    """The weather of one grid cell at a Unix time, the same for the whole of a quarter hour."""
    quarter = at // QUARTER_S
    sun = _sun_height(latitude, longitude, quarter * QUARTER_S)
    fronts = cell.drift(quarter / 16, "front")
    falling = round(max(0.0, fronts - _WET_FROM) * 7, 1)
    cloud = round(100 * max(cell.drift(quarter / 20, "cloud"), 0.85 if falling else 0.0))
    temperature = _temperature(cell, latitude, longitude, elevation_m, quarter) - (3 if falling else 0)
    humidity = min(100, round(35 + 50 * fronts + 15 * cell.drift(quarter / 12, "humidity")))
    wind = 0.5 + 12 * cell.drift(quarter / 10, "wind") ** 2
    pressure = 1035 - 45 * cell.drift(quarter / 60, "pressure")
    return Sky(
        temperature_c=temperature,
        apparent_c=_apparent(temperature, humidity, wind),
        humidity_pct=humidity,
        is_day=int(sun > 0),
        precipitation_mm=falling,
        snowfall_cm=0.7 * falling if temperature < 0 else 0.0,
        weather_code=_code(falling, temperature, cloud),
        cloud_pct=cloud,
        pressure_msl_hpa=pressure,
        pressure_surface_hpa=pressure * exp(-elevation_m / 8434),
        wind_mps=wind,
        wind_from_deg=int(360 * cell.drift(quarter / 30, "bearing")) % 360,
        gust_mps=wind * (1.3 + 0.5 * cell.fraction("gust", quarter)),
        visibility_m=24_140 * (1 - 0.8 * min(1.0, falling)),
        uv_index=max(0.0, 10 * sin(sun)) * (1 - 0.007 * cloud),
    )


def _sun_height(latitude: float, longitude: float, at: int) -> float:
    """The height of the sun over the horizon, in radians; good to a degree or so."""
    hour_angle = radians((at / 3600 + longitude / 15) % 24 * 15 - 180)
    declination, north = _declination(at), radians(latitude)
    return asin(sin(north) * sin(declination) + cos(north) * cos(declination) * cos(hour_angle))


def _declination(at: int) -> float:
    """How far north of the equator the sun stands, in radians."""
    return -_TILT * cos(2 * pi * ((at / _DAY_S) % _YEAR_D + 10) / _YEAR_D)


def _temperature(cell: Seeded, latitude: float, longitude: float, elevation_m: float, quarter: int) -> float:
    """The air temperature in °C: latitude, season, time of day, the weather of the week, and a little unrest."""
    at, north = quarter * QUARTER_S, radians(latitude)
    warmest = cos(radians((at / 3600 + longitude / 15 - 15) % 24 * 15))  # three in the afternoon
    return (
        28
        - 28 * sin(north) ** 2
        + 8 * sin(north) * _declination(at) / _TILT
        + 4 * cos(north) * warmest
        + 10 * (cell.drift(quarter / 96, "week") - 0.5)
        + 0.8 * (cell.fraction("unrest", quarter) - 0.5)
        - 0.0065 * elevation_m
    )


def _apparent(temperature: float, humidity: int, wind: float) -> float:
    """The apparent temperature in the shade after Steadman (1994), in °C."""
    vapour_hpa = humidity / 100 * 6.105 * exp(17.27 * temperature / (237.7 + temperature))
    return temperature + 0.33 * vapour_hpa - 0.7 * wind - 4


def _code(falling: float, temperature: float, cloud: int) -> int:
    """The WMO code of what is seen; wet exactly when something falls."""
    if falling > 0:
        return next(snow if temperature < 0 else rain for more_than, rain, snow in _FALLING if falling > more_than)
    return next(code for up_to, code in _DRY if cloud <= up_to)
