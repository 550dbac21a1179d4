"""What a connector is asked with: declared inputs, each bound to its place of origin. The query is the cache key."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from connectors.contract.expression import Expression

ROOTS = frozenset({"where", "context", "ticket", "moment", "signals"})
_BOUNDS = ("pattern", "max_length", "ge", "gt", "le", "lt")


@dataclass(frozen=True, slots=True)
class Binding:
    """Where the value of one field comes from; without a path the template has to say it."""

    path: Expression | None
    round: int | None


def From(  # noqa: N802 - reads as a word of the declaration, like pydantic's Field
    path: str | None = None, *, round: int | None = None, default: Any = ..., **bounds: Any
) -> Any:
    """Bind a field of a query to a JMESPath over `where`, `context`, `ticket`, `moment` and `signals`.

    A template may override the path, and must give one where `path` is left out. `round` is the number of decimals
    kept, applied before the value reaches key, log or wire. `bounds` are pydantic's (`ge`, `pattern`, `max_length`
    and so on); what comes from `context` needs some.

    Raises:
        ValueError: the path is no JMESPath.
    """
    declared = Field(default, **bounds)
    declared.metadata.append(Binding(None if path is None else Expression(path), round))
    return declared


class Query(BaseModel):
    """Everything that `read` may see. Frozen and hashable: scalars and tuples only, no list and no mapping."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)


def binding_of(declared: FieldInfo) -> Binding | None:
    """The binding of a query's field; None where it was declared without `From`."""
    return next((part for part in declared.metadata if isinstance(part, Binding)), None)


def is_bounded(declared: FieldInfo) -> bool:
    """Whether a field has a bound or a type that is one: an enum, a literal, a boolean, tuples and unions of those."""
    return _is_closed(declared.annotation, declared.metadata)


def is_public_by_shape(declared: FieldInfo) -> bool:
    """Whether a value can only be a short public identifier: a pattern and at most 32 characters, or an enum."""
    if _is_enumerated(declared.annotation):
        return True
    pattern = any(getattr(part, "pattern", None) for part in declared.metadata)
    longest = min((part.max_length for part in declared.metadata if hasattr(part, "max_length")), default=None)
    return pattern and longest is not None and longest <= 32


def _is_closed(kind: Any, metadata: Sequence[Any] = ()) -> bool:
    origin, parts = get_origin(kind), get_args(kind)
    bounds = {name for part in metadata for one in getattr(part, "metadata", (part,)) for name in _bounds(one)}
    if kind in (bool, NoneType) or _is_enumerated(kind):
        return True
    if origin is Annotated:
        return _is_closed(parts[0], (*parts[1:], *metadata))
    if origin is tuple:
        ends = ... not in parts or "max_length" in bounds
        return ends and all(_is_closed(part) for part in parts if part is not ...)
    if origin in (Union, UnionType) and not bounds:
        return all(_is_closed(part) for part in parts)
    return bool(bounds)


def _bounds(constraint: Any) -> list[str]:
    return [name for name in _BOUNDS if getattr(constraint, name, None) is not None]


def _is_enumerated(kind: Any) -> bool:
    return get_origin(kind) is Literal or hasattr(kind, "__members__")
