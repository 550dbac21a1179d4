"""From a parsed file to a template, or to everything that is wrong with it."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from gateway.budget import BudgetLaw
from gateway.catalog.registry import Registry
from gateway.catalog.templates.fields import fields_of
from gateway.catalog.templates.inspection import Inspection
from gateway.catalog.templates.needs import need_of, shapes_of, wire_signals
from gateway.catalog.templates.sheet import Sheet, read_sheet
from gateway.catalog.templates.streaming import check_timeouts, streamed_of
from gateway.catalog.templates.template import Field, Need, Template
from gateway.catalog.templates.variants import variants_of
from gateway.errors import ConfigError, ConfigFault
from gateway.settings import Document

_LAW = BudgetLaw()
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def load_template(document: Document, registry: Registry, law: BudgetLaw = _LAW) -> Template:
    """Check one file whole.

    Raises:
        ConfigError: every fault in it, with its place, in the order of the file.
    """
    found = Inspection(document)
    sheet = read_sheet(found)
    wired = wire_signals(sheet, registry, found)
    shapes = shapes_of(sheet, wired, found)
    fields = fields_of(sheet, shapes, found)
    variants = variants_of(sheet, shapes, found)
    models = {name: one.model for name, one in wired.items()}
    streamed = streamed_of(models, {name: one.parents for name, one in wired.items()}, fields, variants)
    check_timeouts(models, streamed, found)
    found.end()
    head = sheet.head
    assert head is not None
    needs = tuple(need_of(name, wired, head, fields, streamed[name]) for name in wired)
    budget = head.budget.total_seconds() if head.budget else None
    return Template(
        id=head.template,
        version=head.version,
        tenant=head.tenant,
        budget=budget,
        needs=needs,
        fields=fields,
        variants=variants,
        schema=_schema(f"{head.template} {head.version}", sheet, fields),
        warnings=tuple(_tight(document, needs, min(law.default if budget is None else budget, law.most))),
    )


def _tight(document: Document, needs: tuple[Need, ...], budget: float) -> Iterator[ConfigFault]:
    """Signals whose call can begin only when others have ended, and whose times together are longer than the budget."""
    by_name = {need.name: need for need in needs}

    @cache
    def longest(need: Need) -> float:
        return need.timeout + max((longest(by_name[parent]) for parent in need.parents), default=0.0)

    for need in needs:
        if need.parents and need.source is not None and (path := longest(need)) > budget:
            message = f"its timeout and those of the signals it waits for are {path * 1000:g} ms together"
            yield document.fault(("signals", need.name), f"{message}, and the budget is {budget * 1000:g} ms")


def load_templates(
    documents: Iterable[Document], registry: Registry, law: BudgetLaw = _LAW
) -> dict[str, dict[int, Template]]:
    """All templates by id and version.

    Raises:
        ConfigError: the faults of all files, two files of one id and version among them.
    """
    faults: list[ConfigFault] = []
    loaded: dict[str, dict[int, Template]] = {}
    owners: dict[tuple[str, int], Document] = {}
    for document in documents:
        try:
            template = load_template(document, registry, law)
        except ConfigError as error:
            faults += error.faults
            continue
        owner = owners.setdefault((template.id, template.version), document)
        if owner is not document:
            first = owner.mark(("version",))
            message = f"version {template.version} of template {template.id!r} is at {first} already"
            faults.append(document.fault(("version",), message))
        loaded.setdefault(template.id, {})[template.version] = template
    if faults:
        raise ConfigError(*faults)
    return {name: dict(sorted(versions.items())) for name, versions in sorted(loaded.items())}


def _schema(title: str, sheet: Sheet, fields: Iterable[Field]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of `data`: every field, always, and no other."""
    properties = {}
    for field in fields:
        model = sheet.data[field.name]
        about = {"description": model.description} if model and model.description else {}
        properties[field.name] = {**about, **field.kind.schema(), "default": field.default, "x-privacy": field.privacy}
    return {
        "$schema": _DRAFT,
        "title": title,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
