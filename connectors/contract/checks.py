"""What is checked when the class of a connector is created, one rule a function, all faults told at once."""

import re
from collections.abc import Callable, Collection, Iterator
from enum import Enum
from typing import Any, get_args, get_origin

from pydantic import ValidationError

from connectors.contract.expression import may_read
from connectors.contract.policy import Policy, Scope
from connectors.contract.query import ROOTS, Query, binding_of, is_bounded
from connectors.contract.settings import Settings
from connectors.contract.signal import Signal

CONNECTOR_NAME = re.compile(r"[a-z][a-z0-9-]{1,39}")
RESERVED_NAMES = frozenset(
    {"all", "any", "context", "data", "default", "derived", "each", "gateway", "moment", "none", "open", "signals"}
    | {"template", "ticket", "unknown", "variants", "where"}
)
RESERVED_SETTINGS = frozenset({"policy", "hosts"})
_KEYS = (str, bytes, tuple, frozenset, Enum)


def faults_of(made: Any, *, reads: bool, batches: bool) -> list[str]:
    """Every fault in the declarations of a connector class, in the order of the rules; empty for a good one."""
    untyped = [*_types(made)]
    rules = _WITHOUT_TYPES if untyped else (*_WITHOUT_TYPES, *_WITH_TYPES)
    return [*untyped, *(fault for rule in rules for fault in rule(made)), *_talks(made, reads, batches)]


def _types(made: Any) -> Iterator[str]:
    for slot, base in (("settings_type", Settings), ("query_type", Query), ("signal_type", Signal)):
        found = getattr(made, slot, None)
        if not (isinstance(found, type) and issubclass(found, base)):
            yield f"name its types: Connector[Settings, Query, Signal]; {slot} is no subclass of {base.__name__}"


def _name(made: Any) -> Iterator[str]:
    name = getattr(made, "name", None)
    if not isinstance(name, str) or not CONNECTOR_NAME.fullmatch(name):
        yield f"name is required and matches {CONNECTOR_NAME.pattern}"
    elif name in RESERVED_NAMES:
        yield f"name {name!r} is a word of the gateway's own"


def _policy(made: Any) -> Iterator[str]:
    if not isinstance(getattr(made, "policy", None), Policy):
        yield "policy is required: Policy(scope=, timeout=, ttl=, stale=, hosts=)"


def _default(made: Any) -> Iterator[str]:
    default = getattr(made, "default", None)
    if not isinstance(default, made.signal_type):
        yield f"default is required and is an instance of {made.signal_type.__name__}"
        return
    try:  # pydantic does not validate defaults, and model_construct bypasses everything
        made.signal_type.model_validate(dict(default))
    except ValidationError as error:
        where = ", ".join(".".join(map(str, one["loc"])) for one in error.errors(include_input=False))
        yield f"default is not a valid {made.signal_type.__name__}: {where}"


def _settings(made: Any) -> Iterator[str]:
    for name in sorted(RESERVED_SETTINGS & set(made.settings_type.model_fields)):
        yield f"a setting may not be called {name!r}: that word stands beside the settings in the configuration"


def _bindings(made: Any) -> Iterator[str]:
    shared = getattr(getattr(made, "policy", None), "scope", None) is Scope.SHARED
    for name, declared in made.query_type.model_fields.items():
        binding = binding_of(declared)
        if binding is None:
            yield f"query field {name!r} has no From(...): every input is declared"
            continue
        if binding.path is None:
            continue
        text, roots = binding.path.text, binding.path.roots
        if unknown := sorted(roots - ROOTS):
            yield f"query field {name!r} reads unknown root {unknown[0]!r}: one of {', '.join(sorted(ROOTS))}"
        if may_read(binding.path.parsed, "moment", "now"):
            yield f"query field {name!r} reads moment.now, which may be in no cache key: bind it in a derive"
        if shared and "ticket" in roots:
            yield f"shared scope may not read {text}: what is fetched for one viewer would be given to another"
        if "context" in roots and not is_bounded(declared):
            yield f"query field {name!r} comes from the player: give it bounds, a pattern or an enum"


def _hashable(made: Any) -> Iterator[str]:
    for name, declared in made.query_type.model_fields.items():
        for kind in _types_in(declared.annotation):
            if isinstance(kind, type) and issubclass(kind, Collection) and not issubclass(kind, _KEYS):
                yield f"query field {name!r} holds a {kind.__name__}: a cache key holds scalars and tuples only"


def _types_in(annotation: Any) -> Iterator[Any]:
    yield get_origin(annotation) or annotation
    for part in get_args(annotation):
        yield from _types_in(part)


def _talks(made: Any, reads: bool, batches: bool) -> Iterator[str]:
    policy = getattr(made, "policy", None)
    if isinstance(policy, Policy) and policy.batch > 1 and not batches:
        yield f"policy.batch is {policy.batch}, but there is no read_many"
    if isinstance(policy, Policy) and policy.batch == 1 and batches:
        yield "read_many without policy.batch: say how many queries one call may carry"
    if not reads and not batches:
        yield "write read(query), or read_many(queries)"


_Rule = Callable[[Any], Iterator[str]]
_WITHOUT_TYPES: tuple[_Rule, ...] = (_name, _policy)
_WITH_TYPES: tuple[_Rule, ...] = (_default, _settings, _bindings, _hashable)
