"""What a signed payload states, apart from the time of day and the template asked for."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.tickets.strict_json import read_object

MOST_SUBJECT_CHARACTERS = 256
MOST_HOLDINGS = 100

_SYMBOL = re.compile(r"[A-Z][A-Z0-9.\-]{0,31}")
_QUANTITY = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?")


@dataclass(frozen=True, slots=True)
class Statement:
    """The claims of one signed ticket, well-formed; `begins` and `expires` are Unix times in seconds."""

    subject: str = field(repr=False)
    templates: frozenset[str]
    begins: float
    expires: float
    claims: Mapping[str, Any] = field(repr=False)


def read_statement(payload: bytes, audience: str, issuer: str | None) -> Statement | None:
    """What the payload states, or None if it is malformed or meant for somebody else.

    `aud`, `exp`, `sub` and `tpl` are required, `iss` too once an issuer is expected; `nbf` and `iat` count where
    present. Claims nobody knows are kept. Malformed `holdings` are left out rather than refused: they cost the
    signals that read them, not the viewer.
    """
    claims = read_object(payload)
    if claims is None or audience not in _texts(claims.get("aud")):
        return None
    if issuer is not None and claims.get("iss") != issuer:
        return None
    subject, templates = claims.get("sub"), _texts(claims.get("tpl"))
    if not isinstance(subject, str) or not 0 < len(subject) <= MOST_SUBJECT_CHARACTERS or not templates:
        return None
    expires = _instant(claims.get("exp"))
    begun = [_instant(claims[name]) for name in ("nbf", "iat") if name in claims]
    starts = [instant for instant in begun if instant is not None]
    if expires is None or len(starts) != len(begun):
        return None
    if not _are_holdings(claims.get("holdings", [])):
        del claims["holdings"]
    return Statement(subject, templates, max(starts, default=-math.inf), expires, claims)


def _texts(value: object) -> frozenset[str]:
    """The strings of a claim that is a string or a list of strings; none if it is anything else."""
    if isinstance(value, str):
        return frozenset({value})
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return frozenset()
    return frozenset(value)


def _instant(value: object) -> float | None:
    """A claim that is a Unix time: a finite number, and neither true nor false, which Python counts as numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        instant = float(value)
    except OverflowError:
        return None
    return instant if math.isfinite(instant) else None


def _are_holdings(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MOST_HOLDINGS and all(_is_holding(each) for each in value)


def _is_holding(value: object) -> bool:
    """Whether this is a symbol and how much of it, negative where sold short."""
    if not isinstance(value, dict):
        return False
    symbol, quantity = value.get("symbol"), value.get("quantity")
    if not isinstance(symbol, str) or not isinstance(quantity, int | str):
        return False
    return bool(_SYMBOL.fullmatch(symbol) and _QUANTITY.fullmatch(str(quantity)))
