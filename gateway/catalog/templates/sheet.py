"""A file taken apart: every part that can be read by itself, and a fault for every one that cannot."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from gateway.catalog.templates.inspection import Inspection
from gateway.catalog.templates.model import FieldModel, RuleModel, SignalModel, TemplateModel
from gateway.errors import ConfigError
from gateway.settings import Location, validate

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """What a file says, part by part; None stands for a part that could not be read, which is a fault already."""

    head: TemplateModel | None
    signals: Mapping[str, SignalModel | None]
    data: Mapping[str, FieldModel | None]
    groups: Mapping[str, tuple[str, ...]]
    variants: Mapping[str, tuple[RuleModel | None, ...]]


def read_sheet(found: Inspection) -> Sheet:
    """Take the file apart that is inspected."""
    head = _read(TemplateModel, (), found)
    return Sheet(
        head,
        {name: _read(SignalModel, ("signals", name), found) for name, _ in _parts("signals", found)},
        {name: _read(FieldModel, ("data", name), found) for name, _ in _parts("data", found)},
        {name: tuple(map(str, one)) for name, one in _parts("groups", found) if isinstance(one, list)},
        {
            slot: tuple(_read(RuleModel, ("variants", slot, number), found) for number, _ in enumerate(rules))
            for slot, rules in _parts("variants", found)
            if isinstance(rules, list)
        },
    )


def _parts(section: str, found: Inspection) -> Iterator[tuple[str, Any]]:
    """The parts of a section as the file has them, in its order."""
    data = found.document.data
    parts = data.get(section) if isinstance(data, dict) else None
    yield from parts.items() if isinstance(parts, dict) else ()


def _read(model: type[M], at: Location, found: Inspection) -> M | None:
    try:
        return validate(found.document, model, at)
    except ConfigError as error:
        found.faults += error.faults
        return None
