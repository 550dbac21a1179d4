"""A template as it is used: every path compiled, every name resolved, nothing left to look up."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from connectors import Attribution
from connectors.contract.derive import Derivation
from connectors.contract.expression import Expression
from gateway.ask import Source
from gateway.catalog.templates.values import Kind
from gateway.errors import ConfigFault


class Waiting(Enum):
    """How long an open waits for a signal: to its deadline, a grace after the required ones are in, or not at all."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    LATE = "late"


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """An input and the path that fills it.

    `round` is the number of decimals kept. Where the path gives nothing, an `optional` one keeps the query's default.
    """

    name: str
    path: Expression
    round: int | None
    optional: bool


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """One signal that a template needs.

    Exactly one of `source` and `derivation` stands, or neither where the plugin could not be loaded. `each` is the
    input asked once an element. `parents` are the signals it reads. `space` begins every cache key. `fresh_within`
    and `usable_within` are the smallest and largest `max_age` of the fields that read it, in seconds. A signal that
    runs on default reads `parent_defaults` (JSON form, by name) where a parent came by default.

    For an event stream: `shows` are the fields made of it, directly or through other signals, each with its
    `needed_at`; one that `comes_late` does not hold back the payload, and `patience` is what its call may take then.
    """

    name: str
    source: Source | None
    derivation: Derivation[Any] | None
    inputs: tuple[Bound, ...]
    each: Bound | None
    parents: frozenset[str]
    waiting: Waiting
    timeout: float
    may_hedge: bool
    may_retry: bool
    space: str
    fresh_within: float
    usable_within: float
    origin: str
    parent_defaults: Mapping[str, Any]
    attribution: Attribution | None
    shows: Mapping[str, float | None]
    comes_late: bool
    patience: float

    def window(self, usual: float, fields: Container[str] | None = None) -> float:
        """How long after its begin a stream waits for the signal, in seconds: for the latest of these fields, or all.

        `usual` stands for a field that does not say when it is needed.
        """
        ends = [usual if at is None else at for name, at in self.shows.items() if fields is None or name in fields]
        return max(ends, default=usual)


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One field of `data`. `signal` is the one it reads, None for the moment's own; durations are in seconds."""

    name: str
    signal: str | None
    path: Expression
    kind: Kind
    default: Any
    max_age: float
    needed_at: float | None
    privacy: str
    group: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """The use of a variant where the expression holds; None always holds."""

    when: Expression | None
    use: str


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """One version of a template. `budget` is in seconds, None where the file states none.

    `warnings` tell of what loads and is probably not meant.
    """

    id: str
    version: int
    tenant: str
    budget: float | None
    needs: tuple[Need, ...]
    fields: tuple[Field, ...]
    variants: Mapping[str, tuple[Rule, ...]]
    schema: Mapping[str, Any]
    warnings: tuple[ConfigFault, ...] = ()

    def defaults(self) -> dict[str, Any]:
        """`data` with no signal at all."""
        return {field.name: field.default for field in self.fields}

    def fallbacks(self) -> dict[str, str]:
        """The variants with no signal at all: each slot's last rule."""
        return {slot: rules[-1].use for slot, rules in self.variants.items()}
