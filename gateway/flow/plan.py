"""Step 2: what to ask. Makes the `Plan`: asks in template order, and the outcome of what needs no asking."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from connectors import Scope
from connectors.contract.expression import Expression
from gateway.ask import Ask
from gateway.catalog.templates import Bound, Need
from gateway.flow.open import Opening
from gateway.outcome import Outcome, Reason, default

MOST_ELEMENTS = 100

_PREFETCH = default(Reason.PREFETCH)
_NO_CONSENT = default(Reason.CONSENT, "no_consent")
_BAD_INPUT = default(Reason.INPUT, "bad_input")
_DEPENDENCY = default(Reason.DEPENDENCY)
_BROKEN = default(Reason.PLUGIN, "connector_bug")
_TOO_MANY = default(Reason.SHED)


@dataclass(slots=True, eq=False)
class Asked:
    """What is asked for one signal: one ask, or one an element; an element that cannot be asked has its outcome."""

    need: Need
    elements: tuple[str, ...] | None
    parts: tuple[Ask | Outcome, ...]


@dataclass(slots=True, eq=False)
class Plan:
    """What one open asks, in template order: what can go out at once, and what is made of other signals or derived."""

    opening: Opening
    ready: list[Asked] = field(default_factory=list)
    waiting: list[Need] = field(default_factory=list)


def make_plan(opening: Opening) -> Plan:
    """Bind every signal that asks and reads no other; the rest is bound once its parents, if any, are in."""
    plan = Plan(opening)
    for need in opening.template.needs:
        if (need.parents or need.derivation is not None) and not opening.is_prefetch:
            plan.waiting.append(need)
        else:
            plan.ready.append(bind(need, opening, {}))
    return plan


def bind(need: Need, opening: Opening, signals: Mapping[str, Any]) -> Asked:
    """The asks for one signal. `signals` holds the JSON form of those that are in; a parent not there came by default.

    The first that holds, in this order, decides without asking: prefetch, consent, anonymous, input, dependency,
    plugin.
    """
    values = input_values(need, opening, signals)
    if isinstance(values, Outcome):
        return Asked(need, None, (values,))
    if need.each is None:
        return Asked(need, None, (_ask(need, opening, values),))
    elements = values.pop(need.each.name)
    if not isinstance(elements, list):
        return Asked(need, None, (_BAD_INPUT,))
    distinct = {str(element): element for element in elements}
    parts = [_ask(need, opening, {**values, need.each.name: one}) for one in list(distinct.values())[:MOST_ELEMENTS]]
    parts += [_TOO_MANY] * (len(distinct) - len(parts))
    return Asked(need, tuple(distinct), tuple(parts))


def input_values(need: Need, opening: Opening, signals: Mapping[str, Any]) -> dict[str, Any] | Outcome:
    """The values of a signal's inputs by name, or why it is not asked at all."""
    if opening.is_prefetch:
        return _PREFETCH
    source = need.source
    if source is not None and not opening.consents.issuperset(source.consent):
        return _NO_CONSENT
    if source is not None and source.scope is Scope.VIEWER and opening.viewer is None:
        return _anonymous(opening)
    signals = {**need.parent_defaults, **signals}
    values, lacking = _read(need, {**opening.roots, "signals": signals})
    if lacking and opening.viewer is None and any("ticket" in bound.path.roots for bound in lacking):
        return _anonymous(opening)
    if lacking and any("signals" not in bound.path.roots for bound in lacking):
        return _BAD_INPUT
    if not need.parents <= signals.keys():
        return _DEPENDENCY
    if source is None and need.derivation is None:
        return _BROKEN
    return _BAD_INPUT if lacking else values


def _anonymous(opening: Opening) -> Outcome:
    return default(Reason.ANONYMOUS, opening.refused)


def _read(need: Need, roots: Mapping[str, Any]) -> tuple[dict[str, Any], list[Bound]]:
    """The values that the inputs have, and the inputs that have none and need one."""
    values, lacking = {}, []
    for bound in need.inputs if need.each is None else (*need.inputs, need.each):
        value = _search(bound.path, roots)
        if value is None:
            if not bound.optional:
                lacking.append(bound)
            continue
        if bound.round is not None and type(value) in (int, float):
            value = _rounded(value, bound.round)
        values[bound.name] = value
    return values, lacking


def _search(path: Expression, roots: Mapping[str, Any]) -> Any:
    """What a path reads; nothing where a function of it meets what it does not take."""
    try:
        return path.search(roots)
    except Exception:
        return None


def _ask(need: Need, opening: Opening, values: Mapping[str, Any]) -> Ask | Outcome:
    source = need.source
    assert source is not None
    try:
        query = source.connector.query_type.model_validate(values)
    except ValidationError:
        return _BAD_INPUT
    except Exception:  # a validator of the connector's own
        return _BROKEN
    viewer = opening.viewer.subject if source.scope is Scope.VIEWER and opening.viewer else None
    until, timeout = _time_of(need, opening)
    return Ask(
        source=source,
        query=query,
        key=(need.space, viewer, query),
        until=until,
        timeout=timeout,
        fresh_within=need.fresh_within,
        usable_within=need.usable_within,
        may_hedge=need.may_hedge,
        may_retry=need.may_retry,
        is_patient=timeout > need.timeout,
    )


def _time_of(need: Need, opening: Opening) -> tuple[float, float]:
    """Until when an ask may be waited for, and what it may take: in a stream, until its signal is of no use."""
    deadline = opening.deadline
    if opening.late_window is None:
        return deadline.collect, need.timeout
    return max(deadline.collect, deadline.began + need.window(opening.late_window)), need.patience


def _rounded(value: float, decimals: int) -> float:
    """A number as it goes into a query; what is too large to be one is infinite, which no query takes."""
    try:
        return round(float(value), decimals) + 0.0  # -0.0 and 0.0 are one key
    except OverflowError:
        return math.inf
