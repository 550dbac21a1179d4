"""What both ports have in common: exact routes, problems instead of error pages, and answers that give nothing away."""

import asyncio
import logging
import re
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from aiohttp import HttpVersion10, web
from aiohttp.web_protocol import RequestHandler

from gateway.errors import Problem

Handler = Callable[[web.BaseRequest], Awaitable[web.Response]]
Routes = Mapping[str, Mapping[str, Handler]]

PROBLEM_JSON = "application/problem+json"
NO_STORE = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Server": "moment-gateway",
}
VARY = "Origin, Authorization"

# The parser's limits: a URL of 2 KiB in a line with its method and version, header lines, and their number.
_LIMITS: dict[str, Any] = {"max_line_size": 2048 + 64, "max_field_size": 8190, "max_headers": 64}
_MOST_HEADER_BYTES = 16 * 1024
_KEEP_ALIVE = 75.0

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


_HEAD_PATIENCE = 5.0  # seconds for the head of the first request on a connection
_MOST_CONNECTIONS = 10_000

_log = logging.getLogger("moment.http")


class _Connection(RequestHandler):
    """One connection.

    Who says nothing is not waited for. What is no HTTP is answered with a problem that repeats nothing of it, and is
    logged without it.
    """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Open it, and close it again where no request has begun in time."""
        super().connection_made(transport)
        asyncio.get_running_loop().call_later(_HEAD_PATIENCE, self._close_if_silent)

    def _close_if_silent(self) -> None:
        if self._request_count == 0 and not self._messages and self._current_request is None:
            self.force_close()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it holds what was sent
    ) -> web.StreamResponse:
        """Answer what aiohttp's parser refused, or a bug of our own."""
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun already")
        problem = Problem.named("bad-http" if status < 500 else "overloaded")
        if isinstance(exc, ConnectionError):  # who went away in mid-request is no error of anybody's
            status = 400
        if status >= 500:
            # Without its text, which may hold a viewer's value.
            places = "".join(traceback.format_tb(None if exc is None else exc.__traceback__))
            _log.error("unexpected %s while answering\n%s", type(exc).__name__, places)
        answer = problem_answer(problem, "/", self._manager.new_id() if isinstance(self._manager, Server) else "-")
        answer.force_close()
        return answer


class Server(web.Server):
    """aiohttp's low-level server with the routes of one port.

    `find` looks for a path that `routes` does not have, `allow` gives the headers for a page of an origin.
    """

    def __init__(
        self,
        routes: Routes,
        new_id: Callable[[], str],
        find: Callable[[str], Mapping[str, Handler] | None] = lambda _: None,
        allow: Callable[[str | None], Mapping[str, str]] = lambda _: {},
    ) -> None:
        super().__init__(
            self._answer,
            handler_cancellation=True,  # who goes away is not answered; what nobody else needs of it ends too
            access_log=None,
            auto_decompress=False,
            keepalive_timeout=_KEEP_ALIVE,
            lingering_time=0,
            **_LIMITS,
        )
        self.new_id = new_id
        self._routes = routes
        self._find = find
        self._allow = allow

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        """Take a connection in, as long as there is room."""
        super().connection_made(handler, transport)
        if len(self._connections) > _MOST_CONNECTIONS:
            transport.abort()

    def __call__(self) -> RequestHandler:
        """The handler of a new connection."""
        return _Connection(self, loop=self._loop, **self._kwargs)

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        path = request.rel_url.raw_path  # as it is written: what is encoded or dotted is another path
        try:
            _check_head(request)
            methods = self._routes.get(path) or self._find(path)
            if methods is None:
                raise Problem.named("not-found")
            handler = methods.get(request.method)
            if handler is None:
                raise _not_allowed(methods)
            return await handler(request)
        except Problem as problem:
            instance = path if path in self._routes else "/"  # a path that is not ours is not repeated
            answer = problem_answer(problem, instance, request_id(request.headers, self.new_id))
            answer.headers.update(self._allow(request.headers.get("Origin")))
            if not request.content.is_eof() or problem.status == 503:
                answer.force_close()
            return answer


class MethodNotAllowed(Problem):
    """A 405, with the methods that the path does take."""

    allowed: str = ""


def _not_allowed(methods: Mapping[str, Handler]) -> Problem:
    problem = MethodNotAllowed.named("method-not-allowed")
    problem.allowed = ", ".join(sorted(methods))
    return problem


def _check_head(request: web.BaseRequest) -> None:
    size = sum(len(name) + len(value) for name, value in request.raw_headers)
    if size > _MOST_HEADER_BYTES or request.version < HttpVersion10:
        raise Problem.named("bad-http")


def request_id(headers: Mapping[str, str], otherwise: Callable[[], str]) -> str:
    """The caller's own id where it is a plain one, else another."""
    given = headers.get("X-Request-Id", "")
    return given if _REQUEST_ID.fullmatch(given) else otherwise()


def problem_answer(problem: Problem, instance: str, asked_as: str) -> web.Response:
    """A problem as `application/problem+json`."""
    headers = {**NO_STORE, "Content-Type": PROBLEM_JSON, "Vary": VARY, "X-Request-Id": asked_as}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    if isinstance(problem, MethodNotAllowed):
        headers["Allow"] = problem.allowed
    body = orjson.dumps(problem.document(instance, asked_as))
    return web.Response(status=problem.status, body=body, headers=headers)


def json_answer(document: Any, headers: Mapping[str, str] | None = None, status: int = 200) -> web.Response:
    """A document as JSON."""
    body = orjson.dumps(document, default=str, option=orjson.OPT_NON_STR_KEYS)
    every = {**NO_STORE, "Content-Type": "application/json", **(headers or {})}
    return web.Response(status=status, body=body, headers=every)


async def read_body(request: web.BaseRequest, most: int, patience: float) -> bytes:
    """The whole body, at most `most` bytes, received within `patience` seconds.

    Raises:
        Problem: 413, 408; 415 for a compressed one; 400 for an expectation that is not met here.
    """
    headers = request.headers
    if headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem.named("unsupported-media-type", detail="a compressed body is not read here")
    length = request.content_length
    if length is not None and length > most:
        raise Problem.named("body-too-large")
    if "Expect" in headers:
        await _continue(request)
    content = request.content
    if content.is_eof():
        body = content.read_nowait(-1)
    else:
        try:
            async with asyncio.timeout(patience):
                body = b""
                while not content.at_eof() and len(body) <= most:
                    body += await content.readany()
        except TimeoutError:
            raise Problem.named("request-timeout") from None
        except web.RequestPayloadError:
            raise Problem.named("bad-http") from None
    if len(body) > most:
        raise Problem.named("body-too-large")
    return body


async def _continue(request: web.BaseRequest) -> None:
    if request.headers["Expect"].lower() != "100-continue":
        raise Problem.named("bad-http")
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.writer.output_size = 0  # what was said is no part of the answer
