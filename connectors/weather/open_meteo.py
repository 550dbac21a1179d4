"""Open-Meteo, hosted or self-hosted: current weather of up to 100 places in one call."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from connectors import (
    Absent,
    Attribution,
    BadReply,
    Call,
    Connector,
    Fault,
    From,
    Policy,
    Query,
    Quota,
    Scope,
    Settings,
    Talk,
    hours,
    minutes,
    ms,
)
from connectors.weather.signal import CONDITIONS, UNKNOWN, Weather, dry_rule, is_sane, rounded

FREE: Final = "api.open-meteo.com"
KEYED: Final = "customer-api.open-meteo.com"

CURRENT: Final = (
    "temperature_2m,apparent_temperature,relative_humidity_2m,is_day,precipitation,weather_code,cloud_cover,"
    "pressure_msl,wind_speed_10m,wind_direction_10m"
)
"""Ten variables: each further one makes the call weigh more against the vendor's quota."""


class OpenMeteoSettings(Settings):
    """With a key the vendor wants another host; a self-hosted server takes neither."""

    base_url: str = Field(default=f"https://{FREE}", description="The vendor's host, or your own server")
    api_key: SecretStr | None = Field(default=None, description="Key of a commercial plan; the free host takes none")
    more: tuple[Literal["wind_gusts_10m", "snowfall", "visibility", "uv_index"], ...] = Field(
        default=(), max_length=4, description="Further variables to ask for; each raises the weight of a call by 0.1"
    )

    @model_validator(mode="before")
    @classmethod
    def _a_key_chooses_the_host(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and data.get("api_key") and not data.get("base_url"):
            return {**data, "base_url": f"https://{KEYED}"}
        return data

    @field_validator("api_key")
    @classmethod
    def _an_empty_key_is_none(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value and value.get_secret_value() else None


class Place(Query):
    """A place, to about a kilometre: the grid is no finer, and the viewer's exact place never leaves."""

    lat: float = From("where.lat", round=2, ge=-90, le=90)
    lon: float = From("where.lon", round=2, ge=-180, le=180)


class OpenMeteo(Connector[OpenMeteoSettings, Place, Weather]):
    """Current weather from Open-Meteo, hosted or self-hosted."""

    name = "open-meteo"
    default = UNKNOWN
    policy = Policy(
        scope=Scope.SHARED,
        timeout=ms(300),
        ttl=minutes(15),  # the vendor computes a new value each quarter of an hour
        stale=hours(2),
        batch=100,
        idempotent=True,
        hosts=(FREE, KEYED),
        # Free of charge: 600 calls a minute, 5 000 an hour and 10 000 a day for an address. No minute sees more than
        # 60 + 60 x 9; what the longer windows refuse keeps the gate closed for as long as they say.
        quota=Quota(rate=9, burst=60, window=hours(24)),
    )
    attribution = Attribution(text="Weather data by Open-Meteo.com (CC BY 4.0)", url="https://open-meteo.com/")

    def read_many(self, queries: Sequence[Place]) -> Talk[Mapping[Place, Weather | Fault]]:
        """Ask for all places at once; the answers come in the order of the places."""
        key = self.settings.api_key
        reply = yield Call(
            "GET",
            "/v1/forecast",
            params={
                "latitude": ",".join(f"{place.lat:.2f}" for place in queries),
                "longitude": ",".join(f"{place.lon:.2f}" for place in queries),
                "current": ",".join((CURRENT, *self.settings.more)),
                "timeformat": "unixtime",
                "wind_speed_unit": "ms",
                "forecast_days": 1,
            },
            headers={"X-Api-Key": key} if key else {},
        )
        bodies = _bodies(reply.json, len(queries))
        return {place: self.alone(weather_from, body) for place, body in zip(queries, bodies, strict=True)}


def _bodies(body: Any, count: int) -> Sequence[Any]:
    """One body a place: the vendor sends an object for one place, an array for several."""
    if isinstance(body, dict):
        _refuse_error(body)
        body = [body]
    if not isinstance(body, list) or len(body) != count:
        raise BadReply("not one answer a place")
    return body


def weather_from(body: Mapping[str, Any]) -> Weather:
    """The reading in the body of one place, in whichever known units it is.

    Raises:
        Absent: the vendor's model knows nothing of the place.
        BadReply: an error with status 200, an unknown unit, or a temperature no place on earth has.
    """
    _refuse_error(body)
    current, units = body["current"], body["current_units"]
    read = {variable.field: variable.read(name, current, units) for name, variable in VARIABLES.items()}
    code, fell = _code(current.get("weather_code")), read["precipitation_mm"]
    if code is None and all(value is None for value in read.values()):
        raise Absent("the model has no value for the place")
    condition = CONDITIONS.get(code, "unknown") if code is not None else "unknown"
    return Weather.model_validate(
        {
            **read,
            "condition": dry_rule(condition, precipitation_mm=fell, cloud_cover_pct=read["cloud_cover_pct"]),
            "condition_code": code,
            "precipitation_period_s": None if fell is None else INTERVAL.read("interval", current, units),
            "precipitating": None if fell is None else fell > 0,
            "is_day": _IS_DAY[current.get("is_day")],
            "place": _cell(body),
            "as_of": _observed(current["time"], units["time"], body),
        }
    )


def _code(given: Any) -> int | None:
    """The WMO code; None without one, and for a number that is no code of WMO's."""
    if given is None:
        return None
    code = int(given)
    if code != given or isinstance(given, bool):
        raise BadReply("the weather code is no whole number")
    return code if is_sane("condition_code", code) else None


def _refuse_error(body: Mapping[str, Any]) -> None:
    if body.get("error"):  # its reason is not repeated: it may name the place
        raise BadReply("an error with status 200")


def _cell(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """The grid cell that answered; its time zone is the one that was asked for, and says nothing of the place."""
    lat, lon = body.get("latitude"), body.get("longitude")
    return None if lat is None or lon is None else {"lat": lat, "lon": lon}


def _observed(time: Any, unit: str, body: Mapping[str, Any]) -> datetime:
    """The vendor's time as an instant: its text is local to the zone that was asked for and names no offset."""
    if unit == "unixtime":
        return datetime.fromtimestamp(time, UTC)
    if unit == "iso8601":
        local = datetime.fromisoformat(time)
        return local if local.tzinfo else local.replace(tzinfo=UTC) - timedelta(seconds=body["utc_offset_seconds"])
    raise BadReply("an unknown unit of time")


Convert = Callable[[Decimal], Decimal]


def _times(factor: str) -> Convert:
    exact = Decimal(factor)
    return lambda value: value * exact


_AS_IT_IS: Final[Convert] = _times("1")
_CELSIUS: Final = {"°C": _AS_IT_IS, "°F": lambda value: (value - 32) * 5 / 9}
_SPEED: Final = {
    "m/s": _AS_IT_IS,
    "km/h": lambda value: value / Decimal("3.6"),
    "mp/h": _times("0.44704"),
    "mph": _times("0.44704"),
    "kn": lambda value: value * 1852 / 3600,
}
_PERCENT: Final = {"%": _AS_IT_IS}
_DEGREES: Final = {"°": _AS_IT_IS}


@dataclass(frozen=True, slots=True)
class Variable:
    """One of the vendor's variables: the field it fills, its known units, and whether the reading stands on it."""

    field: str
    units: Mapping[str, Convert]
    load_bearing: bool = False

    def read(self, name: str, current: Mapping[str, Any], units: Mapping[str, Any]) -> float | None:
        """The value in the field's own unit; None where the vendor has none, or one that cannot be true."""
        given = current.get(name)
        if given is None:
            return None
        if isinstance(given, bool) or not isinstance(given, int | float):
            raise BadReply(f"{name} is no number")
        convert = self.units.get(units[name])
        if convert is None:
            raise BadReply(f"{name} has an unknown unit")
        value = convert(Decimal(str(given)))
        if is_sane(self.field, value):
            return rounded(self.field, value)
        if self.load_bearing:
            raise BadReply(f"{name} is out of bounds")
        return None


VARIABLES: Final = {
    "temperature_2m": Variable("temperature_c", _CELSIUS, load_bearing=True),
    "apparent_temperature": Variable("apparent_temperature_c", _CELSIUS),
    "relative_humidity_2m": Variable("relative_humidity_pct", _PERCENT),
    "wind_speed_10m": Variable("wind_speed_mps", _SPEED),
    "wind_gusts_10m": Variable("wind_gust_mps", _SPEED),
    "wind_direction_10m": Variable("wind_from_deg", _DEGREES),
    "precipitation": Variable("precipitation_mm", {"mm": _AS_IT_IS, "inch": _times("25.4")}),
    "snowfall": Variable("snowfall_cm", {"cm": _AS_IT_IS, "inch": _times("2.54")}),
    "cloud_cover": Variable("cloud_cover_pct", _PERCENT),
    "pressure_msl": Variable("pressure_msl_hpa", {"hPa": _AS_IT_IS}),
    "visibility": Variable("visibility_m", {"m": _AS_IT_IS, "ft": _times("0.3048")}),
    "uv_index": Variable("uv_index", {"": _AS_IT_IS}),
}
"""What is measured, by the vendor's names. The weather code and `is_day` are words, not measures."""

INTERVAL: Final = Variable("precipitation_period_s", {"seconds": _AS_IT_IS})
_IS_DAY: Final = {None: None, 0: False, 1: True}
