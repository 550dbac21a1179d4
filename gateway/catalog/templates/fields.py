"""From the `data` of a file to fields: every path exists and is of the field's type, every default is a value of it."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from gateway.catalog.shapes import PRIVACIES, Privacy, Shape, obj
from gateway.catalog.templates.inspection import Inspection
from gateway.catalog.templates.model import FieldModel
from gateway.catalog.templates.sheet import Sheet
from gateway.catalog.templates.template import Field
from gateway.catalog.templates.values import BOUNDS, NUMBERS, REFUSED, Kind
from gateway.catalog.templates.wiring import MOMENT
from gateway.settings import Location


def fields_of(sheet: Sheet, shapes: Mapping[str, Shape], found: Inspection) -> tuple[Field, ...]:
    """The fields of a template in its order, those left out of which nothing can be made."""
    groups = _groups(sheet, found)
    top = obj({**shapes, "moment": MOMENT})
    made = (
        _field(name, one, top, groups.get(name, frozenset()), found)
        for name, one in sheet.data.items()
        if one is not None
    )
    return tuple(field for field in made if field is not None)


def _field(name: str, model: FieldModel, top: Shape, group: frozenset[str], found: Inspection) -> Field | None:
    at = ("data", name)
    kind = Kind.of(model)
    _check_bounds(model, kind, at, found)
    _check_default(model, kind, at, found)
    path = found.expression((*at, "from"), model.from_)
    if path is None:
        return None
    if len(path.roots) != 1:
        roots = " and ".join(sorted(path.roots)) or "nothing"
        found.fault((*at, "from"), f"a field reads one signal, or the moment; {path.text!r} reads {roots}")
        return None
    found.no_instant((*at, "from"), path)
    shape = found.shape((*at, "from"), path, top)
    if not _can_be(shape, model):
        found.fault((*at, "type"), f"{path.text!r} is {shape.told()}, never {model.type}")
    root = next(iter(path.roots))
    return Field(
        name=name,
        signal=None if root == "moment" else root,
        path=path,
        kind=kind,
        default=model.default,
        max_age=model.max_age.total_seconds() if model.max_age else math.inf,
        needed_at=None if model.needed_at is None else model.needed_at.total_seconds(),
        privacy=_privacy(model.privacy, shape.exposure(), (*at, "privacy"), found),
        group=group,
    )


def _check_bounds(model: FieldModel, kind: Kind, at: Location, found: Inspection) -> None:
    """Each bound is of a kind that the type has, and leaves something to show."""
    for bound, types in BOUNDS.items():
        if getattr(model, bound) is not None and model.type not in types:
            found.fault((*at, bound), f"{bound} says nothing of a field of type {model.type}", key=True)
    if kind.minimum > kind.maximum:
        found.fault((*at, "maximum"), "maximum is below minimum, so no value fits")
    if model.enum == ():
        found.fault((*at, "enum"), "an enum without a value lets nothing fit")
    for position, value in enumerate(model.enum or ()):
        if not (model.nullable if value is None else kind.without_enum().read(value) is not REFUSED):
            found.fault((*at, "enum", position), f"is no {model.type} within the field's own bounds")


def _check_default(model: FieldModel, kind: Kind, at: Location, found: Inspection) -> None:
    if model.default is None:
        if not model.nullable:
            found.fault((*at, "default"), "could come out empty: give a default other than null, or say nullable: true")
    elif kind.read(model.default) is REFUSED:
        found.fault((*at, "default"), f"the default is no {model.type} within the field's own bounds")
    elif not _is_json(model.default):
        found.fault((*at, "default"), "the default has no form in JSON: a number in it is too large, or is none")


def _is_json(value: Any) -> bool:
    try:
        return bool(orjson.loads(orjson.dumps(value)) == value)
    except orjson.JSONEncodeError:
        return False


def _can_be(shape: Shape, model: FieldModel) -> bool:
    """Whether the path can ever give a value of the field's type: an integral float passes as an integer."""
    wanted = NUMBERS if model.type in NUMBERS else {model.type}
    return shape.types is None or not shape.types.isdisjoint(wanted)


def _privacy(stated: Privacy | None, inferred: Privacy, at: Location, found: Inspection) -> Privacy:
    if stated is None:
        return inferred
    if PRIVACIES.index(stated) < PRIVACIES.index(inferred):
        found.fault(at, f"the signal's value is {inferred}: a field may be more private, never less")
    return stated


def _groups(sheet: Sheet, found: Inspection) -> dict[str, frozenset[str]]:
    """The whole group of each field that is in one."""
    groups: dict[str, frozenset[str]] = {}
    for at, name, names in _members(sheet):
        if name not in sheet.data:
            found.fault(at, f"no field {name!r} in this template", word=name, known=sheet.data)
        elif name in groups:
            found.fault(at, f"field {name!r} is in a group already")
        groups[name] = frozenset(names)
    return groups


def _members(sheet: Sheet) -> Iterator[tuple[Location, str, tuple[str, ...]]]:
    for group, names in sheet.groups.items():
        yield from ((("groups", group, position), name, names) for position, name in enumerate(names))
