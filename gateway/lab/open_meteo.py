"""Open-Meteo's forecast call, current weather only: one place answers an object, several an array."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from math import isfinite
from typing import Any

from gateway.lab.seeded import Seeded
from gateway.lab.sky import QUARTER_S, Sky, sky_over
from gateway.lab.vendor import Asked, Source, Told, Vendor

MOST_PLACES = 1000
_GRID = 8  # cells a degree: the echoed place is a cell's middle, never the one asked for

_Convert = Callable[[float], float]


def _same(value: float) -> float:
    return value


# Each unit as the vendor writes it, and how it is reached from the sky's own.
_TEMPERATURES: Mapping[str, tuple[str, _Convert]] = {
    "celsius": ("°C", _same),
    "fahrenheit": ("°F", lambda celsius: celsius * 1.8 + 32),
}
_SPEEDS: Mapping[str, tuple[str, _Convert]] = {
    "kmh": ("km/h", lambda mps: mps * 3.6),
    "ms": ("m/s", _same),
    "mph": ("mp/h", lambda mps: mps / 0.44704),
    "kn": ("kn", lambda mps: mps * 3600 / 1852),
}
_TIMES: Mapping[str, Callable[[int], int | str]] = {
    "iso8601": lambda at: datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M"),
    "unixtime": lambda at: at,
}

# Each variable: how it is read, its unit (two of them follow the request), its digits after the point.
_TEMPERATURE, _SPEED = "temperature", "speed"
_VARIABLES: Mapping[str, tuple[Callable[[Sky], float], str, int]] = {
    "temperature_2m": (lambda sky: sky.temperature_c, _TEMPERATURE, 1),
    "apparent_temperature": (lambda sky: sky.apparent_c, _TEMPERATURE, 1),
    "relative_humidity_2m": (lambda sky: sky.humidity_pct, "%", 0),
    "is_day": (lambda sky: sky.is_day, "", 0),
    "precipitation": (lambda sky: sky.precipitation_mm, "mm", 2),
    "rain": (lambda sky: 0.0 if sky.snowfall_cm else sky.precipitation_mm, "mm", 2),
    "showers": (lambda _: 0.0, "mm", 2),
    "snowfall": (lambda sky: sky.snowfall_cm, "cm", 2),
    "weather_code": (lambda sky: sky.weather_code, "wmo code", 0),
    "cloud_cover": (lambda sky: sky.cloud_pct, "%", 0),
    "pressure_msl": (lambda sky: sky.pressure_msl_hpa, "hPa", 1),
    "surface_pressure": (lambda sky: sky.pressure_surface_hpa, "hPa", 1),
    "wind_speed_10m": (lambda sky: sky.wind_mps, _SPEED, 1),
    "wind_direction_10m": (lambda sky: sky.wind_from_deg, "°", 0),
    "wind_gusts_10m": (lambda sky: sky.gust_mps, _SPEED, 1),
    "visibility": (lambda sky: sky.visibility_m, "m", 1),
    "uv_index": (lambda sky: sky.uv_index, "", 2),
}


class _BadRequestError(Exception):
    """The vendor's 400; the message is its reason."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What one request wants to know of each of its places: the variables in the order asked, and their units."""

    variables: list[str]
    units: Mapping[str, tuple[str, _Convert]]
    time_format: str
    quarter: int


