"""Whether an answer is valid, by the schema of its template, and its viewer's own, by the word that only they have."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from jsonschema import Draft202012Validator

from soak.tally import Judge, Open

_CHECKED_WHOLE = 50
_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


def judge_by(schema: Any) -> Judge:
    """Each answer: fields, order and types; every fiftieth by the whole schema."""
    fields = list(schema["properties"])
    kinds = {name: _kinds(one) for name, one in schema["properties"].items()}
    validator, count = Draft202012Validator(schema), 0

    def judge(status: int, body: bytes, one: Open) -> str:
        nonlocal count
        if status == 503:
            return "refused"
        if status != 200:
            return f"status {status}"
        data = orjson.loads(body)["data"]
        if list(data) != fields:
            return "other fields"
        if not all(any(is_one(data[name]) for is_one in kinds[name]) for name in fields):
            return "another type"
        if data["member"] not in (None, one.canary):
            return "crossed"
        count += 1
        if count % _CHECKED_WHOLE == 0 and not validator.is_valid(data):
            return "not by the schema"
        return "ok"

    return judge


def _kinds(schema: Any) -> list[Callable[[Any], bool]]:
    """The checks of the JSON types that a field may have; anything, where its schema says more than a type."""
    stated = schema.get("type")
    names = [stated] if isinstance(stated, str) else stated or []
    return [_TYPES[name] for name in names] or [lambda _: True]
