"""The sources by name: what is allowed by configuration, found by entry point, loaded, and checked.

One broken plugin costs its own signals only: what cannot be imported, or is no connector, is `Broken` and says why.
What the operator wrote is another matter: a setting that does not fit is a fault of the configuration.
"""

import hashlib
from collections.abc import Callable, Mapping, Set
from functools import lru_cache
from importlib.metadata import EntryPoint
from typing import Any, TypeVar
from urllib.parse import urlsplit

import orjson
from pydantic import BaseModel, SecretBytes, SecretStr, ValidationError
from pydantic.json_schema import JsonSchemaMode

from connectors import Connector, Policy, Quota
from connectors.contract.derive import Derivation
from connectors.contract.policy import is_named
from connectors.contract.settings import Settings
from gateway.ask import Source
from gateway.catalog.plugins import Broken, attempt, broken, installed
from gateway.errors import ConfigError, ConfigFault
from gateway.settings import ConnectorEntry, did_you_mean

__all__ = ["Broken", "Registry", "build_registry", "input_schemas", "installed", "signal_schema"]

A = TypeVar("A")
B = TypeVar("B")
Loaded = type[Connector[Any, Any, Any]]


class Registry:
    """What is configured, by name; derivations are found when a template names them, and are allowed by that."""

    def __init__(self, sources: Mapping[str, Source | Broken], points: Mapping[str, EntryPoint]) -> None:
        self.sources = sources
        self._points = points

    def derivation(self, name: str) -> Derivation[Any] | Broken | None:
        """The derivation of that name; None where no plugin has one, though it may have a connector."""
        point = self._points.get(name)
        if point is None:
            return None
        found = attempt(point, point.load)
        if isinstance(found, Derivation):
            made = found
            fault = attempt(point, lambda: _describe(made))
            return made if fault is None else fault
        if isinstance(found, Broken):
            return found
        return None if _is_connector(found) else broken(point, f"{point.value} is no derivation")

    def names(self) -> Set[str]:
        """Every name that an installed plugin gives."""
        return self._points.keys()


def build_registry(entries: Mapping[str, ConnectorEntry], points: Mapping[str, EntryPoint]) -> Registry:
    """Load what the configuration names.

    Raises:
        ConfigError: a connector is not installed, or its settings, hosts or policy do not fit.
    """
    faults: list[ConfigFault] = []
    sources: dict[str, Source | Broken] = {}
    for name, entry in entries.items():
        try:
            sources[name] = _source(entry, points)
        except ConfigError as error:
            faults += error.faults
    if faults:
        raise ConfigError(*faults)
    return Registry(sources, points)


def signal_schema(made: Connector[Any, Any, Any] | Loaded | Derivation[Any]) -> dict[str, Any]:
    """The JSON Schema of a signal as expressions read it."""
    return _schema(made.signal_type, "serialization")


def input_schemas(made: Connector[Any, Any, Any] | Loaded | Derivation[Any]) -> dict[str, dict[str, Any]]:
    """The JSON Schema of each input of a connector or a derivation."""
    if isinstance(made, Derivation):
        return {name: kind.json_schema(by_alias=False) for name, kind in made.inputs.items()}
    query = _schema(made.query_type, "validation")
    definitions = query.get("$defs", {})
    return {name: {**schema, "$defs": definitions} for name, schema in query.get("properties", {}).items()}


@lru_cache(maxsize=256)
def _schema(kind: type[BaseModel], mode: JsonSchemaMode) -> dict[str, Any]:
    """The JSON Schema of a type, only to be read: made once, or most of a reload would be spent on it."""
    return kind.model_json_schema(mode=mode, by_alias=False)


