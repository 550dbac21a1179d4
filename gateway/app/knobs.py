"""The lab's knobs, for the console: relayed, so that its page speaks to no other port than its own.

Only `moment demo` has a lab to relay to; any other gateway has nothing at these paths.
"""

import re
from collections.abc import Mapping

import aiohttp
from aiohttp import web

from gateway.app.body import read_body
from gateway.app.http import NO_STORE, Handler, Routes
from gateway.app.sites import own_pages_only
from gateway.errors import Problem, ProblemName

_ALL = "/-/lab/faults"
_ONE = re.compile(r"/-/lab(/faults/[a-z]{1,32})")
_MOST_BODY_BYTES = 1024
_MOST_ANSWER_BYTES = 64 * 1024
_PATIENCE = 2.0
_AS_IT_WAS = b'{"mode":"ok"}'

# What the lab refuses, in our own words.
_REFUSED: Mapping[int, ProblemName] = {400: "invalid-request", 404: "not-found", 413: "body-too-large"}


class Knobs:
    """The handlers that turn the knobs of the lab at `url`; `named` is the name of the port they are on."""

    def __init__(self, url: str, named: str) -> None:
        self._url = url
        self._named = named

    def routes(self) -> Routes:
        """The path of all knobs."""
        return {_ALL: {"GET": self._own(self.show), "DELETE": self._own(self.reset)}}

    def find(self, path: str) -> Mapping[str, Handler] | None:
        """The methods of the path of one knob."""
        match = _ONE.fullmatch(path)
        if match is None:
            return None
        below = match[1]

        async def turn(request: web.BaseRequest) -> web.Response:
            if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
                raise Problem.named("unsupported-media-type")
            return await self._relayed("PUT", below, await read_body(request, _MOST_BODY_BYTES, _PATIENCE))

        async def mend(_: web.BaseRequest) -> web.Response:
            return await self._relayed("PUT", below, _AS_IT_WAS)

        return {"PUT": self._own(turn), "DELETE": self._own(mend)}

    async def show(self, _: web.BaseRequest) -> web.Response:
        """How every knob stands."""
        return await self._relayed("GET", "/faults")

    async def reset(self, _: web.BaseRequest) -> web.Response:
        """Put every knob back."""
        return await self._relayed("DELETE", "/faults")

    def _own(self, handler: Handler) -> Handler:
        return own_pages_only(handler, self._named)

    async def _relayed(self, method: str, below: str, body: bytes | None = None) -> web.Response:
        url, patience = f"{self._url}/-{below}", aiohttp.ClientTimeout(total=_PATIENCE)
        try:
            async with (
                aiohttp.ClientSession(timeout=patience, cookie_jar=aiohttp.DummyCookieJar()) as session,
                session.request(method, url, data=body, allow_redirects=False) as answer,
            ):
                said = await answer.content.read(_MOST_ANSWER_BYTES)
        except (TimeoutError, aiohttp.ClientError):
            raise Problem.named("lab-unreachable") from None
        if answer.status != 200:
            raise Problem.named(_REFUSED.get(answer.status, "lab-unreachable"))
        return web.Response(body=said, headers={**NO_STORE, "Content-Type": "application/json"})
