"""Step 4: every field from its signal or its default, in template order. Makes the `Payload`."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from gateway.catalog.templates import REFUSED, Field, Rule
from gateway.flow.open import Opening
from gateway.flow.result import Result
from gateway.outcome import Reason, Status

TOO_OLD, GROUP, MISSING = "too_old", "group", "missing"


@dataclass(slots=True, eq=False)
class Payload:
    """What the template shows. `defaulted` says of each field that shows its default why it does."""

    opening: Opening
    results: Mapping[str, Result]
    data: dict[str, Any]
    variants: dict[str, str]
    defaulted: dict[str, str]
    complete: bool


def merge(opening: Opening, results: Mapping[str, Result]) -> Payload:
    """Fill the template from what came."""
    view = {name: result.document for name, result in results.items() if result.document is not None}
    if not opening.is_prefetch:  # what is fetched ahead may be shown another day
        view["moment"] = opening.roots["moment"]
    lost: dict[str | None, str] = {
        name: str(result.reason) for name, result in results.items() if result.document is None
    }
    data: dict[str, Any] = {}
    alone: dict[str, str] = {}
    for field in opening.template.fields:
        value, why = field.default, lost.get(field.signal)
        if why is None:
            value, why = _value(field, results, view)
        if value is REFUSED:  # one value that does not fit condemns the signal it came in
            assert field.signal is not None
            return merge(opening, {**results, field.signal: _condemned(results[field.signal])})
        data[field.name] = value
        if why is not None:
            alone[field.name] = why
    defaulted = _levelled(opening.template.fields, data, alone)
    whole = {root for root in view if root not in results or results[root].status is not Status.DEFAULT}
    variants = {slot: _use(rules, view, whole) for slot, rules in opening.template.variants.items()}
    complete = all(why == MISSING for why in defaulted.values())
    return Payload(opening, results, data, variants, defaulted, complete)


def _value(field: Field, results: Mapping[str, Result], view: Mapping[str, Any]) -> tuple[Any, str | None]:
    """The value of a field and why it is its default; `REFUSED` where the signal's value does not fit the field."""
    if field.signal is not None:
        if results[field.signal].age > field.max_age:
            return field.default, TOO_OLD
    elif "moment" not in view:
        return field.default, str(Reason.PREFETCH)
    value = _search(field.path.search, view)
    if value is None:
        return field.default, MISSING
    shown = field.kind.read(value)
    if shown is REFUSED and field.signal is None:  # no signal to condemn: the field alone shows its default
        return field.default, str(Reason.INVALID)
    return shown, None


def _condemned(result: Result) -> Result:
    return replace(
        result,
        status=Status.DEFAULT,
        reason=Reason.INVALID,
        cause="invalid_schema",
        document=None,
        as_of=None,
    )


def _levelled(fields: tuple[Field, ...], data: dict[str, Any], alone: dict[str, str]) -> dict[str, str]:
    """A field shows its default where another of its group does; all that do so, in template order."""
    if not alone:
        return alone
    defaulted = {}
    for field in fields:
        if field.name in alone:
            defaulted[field.name] = alone[field.name]
        elif not field.group.isdisjoint(alone):
            data[field.name] = field.default
            defaulted[field.name] = GROUP
    return defaulted


def _use(rules: tuple[Rule, ...], view: Mapping[str, Any], whole: AbstractSet[str]) -> str:
    """The use of the first rule that holds. A rule that reads anything but what is whole, or raises, does not."""
    for rule in rules:
        if rule.when is None:
            return rule.use
        if rule.when.roots <= whole and _search(rule.when.search, view) not in (None, False, "", [], {}):
            return rule.use
    raise AssertionError("the last rule of a variant always holds")


def _search(search: Any, view: Mapping[str, Any]) -> Any:
    """What an expression reads; nothing where a function of it, or an order, meets what it does not take."""
    try:
        return search(view)
    except Exception:
        return None
