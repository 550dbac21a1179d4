"""Tickets for development: signed with a shared secret that no real issuer knows."""

import json
from collections.abc import Mapping
from typing import Any

from joserfc import jws

from gateway.tickets.claims import read_statement
from gateway.tickets.keys import TicketKey, usable_key
from gateway.tickets.verify import MOST_TICKET_BYTES

_OWN_CLAIMS = frozenset({"aud", "exp", "iat", "iss", "sub", "tpl"})


def mint(
    key: TicketKey,
    *,
    subject: str,
    template: str,
    audience: str,
    issuer: str | None,
    claims: Mapping[str, Any],
    ttl: float,
    now: float,
) -> str:
    """A signed ticket for one template, good from `now` for at most `ttl` seconds.

    Raises:
        ValueError: if the key is not a shared secret, if `claims` names one that the other arguments settle, or if
            the gateway would refuse what came out or drop a claim. The text holds neither key nor claim values.
    """
    if key.alg != "HS256":
        raise ValueError(f"tickets are minted with an HS256 key only; {key.kid!r} is for {key.alg}")
    if settled := sorted(_OWN_CLAIMS & claims.keys()):
        raise ValueError(f"these claims have arguments of their own: {', '.join(settled)}")
    # Whole seconds, rounded down: a ticket never lives longer than was asked for.
    own = {"sub": subject, "tpl": template, "aud": audience, "iat": int(now), "exp": int(now + ttl)}
    payload = _written(own | ({} if issuer is None else {"iss": issuer}) | dict(claims))
    statement = None if payload is None else read_statement(payload, audience, issuer)
    if payload is None or statement is None or claims.keys() - statement.claims.keys():
        raise ValueError("the gateway would not take such a ticket: check subject, template and claims")
    usable = usable_key(key)
    ticket = jws.serialize_compact({"alg": key.alg, "kid": key.kid}, payload, usable.key, registry=usable.registry)
    if len(ticket) > MOST_TICKET_BYTES:
        raise ValueError(f"a ticket has at most {MOST_TICKET_BYTES} bytes, this one would have {len(ticket)}")
    return ticket


def _written(claims: Mapping[str, Any]) -> bytes | None:
    """The claims as JSON, or None if they cannot be."""
    try:
        return json.dumps(claims, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError):
        return None
