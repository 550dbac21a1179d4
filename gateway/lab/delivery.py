"""How an answer reaches the client: whole, or in one of the ways in which upstreams go wrong."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import web

from gateway.lab.faults import Mode
from gateway.lab.vendor import Told, Vendor

JSON = "application/json"
_LATER = {"Retry-After": "7"}
TRICKLE_S = 0.1
HUGE_BYTES = 100_000_000
_CHUNK = b"x" * 65_536
_ABRUPTLY = struct.pack("ii", 1, 0)  # on, no time to linger: closing sends a reset instead of an end


async def deliver(mode: Mode, request: web.Request, vendor: Vendor, told: Told) -> web.StreamResponse:
    """Answer a request with what the vendor tells, in the way a mode says."""
    if (spoken := _SPOKEN.get(mode)) is not None:
        return spoken(vendor, told)
    try:
        return await _PLAYED[mode](request, told)
    except ConnectionError:  # the client has gone; nobody is left to answer
        raise asyncio.CancelledError from None


def json_answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> web.Response:
    """One JSON answer, whole."""
    return web.Response(status=status, body=orjson.dumps(body), headers=headers, content_type=JSON, charset="utf-8")


def _cut_short(told: Told) -> web.Response:
    """A success whose JSON stops half way."""
    body = orjson.dumps(told.body)
    return web.Response(body=body[: len(body) // 2], content_type=JSON, charset="utf-8")


async def _hang(_: web.Request, _told: Told) -> web.StreamResponse:
    """No answer, ever: the server cancels this wait when the client goes."""
    never: asyncio.Future[web.StreamResponse] = asyncio.get_running_loop().create_future()
    return await never


async def _trickle(request: web.Request, told: Told) -> web.StreamResponse:
    """The right answer, a byte at a time."""
    body = orjson.dumps(told.body)
    response = await _begin(request, told.status, len(body))
    for at in range(len(body)):
        await asyncio.sleep(TRICKLE_S)
        await response.write(body[at : at + 1])
    return response


async def _reset(request: web.Request, told: Told) -> web.StreamResponse:
    """Half of the right answer, then the connection is torn down."""
    body = orjson.dumps(told.body)
    response = await _begin(request, told.status, len(body))
    await response.write(body[: len(body) // 2])
    if (transport := request.transport) is not None:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABRUPTLY)
        transport.abort()
    return response


async def _huge(request: web.Request, _told: Told) -> web.StreamResponse:
    """A success without a stated length that goes on until the client has enough, or the bound is reached."""
    response = await _begin(request, HTTPStatus.OK, None)
    await response.write(b'{"padding":"')
    for _ in range(HUGE_BYTES // len(_CHUNK)):
        await response.write(_CHUNK)
    await response.write(b'"}')
    return response


async def _begin(request: web.Request, status: int, length: int | None) -> web.StreamResponse:
    """Send the head of an answer; without a length the body goes out in chunks."""
    response = web.StreamResponse(status=status, headers={"Content-Type": f"{JSON}; charset=utf-8"})
    response.content_length = length
    await response.prepare(request)
    return response


# What is answered whole, and what takes its time or ends badly.
_SPOKEN: Mapping[Mode, Callable[[Vendor, Told], web.Response]] = {
    Mode.OK: lambda _, told: json_answer(told.status, told.body),
    Mode.ERROR: lambda vendor, _: json_answer(HTTPStatus.INTERNAL_SERVER_ERROR, vendor.failed),
    Mode.THROTTLE: lambda vendor, _: json_answer(HTTPStatus.TOO_MANY_REQUESTS, vendor.throttled, _LATER),
    Mode.GARBAGE: lambda _, told: _cut_short(told),
    Mode.SHAPE: lambda vendor, told: json_answer(HTTPStatus.OK, vendor.misshape(told.body)),
}
_PLAYED: Mapping[Mode, Callable[[web.Request, Told], Awaitable[web.StreamResponse]]] = {
    Mode.HANG: _hang,
    Mode.TRICKLE: _trickle,
    Mode.RESET: _reset,
    Mode.HUGE: _huge,
}
