"""What a field may hold: the types and bounds of a template, and the JSON Schema that says the same to a player."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from gateway.catalog.templates.model import FieldModel, FieldType

REFUSED: Final = object()

NUMBERS: Final = frozenset({"number", "integer"})

BOUNDS: Final[Mapping[str, frozenset[str]]] = {
    "enum": frozenset({"string", "number", "integer", "boolean"}),
    "minimum": NUMBERS,
    "maximum": NUMBERS,
    "max_length": frozenset({"string", "array"}),
}
"""Each bound by its key, and the types of which it says something."""

# The largest integer that every player reads exactly: browsers hold numbers as 64-bit floats.
_EXACT: Final = 2**53 - 1


def _integer(value: Any) -> Any:
    if type(value) is float and value.is_integer():
        value = int(value)
    return value if type(value) is int and abs(value) <= _EXACT else REFUSED


def _number(value: Any) -> Any:
    """A finite number; an integer that no player reads exactly is given as the float that it reads."""
    if type(value) is int and abs(value) > _EXACT:
        value = _float(value)
    return value if type(value) is int or (type(value) is float and math.isfinite(value)) else REFUSED


def _float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _exactly(kind: type) -> Callable[[Any], Any]:
    return lambda value: value if type(value) is kind else REFUSED


_READ: Mapping[FieldType, Callable[[Any], Any]] = {
    "string": _exactly(str),
    "number": _number,
    "integer": _integer,
    "boolean": _exactly(bool),
    "object": _exactly(dict),
    "array": _exactly(list),
}


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """The type of a field with its bounds."""

    type: FieldType
    nullable: bool
    enum: tuple[Any, ...] | None
    minimum: float
    maximum: float
    longest: float

    @classmethod
    def of(cls, model: FieldModel) -> "Kind":
        """The kind that a template states for a field."""
        return cls(
            model.type,
            model.nullable,
            model.enum,
            -math.inf if model.minimum is None else model.minimum,
            math.inf if model.maximum is None else model.maximum,
            math.inf if model.max_length is None else model.max_length,
        )

    def without_enum(self) -> "Kind":
        """The kind with its other bounds alone."""
        return replace(self, enum=None)

    def read(self, value: Any) -> Any:
        """The value as it goes into `data`, or `REFUSED`; null is of no type, whether it may stand is `nullable`."""
        value = _READ[self.type](value)
        if value is REFUSED or (self.enum is not None and value not in self.enum):
            return REFUSED
        if self.type in NUMBERS:
            return value if self.minimum <= value <= self.maximum else REFUSED
        return value if self.type in {"boolean", "object"} or len(value) <= self.longest else REFUSED

    def schema(self) -> dict[str, Any]:
        """The JSON Schema (2020-12) of what the field may hold: what `read` gives, and null where it may stand."""
        schema: dict[str, Any] = {"type": [self.type, "null"] if self.nullable else self.type}
        if self.enum is not None:
            schema["enum"] = [*self.enum, None] if self.nullable and None not in self.enum else list(self.enum)
        exact = _EXACT if self.type == "integer" else math.inf
        least, most = max(self.minimum, -exact), min(self.maximum, exact)
        if least != -math.inf:
            schema["minimum"] = least
        if most != math.inf:
            schema["maximum"] = most
        if self.longest != math.inf:
            schema["maxItems" if self.type == "array" else "maxLength"] = self.longest
        return schema
