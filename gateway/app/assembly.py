"""From settings to a gateway that answers: everything built whole, nothing half in force."""

import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from gateway.ask import Source
from gateway.catalog.registry import Registry, build_registry, installed
from gateway.catalog.templates import Template, load_templates
from gateway.clock import Clock
from gateway.errors import ConfigError, ConfigFault
from gateway.flow.open import Front
from gateway.moment import Gateway
from gateway.pool import Pool
from gateway.runtime import CacheLaw, Stack
from gateway.settings import Settings
from gateway.tickets import TicketKey, Tickets
from gateway.upstream import Upstream


@dataclass(frozen=True, slots=True, eq=False)
class Catalog:
    """What is loaded and checked: no loop is needed for it."""

    registry: Registry
    templates: Mapping[str, Mapping[int, Template]]


@dataclass(frozen=True, slots=True, eq=False)
class Assembly:
    """A gateway with all its parts."""

    settings: Settings
    registry: Registry
    clock: Clock
    pool: Pool
    upstream: Upstream
    stack: Stack
    gateway: Gateway

    @property
    def sources(self) -> dict[str, Source]:
        """The connectors that were loaded, by name."""
        return {name: one for name, one in self.registry.sources.items() if isinstance(one, Source)}

    def today(self) -> date:
        """The date of now, UTC."""
        return datetime.fromtimestamp(self.clock.wall(), UTC).date()


def load_catalog(settings: Settings) -> Catalog:
    """Load connectors and templates.

    Raises:
        ConfigError: whatever is wrong with them.
    """
    registry = build_registry(settings.connectors, installed())
    return Catalog(registry, load_templates(settings.templates, registry))


def assemble(settings: Settings, clock: Clock, extra_keys: tuple[TicketKey, ...] = ()) -> Assembly:
    """Build the gateway on the running loop. `extra_keys` are the development key, where that is asked for.

    Raises:
        ConfigError: whatever is wrong with connectors, templates or keys.
    """
    catalog = load_catalog(settings)
    tickets = _tickets(settings, clock, extra_keys)
    gateway = settings.gateway
    pool = Pool(
        clock,
        allow_private=gateway.upstream.allow_private,
        connect_limit=gateway.upstream.connect.total_seconds(),
        limit=gateway.upstream.connections,
    )
    upstream = Upstream(pool, clock)
    cache = gateway.cache
    stack = Stack(
        upstream,
        clock,
        law=CacheLaw(cache.entries, cache.swr, cache.jitter, cache.refreshes),
        chance=random.Random().random,
        least=gateway.open.min_useful.total_seconds(),
        window=gateway.batch.window.total_seconds(),
    )
    front = Front(catalog.templates, tickets, gateway.open.law(), clock, secrets.token_bytes)
    made = Gateway(front, stack.cache, gateway.open.optional_grace.total_seconds(), lambda: 0.0)
    return Assembly(settings, catalog.registry, clock, pool, upstream, stack, made)


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
