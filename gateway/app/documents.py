"""The public documents of one configuration, written once: a request for one costs a look-up and no more."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.app.openapi import openapi
from gateway.catalog.templates import Template

Templates = Mapping[str, Mapping[int, Template]]


@dataclass(frozen=True, slots=True)
class Written:
    """A document as bytes, with its ETag."""

    body: bytes
    etag: str

    @classmethod
    def of(cls, document: Any) -> "Written":
        """Write a document."""
        body = orjson.dumps(document)
        return cls(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


@dataclass(frozen=True, slots=True, eq=False)
class Documents:
    """Which templates there are, each version's schema and defaults, and the description of the port."""

    templates: Written
    openapi: Written
    schemas: Mapping[tuple[str, int], Written]
    defaults: Mapping[tuple[str, int], Written]


def documents_of(templates: Templates) -> Documents:
    """Write them all."""
    every = [(name, template) for name, versions in templates.items() for template in versions.values()]
    return Documents(
        templates=Written.of({"templates": [_entry(name, versions) for name, versions in templates.items()]}),
        openapi=Written.of(openapi(templates)),
        schemas={(name, one.version): Written.of(one.schema) for name, one in every},
        defaults={(name, one.version): Written.of(_defaults(one)) for name, one in every},
    )


def _entry(name: str, versions: Mapping[int, Template]) -> dict[str, Any]:
    highest = versions[max(versions)]
    return {
        "id": name,
        "version": highest.version,
        "versions": list(versions),
        "signals": [need.name for need in highest.needs],
        "fields": [field.name for field in highest.fields],
    }


def _defaults(template: Template) -> dict[str, Any]:
    return {
        "template": template.id,
        "version": template.version,
        "data": template.defaults(),
        "variants": template.fallbacks(),
        "complete": False,
    }
