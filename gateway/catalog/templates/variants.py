"""From the `variants` of a file to rules: the last holds when nothing else does, the others read what is there."""

from collections.abc import Mapping

from gateway.catalog.shapes import Shape, obj
from gateway.catalog.templates.inspection import Inspection
from gateway.catalog.templates.model import RuleModel
from gateway.catalog.templates.sheet import Sheet
from gateway.catalog.templates.template import Rule
from gateway.catalog.templates.wiring import MOMENT
from gateway.settings import Location


def variants_of(sheet: Sheet, shapes: Mapping[str, Shape], found: Inspection) -> dict[str, tuple[Rule, ...]]:
    """The rules of each variant in the order of the file."""
    top = obj({**shapes, "moment": MOMENT})
    return {
        slot: tuple(
            _rule(rule, ("variants", slot, number), top, found, is_last=number == len(rules) - 1)
            for number, rule in enumerate(rules)
            if rule is not None
        )
        for slot, rules in sheet.variants.items()
    }


def _rule(rule: RuleModel, at: Location, top: Shape, found: Inspection, *, is_last: bool) -> Rule:
    if is_last != (rule.when is None):
        found.fault(at, "the last rule, and no other, has no `when`: it is what holds when nothing else does")
    if rule.when is None:
        return Rule(None, rule.use)
    at = (*at, "when")
    expression = found.expression(at, rule.when)
    if expression is not None:
        found.no_instant(at, expression)
        found.shape(at, expression, top)
    return Rule(expression, rule.use)
