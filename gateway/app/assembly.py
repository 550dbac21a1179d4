"""From settings to a gateway that answers: everything built whole, nothing half in force."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from gateway.app.cors import Origins
from gateway.app.documents import Documents, documents_of
from gateway.app.engine import Engine
from gateway.ask import Source
from gateway.catalog.registry import Registry, build_registry, installed
from gateway.catalog.templates import Template, load_templates
from gateway.clock import Clock
from gateway.errors import ConfigError, ConfigFault
from gateway.flow.open import Front
from gateway.moment import Gateway
from gateway.settings import Settings
from gateway.tickets import TicketKey, Tickets


@dataclass(frozen=True, slots=True, eq=False)
class Catalog:
    """What is loaded and checked: no loop is needed for it."""

    registry: Registry
    templates: Mapping[str, Mapping[int, Template]]


@dataclass(frozen=True, slots=True, eq=False)
class Assembly:
    """One configuration in force, on the engine that outlives it."""

    settings: Settings
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


def load_catalog(settings: Settings) -> Catalog:
    """Load connectors and templates.

    Raises:
        ConfigError: whatever is wrong with them.
    """
    registry = build_registry(settings.connectors, installed())
    return Catalog(registry, load_templates(settings.templates, registry, settings.gateway.open.law()))


def assemble(settings: Settings, engine: Engine, extra_keys: tuple[TicketKey, ...] = ()) -> Assembly:
    """Put one configuration on the engine. `extra_keys` are the development key, where that is asked for.

    Raises:
        ConfigError: whatever is wrong with connectors, templates or keys; nothing has changed then.
    """
    catalog = load_catalog(settings)
    stated = settings.gateway.open
    tickets = _tickets(settings, engine.clock, extra_keys)
    front = Front(catalog.templates, tickets, stated.law(), engine.clock, secrets.token_bytes)
    gateway = Gateway(front, engine.stack.cache, stated.optional_grace.total_seconds(), engine.finish_p99)
    origins = Origins(settings.gateway.public.origins)
    return Assembly(settings, catalog.registry, engine, gateway, origins, documents_of(catalog.templates))


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
