"""The lab's HTTP side: four vendors under one prefix each, and their knobs under `/-/`."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import orjson
from aiohttp import web
from pydantic import ValidationError

from gateway.clock import Clock
from gateway.lab import alpaca, open_meteo, shopify, voucherify
from gateway.lab.delivery import deliver, json_answer
from gateway.lab.faults import Fault, Faults, Mode
from gateway.lab.seeded import Seeded
from gateway.lab.vendor import Asked, Source, Vendor

VENDORS: tuple[Vendor, ...] = (open_meteo.VENDOR, shopify.VENDOR, voucherify.VENDOR, alpaca.VENDOR)

_DETAILS = {
    HTTPStatus.BAD_REQUEST: "A knob is a JSON object of at most two members: mode and latency_ms.",
    HTTPStatus.NOT_FOUND: "The lab has no such path or source.",
    HTTPStatus.METHOD_NOT_ALLOWED: "The lab does not take this method here.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
}

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build_lab(clock: Clock, seed: int = 0) -> web.Application:
    """The stand-in vendors and their knobs.

    `clock.wall` is the instant each answer is true at; `seed` picks one of many worlds, and the sequence of latencies.
    """
    faults = Faults(random.Random(seed))
    app = web.Application(middlewares=[_problems])
    for vendor in VENDORS:
        app.router.add_route(vendor.method, vendor.path, _standing_in(vendor, faults, clock, Seeded(str(seed))))
    app.router.add_route("PUT", "/-/faults/{source}", _turning(faults))
    app.router.add_route("GET", "/-/faults", _all_knobs(faults))
    app.router.add_route("DELETE", "/-/faults", _all_knobs(faults, faults.reset))
    app.router.add_route("GET", "/-/calls", _all_counts(faults))
    app.router.add_route("DELETE", "/-/calls", _all_counts(faults, faults.forget))
    return app


def _standing_in(vendor: Vendor, faults: Faults, clock: Clock, values: Seeded) -> _Handler:
    """The handler of one vendor: count, wait as long as the knob says, deliver as it says."""

    async def handler(request: web.Request) -> web.StreamResponse:
        query = {name: ",".join(request.query.getall(name)) for name in request.query}
        asked = Asked(request.match_info, query, request.headers, await request.read(), clock.wall(), values)
        told = vendor.tell(asked)
        faults.saw(vendor.source, told.items)
        mode = faults.knob(vendor.source).mode
        if mode is not Mode.HANG:
            await asyncio.sleep(faults.delay(vendor.source))
        return await deliver(mode, request, vendor, told)

    return handler


def _turning(faults: Faults) -> _Handler:
    """The handler that turns one knob."""

    async def handler(request: web.Request) -> web.StreamResponse:
        source = next((source for source in Source if source == request.match_info["source"]), None)
        if source is None:
            return _problem(HTTPStatus.NOT_FOUND)
        try:
            fault = Fault.model_validate_json(await request.read())
        except ValidationError:
            return _problem(HTTPStatus.BAD_REQUEST)
        return json_answer(HTTPStatus.OK, faults.turn(source, fault).model_dump(mode="json"))

    return handler


def _all_knobs(faults: Faults, change: Callable[[], None] | None = None) -> _Handler:
    """The handler that shows all knobs, after a change if there is one."""

    async def handler(_: web.Request) -> web.StreamResponse:
        if change:
            change()
        return json_answer(
            HTTPStatus.OK, {source.value: faults.knob(source).model_dump(mode="json") for source in Source}
        )

    return handler


def _all_counts(faults: Faults, change: Callable[[], None] | None = None) -> _Handler:
    """The handler that shows all counts, after a change if there is one."""

    async def handler(_: web.Request) -> web.StreamResponse:
        if change:
            change()
        return json_answer(HTTPStatus.OK, {source.value: faults.count(source) for source in Source})

    return handler


@web.middleware
async def _problems(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Refusals of the server itself, said in the same form as our own."""
    try:
        return await handler(request)
    except web.HTTPException as refused:
        answer = _problem(HTTPStatus(refused.status))
        if "Allow" in refused.headers:
            answer.headers["Allow"] = refused.headers["Allow"]
        return answer


def _problem(status: HTTPStatus) -> web.Response:
    """A problem document (RFC 9457) that repeats nothing of the request."""
    body = {"type": "about:blank", "title": status.phrase, "status": status.value}
    if detail := _DETAILS.get(status):
        body["detail"] = detail
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/problem+json")
