"""The keys of tickets as the command sees them: the one for development, and what is wrong with those configured."""

import time
from collections.abc import Mapping
from typing import Any

import typer

from gateway.cli.exits import fail
from gateway.clock import Clock
from gateway.errors import ConfigError, ConfigFault
from gateway.settings import Settings, read_document
from gateway.settings.load import GATEWAY_FILE
from gateway.tickets import TicketKey, dev_key, mint, state_home
from gateway.tickets.keys import usable_key

DEV_KID = "dev"
AUDIENCE = "moment-gateway"
TTL = 600.0


def development_key(env: Mapping[str, str]) -> TicketKey:
    """The key of development, made at first use.

    Raises:
        typer.Exit: it cannot be read or made; why is said.
    """
    try:
        return dev_key(state_home(env))
    except (ValueError, OSError) as error:
        fail(f"no key of development: {error}")


def mint_for_development(
    key: TicketKey,
    subject: str,
    template: str,
    claims: Mapping[str, Any],
    *,
    ttl: float = TTL,
    audience: str = AUDIENCE,
    issuer: str | None = None,
) -> str:
    """A ticket that a gateway started with `--dev` takes, good from now.

    Raises:
        typer.BadParameter: the gateway would not take such a ticket.
    """
    now = Clock(time.monotonic).wall()
    try:
        return mint(
            key, subject=subject, template=template, audience=audience, issuer=issuer, claims=claims, ttl=ttl, now=now
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def check_keys(settings: Settings, env: Mapping[str, str]) -> None:
    """Look at each configured key.

    Raises:
        ConfigError: one is no key, or takes the name of the key of development; the faults of all, with their places.
    """
    keys = settings.gateway.tickets.keys
    if not keys:
        return
    document = read_document(settings.folder / GATEWAY_FILE, env)
    faults: list[ConfigFault] = []
    for number, key in enumerate(keys):
        at = ("tickets", "keys", number)
        if key.kid == DEV_KID:
            message = f"the kid {DEV_KID!r} is kept for the key of development, which `moment serve --dev` adds"
            faults.append(document.fault((*at, "kid"), message))
            continue
        try:
            usable_key(TicketKey(key.kid, key.alg, key.key.get_secret_value()))
        except ValueError as error:  # its text holds nothing of the key
            faults.append(document.fault((*at, "key"), str(error)))
    if faults:
        raise ConfigError(*faults)
