"""From settings to a gateway that answers: everything built whole, nothing half in force."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import EntryPoint

from gateway.app.cors import Origins
from gateway.app.documents import Documents, documents_of
from gateway.app.engine import Engine
from gateway.app.laws import pace_law_of
from gateway.ask import Source
from gateway.catalog.registry import Registry, build_registry, installed
from gateway.catalog.templates import Template, load_templates
from gateway.clock import Clock
from gateway.errors import ConfigError, ConfigFault
from gateway.flow.open import Front
from gateway.moment import Gateway
from gateway.pace import Pace
from gateway.settings import Settings
from gateway.tickets import TicketKey, Tickets


@dataclass(frozen=True, slots=True, eq=False)
class Catalog:
    """What is loaded and checked: no loop is needed for it."""

    registry: Registry
    templates: Mapping[str, Mapping[int, Template]]


@dataclass(frozen=True, slots=True, eq=False)
class Assembly:
    """One configuration in force, on the engine that outlives it. `points` are the plugins that it was built from."""

    settings: Settings
    points: Mapping[str, EntryPoint]
    registry: Registry
    engine: Engine
    gateway: Gateway
    origins: Origins
    documents: Documents

    @property
    def sources(self) -> dict[str, Source]:
        """The connectors that were loaded, by name."""
        return {name: one for name, one in self.registry.sources.items() if isinstance(one, Source)}

    def today(self) -> date:
        """The date of now, UTC."""
        return datetime.fromtimestamp(self.engine.clock.wall(), UTC).date()


def load_catalog(settings: Settings, points: Mapping[str, EntryPoint] | None = None) -> Catalog:
    """Load connectors and templates. Plugins are looked for among what is installed, unless `points` says them.

    Raises:
        ConfigError: whatever is wrong with them.
    """
    registry = build_registry(settings.connectors, installed() if points is None else points)
    return Catalog(registry, load_templates(settings.templates, registry, settings.gateway.open.law()))


def assemble(
    settings: Settings,
    engine: Engine,
    extra_keys: tuple[TicketKey, ...] = (),
    points: Mapping[str, EntryPoint] | None = None,
) -> Assembly:
    """Put one configuration on the engine. `extra_keys` are the development key, where that is asked for.

    `points` are the plugins of a configuration before it: what was installed meanwhile wants a restart.

    Raises:
        ConfigError: whatever is wrong with connectors, templates or keys; nothing has changed then.
    """
    points = installed() if points is None else points
    catalog = load_catalog(settings, points)
    stated = settings.gateway.open
    tickets = _tickets(settings, engine.clock, extra_keys)
    pace_law = pace_law_of(settings.gateway)
    pace = None if pace_law is None else Pace(pace_law, engine.clock, secrets.token_bytes(16))
    front = Front(catalog.templates, tickets, stated.law(), engine.clock, secrets.token_bytes, pace)
    grace, late_window = stated.optional_grace.total_seconds(), stated.late_window.total_seconds()
    gateway = Gateway(front, engine.stack.cache, grace, engine.finish_p99, late_window)
    origins = Origins(settings.gateway.public.origins)
    return Assembly(settings, points, catalog.registry, engine, gateway, origins, documents_of(catalog.templates))


def _tickets(settings: Settings, clock: Clock, extra_keys: tuple[TicketKey, ...]) -> Tickets:
    stated = settings.gateway.tickets
    keys = [TicketKey(key.kid, key.alg, key.key.get_secret_value()) for key in stated.keys]
    try:
        return Tickets(
            [*keys, *extra_keys],
            audience=stated.audience,
            issuer=stated.issuer,
            leeway=stated.leeway.total_seconds(),
            max_age=stated.max_age.total_seconds(),
            wall=clock.wall,
        )
    except ValueError as error:  # its message holds no key material
        raise ConfigError(ConfigFault(None, f"tickets: {error}")) from None
