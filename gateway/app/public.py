"""The public port: the open itself, what a player may know of templates, and the description of it all."""

import asyncio
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from aiohttp import web

from gateway import moment
from gateway.app.cors import Origins
from gateway.app.http import NO_STORE, VARY, Handler, Routes, json_answer, read_body, request_id
from gateway.app.openapi import openapi
from gateway.catalog.templates import Template
from gateway.errors import Problem
from gateway.flow.open import find_template
from gateway.flow.request import Arrival
from gateway.moment import Gateway
from gateway.telemetry import trace_headers

MOST_BODY_BYTES = 64 * 1024
_PATIENCE = 2.0  # seconds for the body to arrive
_BODY_TYPES = frozenset({"application/json", "text/plain"})
_OF_TEMPLATE = re.compile(r"/v1/templates/([a-z][a-z0-9_]{0,63})/(schema|defaults)")
_CACHEABLE = {"Cache-Control": "public, max-age=60", "Access-Control-Allow-Origin": "*"}


class Public:
    """The handlers of the public port. `gateway()` is the one in force: a reload swaps it by one reference."""

    def __init__(self, gateway: Callable[[], Gateway], origins: Origins) -> None:
        self._gateway = gateway
        self._origins = origins

    def routes(self) -> Routes:
        """The paths that are always there."""
        return {
            "/v1/open": {"POST": self.open, "OPTIONS": self.preflight},
            "/v1/templates": {"GET": self.templates},
            "/openapi.json": {"GET": self.openapi},
        }

    def find(self, path: str) -> Mapping[str, Handler] | None:
        """The methods of a path below a template."""
        match = _OF_TEMPLATE.fullmatch(path)
        if match is None:
            return None
        document = _schema if match[2] == "schema" else _defaults

        async def handler(request: web.BaseRequest) -> web.Response:
            template = find_template(self._gateway().front.templates, match[1], _version(request))
            return _cacheable(request, document(template))

        return {"GET": handler}

    async def open(self, request: web.BaseRequest) -> web.Response:
        """The Moment of Open: one answer, in time."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        headers = request.headers
        kind = headers.get("Content-Type", "application/json").partition(";")[0].strip().lower()
        if kind not in _BODY_TYPES:
            raise Problem.named("unsupported-media-type")
        body = await read_body(request, MOST_BODY_BYTES, _PATIENCE)
        answered = await moment.answer(Arrival(body, headers, began), self._gateway())
        # The answer is written in this turn of the loop; what is still out is left in the next.
        loop.call_soon(answered.collected.release)
        answer = answered.answer
        return web.Response(
            status=answer.status,
            body=answer.body,
            headers={
                **NO_STORE,
                "Content-Type": "application/json",
                "Vary": VARY,
                "X-Request-Id": request_id(headers, lambda: answered.payload.opening.id),
                **answer.headers,
                **self._origins.headers(headers.get("Origin")),
                **trace_headers(headers),
            },
        )

    async def preflight(self, request: web.BaseRequest) -> web.Response:
        """What a page may send, for browsers that ask first."""
        headers = {**NO_STORE, "Allow": "OPTIONS, POST", "Vary": "Origin"}
        return web.Response(status=204, headers={**headers, **self._origins.preflight(request.headers.get("Origin"))})

    async def templates(self, request: web.BaseRequest) -> web.Response:
        """Which templates there are."""
        listed = [
            {
                "id": name,
                "version": max(versions),
                "versions": list(versions),
                "signals": [need.name for need in versions[max(versions)].needs],
                "fields": [field.name for field in versions[max(versions)].fields],
            }
            for name, versions in self._gateway().front.templates.items()
        ]
        return _cacheable(request, {"templates": listed})

    async def openapi(self, request: web.BaseRequest) -> web.Response:
        """The description of this port, OpenAPI 3.1."""
        return _cacheable(request, openapi(self._gateway().front.templates))


def _schema(template: Template) -> Mapping[str, Any]:
    return template.schema


def _defaults(template: Template) -> dict[str, Any]:
    return {
        "template": template.id,
        "version": template.version,
        "data": template.defaults(),
        "variants": template.fallbacks(),
        "complete": False,
    }


def _version(request: web.BaseRequest) -> int | None:
    asked = request.query.get("version")
    if asked is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", asked):
        raise Problem.named("invalid-request", errors=(("/version", "is a whole number"),))
    return int(asked)


def _cacheable(request: web.BaseRequest, document: Any) -> web.Response:
    """A public document with its ETag; nothing of it again for who has it."""
    digest = hashlib.sha256(orjson.dumps(document)).hexdigest()[:32]
    headers = {**_CACHEABLE, "ETag": f'"{digest}"'}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")}
    if headers["ETag"] in known or "*" in known:
        return web.Response(status=304, headers={**NO_STORE, **headers})
    return json_answer(document, headers)
