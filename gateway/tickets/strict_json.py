"""A JSON object read in the one way that leaves no room for two readings of the same signed bytes."""

import json
from collections.abc import Iterable
from typing import Any

import orjson

MOST_LEVELS = 16


def read_object(text: bytes) -> dict[str, Any] | None:
    """The object that `text` holds, or None for anything else.

    None too for more than 16 levels, and for a name given twice at any of them: two readers that keep different ones
    of the two would see two different tickets. Integers of any length keep their digits: a claim may be an identifier.
    """
    try:
        # The stricter of the two readers goes first: it refuses NaN, infinities, lone surrogates, a byte order mark
        # and text that is not UTF-8, all of which the other one lets through.
        if not _is_shallow(orjson.loads(text)):
            return None
        value = json.loads(text.decode(), object_pairs_hook=_unique)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _is_shallow(value: object) -> bool:
    """Whether a value has no more levels than allowed; what recurses over it later must never run out of stack."""
    level = [value]
    for _ in range(MOST_LEVELS):
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return True
    return False


def _inside(value: object) -> Iterable[object]:
    """The values directly inside an object or a list."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The members of one object, whose names must differ."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name is given twice")
    return members
