"""The description of the public port, OpenAPI 3.1, from the models of its requests and answers."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gateway.app.answers import DefaultsDocument, OpenAnswer, Patch, ProblemDocument, TemplateList
from gateway.catalog.templates import Template
from gateway.errors import PROBLEMS
from gateway.flow.request import OpenRequest

_REF = "#/components/schemas/{model}"
_ANSWERS: tuple[type[BaseModel], ...] = (OpenAnswer, Patch, TemplateList, DefaultsDocument, ProblemDocument)
# The same for every configuration, and a good part of the work of a reload.
_SCHEMAS: Mapping[str, Any] = models_json_schema(
    [(OpenRequest, "validation"), *((model, "serialization") for model in _ANSWERS)], ref_template=_REF
)[1]["$defs"]
_EVERYWHERE = (400, 404, 405)
_OF_OPEN = (400, 404, 405, 408, 413, 415, 429, 503)
_RETRY_AFTER: Mapping[str, Any] = {
    "headers": {"Retry-After": {"description": "Seconds", "schema": {"type": "integer", "minimum": 1}}}
}


def openapi(templates: Mapping[str, Mapping[int, Template]]) -> dict[str, Any]:
    """The document; the templates that are loaded stand in it as examples."""
    schemas = {**_SCHEMAS, "OpenRequest": _request(templates)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Moment Gateway",
            "version": version("moment-gateway"),
            "description": "One call by a video player, one answer in time.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "paths": {
            "/v1/open": {"post": _open(templates)},
            "/v1/templates": {"get": _get("listTemplates", "Which templates there are", _of("TemplateList"), [])},
            "/v1/templates/{id}/schema": {
                "get": _get("readSchema", "The JSON Schema of `data`", {"type": "object"}, _of_template(templates))
            },
            "/v1/templates/{id}/defaults": {
                "get": _get(
                    "readDefaults",
                    "The payload with no signal at all",
                    _of("DefaultsDocument"),
                    _of_template(templates),
                )
            },
            "/openapi.json": {"get": _get("readDescription", "This description", {"type": "object"}, [])},
        },
        "components": {"schemas": schemas},
    }


def _request(templates: Mapping[str, Mapping[int, Template]]) -> dict[str, Any]:
    """The schema of an open, with the templates that there are as examples."""
    schema: dict[str, Any] = _SCHEMAS["OpenRequest"]
    members = schema["properties"]
    return schema | {"properties": members | {"template": members["template"] | {"examples": list(templates)}}}


def _of(model: str) -> dict[str, Any]:
    return {"$ref": _REF.format(model=model)}


def _open(templates: Mapping[str, Mapping[int, Template]]) -> dict[str, Any]:
    examples = {
        name: {"value": {"template": name, "context": {"place": {"lat": 51.51, "lon": -0.13}}}} for name in templates
    }
    body = {"schema": _of("OpenRequest"), "examples": examples}
    return {
        "operationId": "open",
        "summary": "One Moment of Open",
        "description": "Answers 200 whenever the template exists, however many signals failed. The same body may be "
        "sent as `text/plain`, so that a browser need not ask first. With `Accept: text/event-stream` the answer is a "
        "stream that begins with the same payload.",
        "requestBody": {"required": True, "content": {"application/json": body}},
        "responses": {
            "200": {
                "description": "The payload",
                "headers": {
                    name: {"schema": {"type": "string"}} for name in ("Server-Timing", "X-Request-Id", "traceparent")
                },
                "content": {"application/json": {"schema": _of("OpenAnswer")}, "text/event-stream": _stream()},
            },
            **_problems(_OF_OPEN),
        },
    }


def _stream() -> dict[str, Any]:
    """The other form of the answer, of which OpenAPI 3.1 can only say that it is text."""
    about = (
        "Events, each with one line of `data`: `payload`, the answer as it is in JSON, by the end of the budget; then "
        "for each signal that comes late one `patch`, numbered from 1 by its `id`; then `end`, whose data is `{}`. "
        "Lines that begin with a colon say that the stream is still there. A stream is not resumed."
    )
    events = {"payload": _of("OpenAnswer"), "patch": _of("Patch"), "end": {"type": "object", "maxProperties": 0}}
    return {"schema": {"type": "string", "description": about}, "x-events": events}


def _get(operation: str, summary: str, schema: dict[str, Any], parameters: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "operationId": operation,
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": {"description": "The document", "content": {"application/json": {"schema": schema}}},
            "304": {"description": "Unchanged since the ETag that was sent"},
            **_problems(_EVERYWHERE),
        },
    }


def _of_template(templates: Mapping[str, Mapping[int, Template]]) -> list[dict[str, Any]]:
    return [
        {
            "name": "id",
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,63}$"},
            "examples": {name: {"value": name} for name in templates},
        },
        {
            "name": "version",
            "in": "query",
            "description": "The highest where left out.",
            "schema": {"type": "integer", "minimum": 1, "maximum": 999_999_999},
        },
    ]


def _problems(statuses: tuple[int, ...]) -> dict[str, Any]:
    titles = {kind.status: kind.title for kind in reversed(PROBLEMS.values())}
    later = {kind.status for kind in PROBLEMS.values() if kind.retry_after is not None}
    return {
        str(status): {
            "description": titles[status],
            **(_RETRY_AFTER if status in later else {}),
            "content": {"application/problem+json": {"schema": _of("ProblemDocument")}},
        }
        for status in statuses
    }
