"""The public port: the open itself, what a player may know of templates, and the description of it all."""

import asyncio
import re
from collections.abc import Callable, Mapping

from aiohttp import web

from gateway import moment
from gateway.admission import Level
from gateway.app.assembly import Assembly
from gateway.app.body import read_body
from gateway.app.documents import Written
from gateway.app.engine import Engine
from gateway.app.http import NO_STORE, VARY, Handler, Routes, is_known, request_id
from gateway.app.stream import Say, send_stream, wants_stream
from gateway.errors import Problem
from gateway.flow.open import find_template
from gateway.flow.request import Arrival
from gateway.moment import Answered
from gateway.telemetry import trace_headers

MOST_BODY_BYTES = 64 * 1024
_BODY_TYPES = frozenset({"application/json", "text/plain"})
_OF_TEMPLATE = re.compile(r"/v1/templates/([a-z][a-z0-9_]{0,63})/(schema|defaults)")
_CACHEABLE = {"Cache-Control": "public, max-age=60", "Access-Control-Allow-Origin": "*"}


class Public:
    """The handlers of the public port, over the assembly in force: a reload swaps that by one reference.

    A body is waited for `patience` seconds.
    """

    def __init__(self, assembly: Callable[[], Assembly], is_draining: Callable[[], bool], patience: float) -> None:
        self._assembly = assembly
        self._is_draining = is_draining
        self._patience = patience

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

        async def handler(request: web.BaseRequest) -> web.Response:
            assembly = self._assembly()
            template = find_template(assembly.gateway.front.templates, match[1], _version(request))
            written = assembly.documents.schemas if match[2] == "schema" else assembly.documents.defaults
            return _cacheable(request, written[template.id, template.version])

        return {"GET": handler}

    async def open(self, request: web.BaseRequest) -> web.StreamResponse:
        """The Moment of Open: one answer, in time; or a stream, which begins with it."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        assembly = self._assembly()
        admission = assembly.engine.admission
        if admission.look() is Level.CLOSED:
            raise Problem.named("overloaded")
        # Counted from here on: bodies that trickle in are no load, and must not look like one.
        body = await _body(request, self._patience)
        received = loop.time()
        level = admission.enter()
        if level is Level.CLOSED:
            raise Problem.named("overloaded")
        arrival = Arrival(body, request.headers, began)
        if wants_stream(",".join(request.headers.getall("Accept", ()))):
            return await self._stream(request, assembly, arrival, level, received)
        answered = await _answered(assembly, arrival, level)
        # The answer is written in this turn of the loop; what is still out is left, and all is recorded, in the next.
        loop.call_soon(_after, assembly.engine, answered, level, received, request.headers)
        answer = answered.answer
        response = web.Response(
            status=answer.status, body=answer.body, headers=_headers(request.headers, assembly, answered)
        )
        if self._is_draining():
            response.force_close()
        return response

    async def _stream(
        self, request: web.BaseRequest, assembly: Assembly, arrival: Arrival, level: Level, received: float
    ) -> web.StreamResponse:
        engine, loop = assembly.engine, asyncio.get_running_loop()
        with engine.streams.place() as has_place:
            answered = await _answered(assembly, arrival, level, follows=has_place)
            following = moment.follow(answered, assembly.gateway, engine.streams.may_ask)

            async def rest(say: Say) -> None:
                if following is not None:
                    await engine.streams.tell(following, say, engine.metrics.of_patch)

            try:
                loop.call_soon(engine.record, answered, level, received, request.headers)
                until = max(loop.time(), (following and following.until) or 0.0)
                headers = _headers(request.headers, assembly, answered)
                body, is_last = answered.answer.body, self._is_draining()
                return await send_stream(request, headers, body, rest, until, is_last=is_last)
            finally:
                answered.collected.release()

    async def preflight(self, request: web.BaseRequest) -> web.Response:
        """What a page may send, for browsers that ask first."""
        headers = {**NO_STORE, "Allow": "OPTIONS, POST", "Vary": "Origin"}
        allowed = self._assembly().origins.preflight(request.headers.get("Origin"))
        return web.Response(status=204, headers={**headers, **allowed})

    async def templates(self, request: web.BaseRequest) -> web.Response:
        """Which templates there are."""
        return _cacheable(request, self._assembly().documents.templates)

    async def openapi(self, request: web.BaseRequest) -> web.Response:
        """The description of this port, OpenAPI 3.1."""
        return _cacheable(request, self._assembly().documents.openapi)


async def _answered(assembly: Assembly, arrival: Arrival, level: Level, *, follows: bool = False) -> Answered:
    try:
        return await moment.answer(arrival, assembly.gateway, level, follows)
    except BaseException:
        assembly.engine.admission.leave(None)
        raise


def _headers(asked: Mapping[str, str], assembly: Assembly, answered: Answered) -> dict[str, str]:
    return {
        **NO_STORE,
        "Content-Type": "application/json",
        "Vary": VARY,
        "X-Request-Id": request_id(asked, lambda: answered.payload.opening.id),
        **answered.answer.headers,
        **assembly.origins.headers(asked.get("Origin")),
        **trace_headers(asked),
    }


async def _body(request: web.BaseRequest, patience: float) -> bytes:
    kind = request.headers.get("Content-Type", "application/json").partition(";")[0].strip().lower()
    if kind not in _BODY_TYPES:
        raise Problem.named("unsupported-media-type")
    return await read_body(request, MOST_BODY_BYTES, patience)


def _after(engine: Engine, answered: Answered, level: Level, received: float, headers: Mapping[str, str]) -> None:
    answered.collected.release()
    engine.record(answered, level, received, headers)


def _version(request: web.BaseRequest) -> int | None:
    asked = request.query.get("version")
    if asked is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", asked):
        raise Problem.named("invalid-request", errors=(("/version", "is a whole number"),))
    return int(asked)


def _cacheable(request: web.BaseRequest, written: Written) -> web.Response:
    """A public document with its ETag; nothing of it again for who has it."""
    headers = {**NO_STORE, **_CACHEABLE, "ETag": written.etag}
    if is_known(request, written.etag):
        return web.Response(status=304, headers=headers)
    return web.Response(body=written.body, headers={**headers, "Content-Type": "application/json"})
