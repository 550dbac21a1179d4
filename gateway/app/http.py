"""What both ports have in common: exact routes, problems instead of error pages, and answers that give nothing away."""

import asyncio
import logging
import re
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from aiohttp import HttpVersion10, web
from aiohttp.web_protocol import RequestHandler

from gateway.app.connections import Connections
from gateway.errors import Problem

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
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

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")

_log = logging.getLogger("moment.http")


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds each is waited for: the first head on a connection, a body, the next request."""

    head: float
    body: float
    idle: float


class Watch(Protocol):
    """Hears of every answer of a port that is a problem; a bug is one that the log has."""

    def of_problem(self, problem: Problem, *, is_bug: bool) -> None:
        """Take in one problem that was told."""


class _Connection(RequestHandler):
    """One connection.

    Who says nothing is not waited for. What is no HTTP is answered with a problem that repeats nothing of it, and is
    logged without it.
    """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Open it, and close it again where no request has begun in time."""
        super().connection_made(transport)
        if isinstance(self._manager, Server):
            asyncio.get_running_loop().call_later(self._manager.patience.head, self._close_if_silent)

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
        is_gone = isinstance(exc, ConnectionError)  # who went away in mid-request is no error of anybody's
        is_bug = status >= 500 and not is_gone
        problem = Problem.named("overloaded" if is_bug else "bad-http")
        if is_bug:
            # Without its text, which may hold a viewer's value.
            places = "".join(traceback.format_tb(None if exc is None else exc.__traceback__))
            _log.error("unexpected %s while answering\n%s", type(exc).__name__, places)
        if is_gone or not isinstance(self._manager, Server):
            answer = problem_answer(problem, "/", "-")  # nobody hears it
        else:
            answer = self._manager.refuse(problem, "/", self._manager.new_id(), is_bug=is_bug)
        answer.force_close()
        return answer


class Server(web.Server):
    """aiohttp's low-level server with the routes of one port.

    `find` looks for a path that `routes` does not have, `allow` gives the headers for a page of an origin, `watch`
    hears of problems.
    """

    def __init__(
        self,
        routes: Routes,
        new_id: Callable[[], str],
        connections: Connections,
        patience: Patience,
        find: Callable[[str], Mapping[str, Handler] | None] = lambda _: None,
        allow: Callable[[str | None], Mapping[str, str]] = lambda _: {},
        watch: Watch | None = None,
    ) -> None:
        super().__init__(
            self._answer,
            handler_cancellation=True,  # who goes away is not answered; what nobody else needs of it ends too
            access_log=None,
            auto_decompress=False,
            keepalive_timeout=patience.idle,
            lingering_time=0,
            **_LIMITS,
        )
        self.new_id = new_id
        self.patience = patience
        self._taken = connections
        self._routes = routes
        self._find = find
        self._allow = allow
        self._watch = watch

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        """Take a connection in, as long as there is room."""
        super().connection_made(handler, transport)
        peer = transport.get_extra_info("peername")
        if peer is None or not self._taken.enter(handler, peer[0]):
            transport.abort()

    def connection_lost(self, handler: RequestHandler, exc: BaseException | None = None) -> None:
        """Let a connection go."""
        self._taken.leave(handler)
        super().connection_lost(handler, exc)

    def __call__(self) -> RequestHandler:
        """The handler of a new connection."""
        return _Connection(self, loop=self._loop, **self._kwargs)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
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
            answer = self.refuse(problem, instance, request_id(request.headers, self.new_id))
            answer.headers.update(self._allow(request.headers.get("Origin")))
            if not request.content.is_eof() or problem.status == 503:
                answer.force_close()
            return answer

    def refuse(self, problem: Problem, instance: str, asked_as: str, *, is_bug: bool = False) -> web.Response:
        """A problem as the answer to a request: every one of them passes here, and is counted."""
        if self._watch is not None:
            self._watch.of_problem(problem, is_bug=is_bug)
        return problem_answer(problem, instance, asked_as)


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


def is_known(request: web.BaseRequest, etag: str) -> bool:
    """Whether the caller has the document of that ETag already."""
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")}
    return etag in known or "*" in known


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