def _source(entry: ConnectorEntry, points: Mapping[str, EntryPoint]) -> Source | Broken:
    point = points.get(entry.name)
    if point is None:
        mark = entry.document.key_mark(entry.at)
        fix = did_you_mean(entry.name, points)
        raise ConfigError(ConfigFault(mark, f"no connector {entry.name!r} is installed", fix))
    found = _load(point)
    if isinstance(found, Broken):
        return found
    settings, policy = _together(lambda: _settings(entry, point, found), lambda: _policy(entry, found))
    if isinstance(settings, Broken):
        return settings
    _check_host(entry, settings, policy)
    made = attempt(point, lambda: (found(settings), _digest(settings)), knows_secrets=True)
    if isinstance(made, Broken):
        return made
    connector, digest = made
    return Source(
        name=entry.name,
        connector=connector,
        scope=policy.scope,
        timeout=policy.timeout.total_seconds(),
        ttl=policy.ttl.total_seconds(),
        stale=policy.stale.total_seconds(),
        hosts=(*policy.hosts, *entry.hosts),
        batch=policy.batch,
        reuse=policy.reuse,
        max_bytes=policy.max_bytes,
        consent=policy.consent,
        digest=digest,
        quota=_quota(entry, settings, policy),
        idempotent=policy.idempotent,
        negative_ttl=policy.negative_ttl.total_seconds(),
        in_flight=entry.policy.in_flight,
        hedge=entry.policy.hedge is True,
        retry=entry.policy.retry is not False,
    )


def _together(first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """Both results, or the faults of both."""
    try:
        one = first()
    except ConfigError as error:
        try:
            second()
        except ConfigError as other:
            raise ConfigError(*error.faults, *other.faults) from None
        raise
    return one, second()


def _settings(entry: ConnectorEntry, point: EntryPoint, made: Loaded) -> Settings | Broken:
    return attempt(point, lambda: entry.settings_as(made.settings_type), knows_secrets=True)


def _load(point: EntryPoint) -> Loaded | Broken:
    found = attempt(point, point.load)
    if isinstance(found, Broken):
        return found
    if not _is_connector(found):
        return broken(point, f"{point.value} is no connector")
    made: Loaded = found
    fault = attempt(point, lambda: _describe(made))
    return made if fault is None else fault


def _is_connector(found: Any) -> bool:
    return isinstance(found, type) and issubclass(found, Connector) and found is not Connector


def _describe(made: Loaded | Derivation[Any]) -> None:
    """Ask for all that templates are checked against; a type of the author's own may have no JSON form."""
    signal_schema(made)
    input_schemas(made)
    made.default.model_dump(mode="json")


def _policy(entry: ConnectorEntry, made: Loaded) -> Policy:
    stated = {name: value for name, value in dict(entry.policy).items() if name in Policy.model_fields}
    overrides = {name: dict(value) if name == "quota" else value for name, value in stated.items() if value is not None}
    at = (*entry.at, "policy")
    try:
        policy = Policy.model_validate({**dict(made.policy), **overrides})
    except ValidationError as error:
        raise ConfigError(
            *(
                entry.document.fault((*at, *one["loc"]), _told(one["msg"]))
                for one in error.errors(include_input=False, include_url=False)
            )
        ) from None
    if entry.policy.hedge and not policy.idempotent:
        message = f"a hedge sends a call twice, and the policy of {entry.name} does not say idempotent"
        raise ConfigError(entry.document.fault((*at, "hedge"), message))
    if policy.batch > 1 and made.read_many is Connector.read_many:
        raise ConfigError(entry.document.fault((*at, "batch"), f"{entry.name} reads one query at a time"))
    return policy


def _told(message: str) -> str:
    """A message of pydantic's in the words of somebody who writes a file."""
    return message.removeprefix("Value error, ").removeprefix("Input ")


def _check_host(entry: ConnectorEntry, settings: Settings, policy: Policy) -> None:
    """The host asked is one that the author names, or one that the operator approves by name."""
    host = urlsplit(settings.base_url).hostname or ""
    if not any(is_named(host, pattern) for pattern in (*policy.hosts, *entry.hosts)):
        message = f"{entry.name} is not declared for host {host!r}: approve it by name under `hosts`"
        raise ConfigError(entry.document.fault((*entry.at, "base_url"), message))


def _quota(entry: ConnectorEntry, settings: Settings, policy: Policy) -> Quota | None:
    """What the vendor allows holds at its own hosts; at one that the operator names, what they state."""
    host = urlsplit(settings.base_url).hostname or ""
    is_vendors_own = not policy.hosts or any(is_named(host, pattern) for pattern in policy.hosts)
    return policy.quota if is_vendors_own or entry.policy.quota is not None else None


def _digest(settings: Settings) -> str:
    """A name for these very settings; secrets count, and cannot be read from it."""
    plain = orjson.dumps(settings.model_dump(), default=_plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return hashlib.sha256(plain).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, SecretBytes):
        return value.get_secret_value().hex()
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    return str(value)
