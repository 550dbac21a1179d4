"""Whether it is a page of this port that asks: what a browser may be talked into by any other page is refused.

A page of somebody else's can make its own name point at this computer, and is then of the same origin as this port as
far as a browser can tell. It cannot do that with an address, or with `localhost`: only those are taken, and the name
that the configuration gives the port.
"""

import ipaddress
import re

from aiohttp import web

from gateway.app.http import Handler
from gateway.errors import Problem

_HOST = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]{2,45})\]|(?P<name>[A-Za-z0-9._-]{1,253}))(?::[0-9]{1,5})?")
_OURS = frozenset({"same-origin", "none"})


def own_pages_only(handler: Handler, named: str) -> Handler:
    """The handler, for this port's own pages and for what is no browser. `named` is the port's name as configured."""

    async def checked(request: web.BaseRequest) -> web.StreamResponse:
        if not _is_own(request, named):
            raise Problem.named("invalid-request", detail="this is for the pages of this port alone")
        return await handler(request)

    return checked


def _is_own(request: web.BaseRequest, named: str) -> bool:
    hosts = request.headers.getall("Host", ())
    if len(hosts) != 1 or not _is_unmistakable(hosts[0], named):
        return False
    origin = request.headers.get("Origin")
    if origin is not None and origin.lower() not in {f"http://{hosts[0].lower()}", f"https://{hosts[0].lower()}"}:
        return False
    return request.headers.get("Sec-Fetch-Site", "none") in _OURS


def _is_unmistakable(host: str, named: str) -> bool:
    match = _HOST.fullmatch(host)
    if match is None:
        return False
    name = (match["v6"] or match["name"]).lower()
    if name in {"localhost", named.lower()} or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