def tell(asked: Asked) -> Told:
    """Answer `GET /v1/forecast`."""
    try:
        places = _places(asked.query)
        wish = _wish(asked.query, int(asked.wall) // QUARTER_S * QUARTER_S)
    except _BadRequestError as refused:
        return Told(HTTPStatus.BAD_REQUEST, {"error": True, "reason": str(refused)}, 0)
    told = [_place(asked.values, place, number, wish) for number, place in enumerate(places)]
    return Told(HTTPStatus.OK, told[0] if len(told) == 1 else told, len(told))


def _places(query: Mapping[str, str]) -> list[tuple[float, float]]:
    """The places of two comma lists of one length."""
    latitudes, longitudes = _degrees(query, "latitude", 90), _degrees(query, "longitude", 180)
    if len(latitudes) != len(longitudes):
        raise _BadRequestError("Parameter 'latitude' and 'longitude' must have the same number of elements")
    if len(latitudes) > MOST_PLACES:
        raise _BadRequestError(f"Only up to {MOST_PLACES} locations can be requested at once")
    return list(zip(latitudes, longitudes, strict=True))


def _degrees(query: Mapping[str, str], name: str, most: int) -> list[float]:
    """The numbers of one comma list, each within its bounds."""
    try:
        degrees = [float(part) for part in query.get(name, "").split(",")]
    except ValueError:
        raise _BadRequestError(f"Value of type 'Float' required for key '{name}'.") from None
    if not all(isfinite(degree) and abs(degree) <= most for degree in degrees):
        raise _BadRequestError(f"{name.capitalize()} must be in range of -{most} to {most}°.")
    return degrees


def _wish(query: Mapping[str, str], quarter: int) -> _Wish:
    """The rest of a request; each variable once."""
    wanted = list(dict.fromkeys(name for name in query.get("current", "").split(",") if name))
    if any(name not in _VARIABLES for name in wanted):
        raise _BadRequestError(
            "Data corrupted at path 'current'. Cannot initialize a variable from an invalid String value."
        )
    units = {
        _TEMPERATURE: _TEMPERATURES[_chosen(query, "temperature_unit", "celsius", _TEMPERATURES)],
        _SPEED: _SPEEDS[_chosen(query, "wind_speed_unit", "kmh", _SPEEDS)],
    }
    return _Wish(wanted, units, _chosen(query, "timeformat", "iso8601", _TIMES), quarter)


def _chosen(query: Mapping[str, str], name: str, otherwise: str, choices: Mapping[str, object]) -> str:
    """The choice that a parameter names."""
    choice = query.get(name, otherwise)
    if choice not in choices:
        raise _BadRequestError(f"Data corrupted at path '{name}'. Cannot initialize from an invalid String value.")
    return choice


def _place(values: Seeded, place: tuple[float, float], number: int, wish: _Wish) -> dict[str, Any]:
    """The body of one place; its number is left out where it is 0."""
    latitude, longitude = (round(degree * _GRID) / _GRID for degree in place)
    cell = values.of(Source.WEATHER, latitude, longitude)
    elevation = float(cell.whole(0, 400, "elevation"))
    body: dict[str, Any] = {
        "latitude": latitude,
        "longitude": longitude,
        "generationtime_ms": 0.05 + cell.fraction("generation", wish.quarter) / 10,
        "utc_offset_seconds": 0,
        "timezone": "GMT",
        "timezone_abbreviation": "GMT",
        "elevation": elevation,
    }
    if number:
        body["location_id"] = number
    if wish.variables:
        sky = sky_over(cell, latitude, longitude, elevation, wish.quarter)
        body["current_units"] = {"time": wish.time_format, "interval": "seconds"}
        body["current"] = {"time": _TIMES[wish.time_format](wish.quarter), "interval": QUARTER_S}
        for name in wish.variables:
            read, kind, digits = _VARIABLES[name]
            unit, convert = wish.units.get(kind, (kind, _same))
            value = round(convert(read(sky)), digits) + 0.0  # no -0.0
            body["current_units"][name] = unit
            body["current"][name] = value if digits else int(value)
    return body


def _misshaped(body: Any) -> Any:
    """The answer of an interface that is gone: its weather stands under names no reader of this one knows."""
    several = body if isinstance(body, list) else [body]
    told = [{"latitude": str(place.get("latitude")), "current_weather": {"temperature": "mild"}} for place in several]
    return told if isinstance(body, list) else told[0]


VENDOR = Vendor(
    source=Source.WEATHER,
    method="GET",
    path="/open-meteo/v1/forecast",
    tell=tell,
    misshape=_misshaped,
    failed={"error": True, "reason": "Internal Server Error"},
    throttled={"error": True, "reason": "Minutely API request limit exceeded. Please try again in one minute."},
)
