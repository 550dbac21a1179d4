"""Where the viewer is, as far as anybody may know: the device's word, else the ticket's, else nothing."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, available_timezones


def resolve_place(context: Mapping[str, Any], claims: Mapping[str, Any]) -> dict[str, Any]:
    """The root `where` of an open: `lat`, `lon` (degrees, or null), `timezone` (IANA, or null) and `source`.

    A `context.place` is the viewer's consent to its use for this open. A place that is none (out of range, not finite,
    the null island) counts as not given.
    """
    for source, place in (("device", context.get("place")), ("ticket", claims.get("place"))):
        if isinstance(place, dict) and (found := _coordinates(place)) is not None:
            zone = place.get("timezone")
            known = zone if isinstance(zone, str) and zone_named(zone) is not None else None
            return {"lat": found[0], "lon": found[1], "timezone": known, "source": source}
    return {"lat": None, "lon": None, "timezone": None, "source": "none"}


def _coordinates(place: Mapping[str, Any]) -> tuple[float, float] | None:
    lat, lon = _degrees(place.get("lat"), 90), _degrees(place.get("lon"), 180)
    return None if lat is None or lon is None or (lat, lon) == (0, 0) else (lat, lon)


def _degrees(value: Any, most: int) -> float | None:
    """A number of degrees from -most to most; None for anything else, not-a-number too."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and -most <= value <= most else None


# Read once: names come from players, and looking for one that does not exist costs the disk.
_ZONES = frozenset(available_timezones())


def zone_named(name: str) -> ZoneInfo | None:
    """The time zone of an IANA name; None for anything else."""
    return ZoneInfo(name) if name in _ZONES else None
