"""The settings as an operator may see them: everything but secrets.

What a connector's settings mean is known to the connector alone. With its model, what the model calls a secret is
hidden; without it, all but true, false and null is. Whatever came from the environment or a secret's file is hidden in
both cases. The one text that is always shown is `base_url`, without the user, the password and the query in it.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pydantic import BaseModel

from gateway.errors import ConfigError
from gateway.settings.connectors import ConnectorEntry
from gateway.settings.document import Location
from gateway.settings.load import Settings

HIDDEN = "**********"
_ALWAYS_SHOWN = "base_url"


def redacted(settings: Settings, models: Mapping[str, type[BaseModel]] | None = None) -> dict[str, Any]:
    """The settings as plain data for JSON; `models` holds the settings class of each connector that is loaded."""
    known = models or {}
    return {
        "folder": str(settings.folder),
        "gateway": settings.gateway.model_dump(mode="json"),
        "connectors": {name: _connector(entry, known.get(name)) for name, entry in settings.connectors.items()},
        "templates": [document.file for document in settings.templates],
    }


def _connector(entry: ConnectorEntry, model: type[BaseModel] | None) -> dict[str, Any]:
    raw: dict[str, Any] = dict(entry.settings)
    shown, is_known = raw, False
    if model is not None:
        try:
            shown, is_known = entry.settings_as(model).model_dump(mode="json", by_alias=True), True
        except ConfigError:
            shown = raw
    return {
        **{key: _value(entry, value, (*entry.at, key), is_known) for key, value in shown.items()},
        "hosts": list(entry.hosts),
        "policy": entry.policy.model_dump(mode="json", exclude_none=True),
    }


def _value(entry: ConnectorEntry, value: Any, at: Location, is_known: bool) -> Any:
    if isinstance(value, dict):
        return {key: _value(entry, child, (*at, key), is_known) for key, child in value.items()}
    if isinstance(value, list):
        return [_value(entry, child, (*at, index), is_known) for index, child in enumerate(value)]
    if at == (*entry.at, _ALWAYS_SHOWN) and isinstance(value, str):
        return _address(value)
    if value is None or isinstance(value, bool):
        return value
    return value if is_known and not _is_put_in(entry, value, at) else HIDDEN


def _is_put_in(entry: ConnectorEntry, value: Any, at: Location) -> bool:
    """Whether a value came from outside the file: by its place, or, since a model may move it, by what it is."""
    outside = [place for place in entry.document.interpolated if place[: len(entry.at)] == entry.at]
    base_url = (*entry.at, _ALWAYS_SHOWN)
    return any(
        at[: len(place)] == place or value == entry.document.part(place) for place in outside if place != base_url
    )


def _address(url: str) -> str:
    """A URL without what may be secret in it; nothing of it where it cannot be read."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return HIDDEN
    if not parts.scheme or not host:
        return HIDDEN
    return urlunsplit((parts.scheme, host, parts.path, "", ""))
