"""What is known of now without asking anybody: the built-in signal `moment`, which cannot fail."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from gateway.places import zone_named

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYPARTS = (*["night"] * 5, *["morning"] * 7, *["afternoon"] * 5, *["evening"] * 5, *["night"] * 2)
_SEASONS = ("winter", "spring", "summer", "autumn")


def moment_of(wall: float, context: Mapping[str, Any], where: Mapping[str, Any]) -> dict[str, Any]:
    """The root `moment` at a Unix time, in the viewer's zone.

    `season` is the meteorological one, by the hemisphere of `where.lat`, else `none`.
    """
    asked, locale = context.get("timezone"), context.get("locale")
    zone = (zone_named(asked) if isinstance(asked, str) else None) or zone_named(where["timezone"] or "UTC")
    now = datetime.fromtimestamp(wall, zone or UTC)
    return {
        "now": now,
        "date": now.date().isoformat(),
        "weekday": _WEEKDAYS[now.weekday()],
        "daypart": _DAYPARTS[now.hour],
        "season": _season(now.date(), where["lat"]),
        "locale": locale if isinstance(locale, str) and _is_locale(locale) else "und",
        "timezone": zone.key if zone else "UTC",
    }


def _season(today: date, lat: float | None) -> str:
    if lat is None:
        return "none"
    return _SEASONS[(today.month % 12 // 3 + (0 if lat >= 0 else 2)) % 4]


def _is_locale(text: str) -> bool:
    """Whether a text has the form of a language tag (BCP 47); which languages there are is not checked."""
    return len(text) <= 35 and text.isascii() and all(1 <= len(p) <= 8 and p.isalnum() for p in text.split("-"))
