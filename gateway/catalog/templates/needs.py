"""From the signals of a file to needs: who reads whom, and what that makes of each."""

import graphlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from gateway.catalog.registry import Registry
from gateway.catalog.shapes import ANYTHING, Shape
from gateway.catalog.templates.inspection import Inspection
from gateway.catalog.templates.model import LONGEST_TIMEOUT, SignalModel, TemplateModel
from gateway.catalog.templates.origins import Origin, find_origin
from gateway.catalog.templates.sheet import Sheet
from gateway.catalog.templates.streaming import Streamed
from gateway.catalog.templates.template import Field, Need, Waiting
from gateway.catalog.templates.wiring import Wire, check_wires, wires_of

RESERVED_SIGNALS = frozenset({"where", "context", "ticket", "moment", "signals"})


@dataclass(frozen=True, slots=True, eq=False)
class Wired:
    """A signal with its origin, its wires, and the signals it reads."""

    model: SignalModel
    origin: Origin
    wires: tuple[Wire, ...]
    parents: frozenset[str]

    def shape(self) -> Shape:
        """The shape of the signal: the origin's, or a mapping of such by element."""
        one = self.origin.shape
        return one if self.model.each is None else Shape(frozenset({"object"}), values=one)


def wire_signals(sheet: Sheet, registry: Registry, found: Inspection) -> dict[str, Wired]:
    """Bind the inputs of every signal and find who reads whom."""
    wired = {}
    for name, signal in sheet.signals.items():
        if name in RESERVED_SIGNALS:
            found.fault(("signals", name), f"a signal may not be called {name!r}", key=True)
        if signal is None:
            continue
        origin = find_origin(name, signal, registry, found)
        wires = wires_of(name, signal, origin, found)
        readable = [one for one, model in sheet.signals.items() if model is not None]
        parents = frozenset(parent for wire in wires for parent in wire.parents(readable))
        wired[name] = Wired(signal, origin, wires, parents)
    return wired


def shapes_of(sheet: Sheet, wired: Mapping[str, Wired], found: Inspection) -> dict[str, Shape]:
    """The shape of each signal, every wire checked on the way. What reads a viewer's value is a viewer's."""
    shapes = dict.fromkeys(sheet.signals, ANYTHING)
    shapes |= {name: one.shape() for name, one in wired.items()}
    for name in _parents_first(wired, found):
        privacy = check_wires(wired[name].origin, wired[name].wires, shapes, found)
        shapes[name] = shapes[name].raised_to(privacy)
    return shapes


def _parents_first(wired: Mapping[str, Wired], found: Inspection) -> Sequence[str]:
    """The names in an order of reading; each circle is a fault, and then cut through."""
    parents = {name: set(one.parents) for name, one in wired.items()}
    while True:
        try:
            return list(graphlib.TopologicalSorter(parents).static_order())
        except graphlib.CycleError as error:
            circle = list(reversed(error.args[1]))[1:]
            first = min(map(list(wired).index, circle))
            start = circle.index(list(wired)[first])
            names = [*circle[start:], *circle[:start], circle[start]]
            told = " -> ".join(names)
            found.fault(("signals", names[0]), f"signals read each other in a circle: {told}", key=True)
            for name in circle:
                parents[name].difference_update(circle)


def need_of(
    name: str, all_wired: Mapping[str, Wired], template: TemplateModel, fields: Sequence[Field], streamed: Streamed
) -> Need:
    """The need for one signal, with the ages that its readers allow."""
    wired = all_wired[name]
    source, origin, calls = wired.origin.source, wired.origin, template.calls
    ages = _ages(name, all_wired, fields)
    stated = wired.model.timeout or calls.timeout
    own = source.timeout if source else 0.0
    patience = stated.total_seconds() if stated else own
    may_hedge, may_retry = (
        True if own is None and usual is None else bool(usual if own is None else own)
        for own, usual in ((wired.model.hedge, calls.hedge), (wired.model.retry, calls.retry))
    )
    return Need(
        name=name,
        source=source,
        derivation=origin.derivation,
        inputs=tuple(wire.bound() for wire in wired.wires if not wire.is_each),
        each=next((wire.bound() for wire in wired.wires if wire.is_each), None),
        parents=wired.parents,
        waiting=Waiting(wired.model.class_),
        timeout=patience if patience <= LONGEST_TIMEOUT.total_seconds() else own,
        may_hedge=may_hedge,
        may_retry=may_retry and (source is None or source.retry),
        space=f"{template.tenant}/{origin.name}@{origin.major}/{source.digest if source else ''}",
        fresh_within=min(ages, default=math.inf),
        usable_within=max(ages, default=math.inf),
        origin=origin.name,
        parent_defaults=(
            {parent: _default(all_wired[parent]) for parent in wired.parents} if wired.model.run_on_default else {}
        ),
        attribution=origin.attribution,
        shows=streamed.shows,
        comes_late=streamed.comes_late,
        patience=patience,
    )


def _default(parent: Wired) -> Mapping[str, object]:
    """What stands for a parent that came by default: of one asked once an element, no element at all."""
    return parent.origin.default if parent.model.each is None else {}


def _ages(name: str, all_wired: Mapping[str, Wired], fields: Sequence[Field]) -> frozenset[float]:
    """How old the signal may be for each of its readers; a signal that is derived from it is as old as it is."""

    @cache
    def ages(one: str) -> frozenset[float]:
        found = {field.max_age for field in fields if field.signal == one}
        for child, wired in all_wired.items():
            if one in wired.parents:
                found |= (ages(child) if wired.model.derive else frozenset()) or {math.inf}
        return frozenset(found)

    return ages(name)
