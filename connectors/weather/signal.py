"""The reading of the weather at a place, in SI units and WMO codes, the same whichever vendor filled it."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from connectors import Part, Signal

Condition = Literal[
    "clear",
    "mainly_clear",
    "partly_cloudy",
    "overcast",
    "fog",
    "drizzle",
    "freezing_drizzle",
    "rain",
    "freezing_rain",
    "sleet",
    "snow",
    "snow_grains",
    "rain_showers",
    "snow_showers",
    "thunderstorm",
    "thunderstorm_hail",
    "wind",
    "dust",
    "smoke",
    "unknown",
]

CONDITIONS: Final[dict[int, Condition]] = {
    0: "clear",
    1: "mainly_clear",
    2: "partly_cloudy",
    3: "overcast",
    **dict.fromkeys((45, 48), "fog"),
    **dict.fromkeys((51, 53, 55), "drizzle"),
    **dict.fromkeys((56, 57), "freezing_drizzle"),
    **dict.fromkeys((61, 63, 65), "rain"),
    **dict.fromkeys((66, 67), "freezing_rain"),
    **dict.fromkeys((68, 69, 83, 84), "sleet"),
    **dict.fromkeys((71, 73, 75), "snow"),
    77: "snow_grains",
    **dict.fromkeys((80, 81, 82), "rain_showers"),
    **dict.fromkeys((85, 86), "snow_showers"),
    95: "thunderstorm",
    **dict.fromkeys((96, 99), "thunderstorm_hail"),
}
"""What a WMO 4677 code says; any other code says nothing ("unknown")."""

_FALLING = frozenset({"drizzle", "rain", "sleet", "snow", "snow_grains", "rain_showers", "snow_showers"})
_LIKELY_PCT = 50
_SKIES: tuple[tuple[float, Condition], ...] = ((10, "clear"), (50, "partly_cloudy"), (100, "overcast"))


def dry_rule(
    condition: Condition,
    *,
    precipitation_mm: float | None,
    cloud_cover_pct: float | None,
    probability_pct: float | None = None,
) -> Condition:
    """The condition to show: vendors report a wet code for an hour in which nothing falls.

    Where something falls by the code while precipitation is known to be 0 (and none is likely), the sky is shown:
    clear, partly cloudy or overcast by the cloud cover. Thunder, fog and freezing codes are left alone, and so is
    everything where the precipitation is unknown.
    """
    is_dry = precipitation_mm == 0 and (probability_pct is None or probability_pct < _LIKELY_PCT)
    if condition not in _FALLING or not is_dry:
        return condition
    if cloud_cover_pct is None:
        return "overcast"
    return next((sky for most, sky in _SKIES if cloud_cover_pct <= most), "overcast")


DECIMALS: Final[dict[str, int]] = {
    "temperature_c": 1,
    "apparent_temperature_c": 1,
    "relative_humidity_pct": 0,
    "wind_speed_mps": 1,
    "wind_gust_mps": 1,
    "wind_from_deg": 0,
    "precipitation_mm": 2,
    "precipitation_period_s": 0,
    "snowfall_cm": 2,
    "cloud_cover_pct": 0,
    "pressure_msl_hpa": 1,
    "visibility_m": 0,
    "uv_index": 1,
}
"""How many decimals of a field mean something: rounding to them is the last step of every connector."""

_STEPS: Final = {field: Decimal(1).scaleb(-places) for field, places in DECIMALS.items()}


def rounded(field: str, value: Decimal) -> float:
    """A value of a field with the decimals that mean something, half to even."""
    return float(value.quantize(_STEPS[field], ROUND_HALF_EVEN))


def is_sane(field: str, value: Decimal | int) -> bool:
    """Whether a value is within the bounds of a field. Outside, a vendor's optional number is null, never a value."""
    least, most = _BOUNDS[field]
    return least <= value <= most


def _unit(unit: str) -> dict[str, Any]:
    return {"x-unit": unit}


Latitude = Annotated[float, Field(ge=-90, le=90, json_schema_extra=_unit("°"))]
Longitude = Annotated[float, Field(ge=-180, le=180, json_schema_extra=_unit("°"))]


class Place(Part):
    """Where a reading holds: the cell of the vendor's grid or its station, not the viewer's own place."""

    lat: Latitude
    lon: Longitude
    name: Annotated[str, Field(max_length=128)] | None = None
    tz: Annotated[str, Field(max_length=64, description="IANA name of the time zone")] | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$", max_length=2, description="ISO 3166-1 alpha-2")] | None = None


class Weather(Signal):
    """The weather at a place, now. A null is what the vendor did not say; it is never 0."""

    condition: Condition = "unknown"
    condition_code: int | None = Field(default=None, ge=0, le=99, description="WMO 4677, as the vendor gave it")
    temperature_c: float | None = Field(default=None, ge=-90, le=60, json_schema_extra=_unit("°C"))
    apparent_temperature_c: float | None = Field(default=None, ge=-120, le=90, json_schema_extra=_unit("°C"))
    relative_humidity_pct: int | None = Field(default=None, ge=0, le=100, json_schema_extra=_unit("%"))
    wind_speed_mps: float | None = Field(default=None, ge=0, le=120, json_schema_extra=_unit("m/s"))
    wind_gust_mps: float | None = Field(default=None, ge=0, le=120, json_schema_extra=_unit("m/s"))
    wind_from_deg: float | None = Field(default=None, ge=0, le=360, json_schema_extra=_unit("°"))
    precipitation_mm: float | None = Field(default=None, ge=0, le=1000, json_schema_extra=_unit("mm"))
    precipitation_period_s: int | None = Field(default=None, ge=1, le=86_400, json_schema_extra=_unit("s"))
    precipitating: bool | None = Field(default=None, description="Whether precipitation_mm is above 0")
    snowfall_cm: float | None = Field(default=None, ge=0, le=1000, json_schema_extra=_unit("cm"))
    cloud_cover_pct: float | None = Field(default=None, ge=0, le=100, json_schema_extra=_unit("%"))
    pressure_msl_hpa: float | None = Field(default=None, ge=800, le=1100, json_schema_extra=_unit("hPa"))
    visibility_m: float | None = Field(default=None, ge=0, le=1_000_000, json_schema_extra=_unit("m"))
    uv_index: float | None = Field(default=None, ge=0, le=50, json_schema_extra=_unit("1"))
    is_day: bool | None = None
    place: Place | None = None


def _bound(field: str, name: str) -> Decimal:
    return next(Decimal(getattr(part, name)) for part in Weather.model_fields[field].metadata if hasattr(part, name))


_BOUNDS: Final = {field: (_bound(field, "ge"), _bound(field, "le")) for field in (*DECIMALS, "condition_code")}

UNKNOWN: Final = Weather()
"""The default of the kind: condition "unknown", every number null."""
