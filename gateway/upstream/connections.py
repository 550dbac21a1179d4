"""Connections that are used again only while nothing unasked has come in on them.

State: aiohttp's idle connections; the origins caught with an unasked byte, each with the end of its penalty; counters.
* An idle connection on which anything was received, or is waiting to be read, is closed and never used. Else one
  viewer's answer would reach the next: the bytes of a reply too many are taken for the reply to the next request.
* An origin that was caught gets no idle connection for `PENALTY`; only the passing of time ends that.
* A request goes out a second time only if it is idempotent, its connection was a used one, and no reply began.
"""

import asyncio
import select
from collections.abc import Callable
from typing import Any

from aiohttp import (
    ClientConnectorError,
    ClientHandlerType,
    ClientOSError,
    ClientRequest,
    ClientResponse,
    ClientTimeout,
    ServerDisconnectedError,
    ServerTimeoutError,
    TCPConnector,
)
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ConnectionKey
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

PENALTY = 600.0
_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE"})
OriginKey = tuple[str, int | None, bool]


class Request(ClientRequest):
    """A request that knows whether it went out on a connection opened for it."""

    is_on_new_connection = False


class GuardedConnector(TCPConnector):
    """A TCPConnector that looks at an idle connection before it is used. `now` is the loop's time.

    `_get` and `_create_connection` are aiohttp's inner methods; the tests hold them to what is relied upon here.
    """

    def __init__(self, now: Callable[[], float], **options: Any) -> None:
        super().__init__(**options)
        self._now = now
        self._caught: dict[OriginKey, float] = {}
        self.opened = 0
        self.desynchronised = 0
        self.dropped = 0

    def is_caught(self, origin: OriginKey) -> bool:
        """Whether an origin sent what nobody asked for, and not long ago."""
        if not self._caught:
            return False
        until = self._caught.get(origin)
        if until is not None and until <= self._now():
            del self._caught[origin]
            return False
        return until is not None

    async def _get(self, key: ConnectionKey, traces: list[Trace]) -> Connection | None:
        while (connection := await super()._get(key, traces)) is not None:
            protocol = connection.protocol
            if protocol is None or protocol.should_close:
                self.desynchronised += 1
                self._caught[(key.host, key.port, key.is_ssl)] = self._now() + PENALTY
            elif has_unread(protocol.transport):
                self.dropped += 1
            else:
                return connection
            connection.close()
        return None

    async def _create_connection(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: ClientTimeout,  # noqa: ASYNC109 - aiohttp's name
    ) -> ResponseHandler:
        protocol = await super()._create_connection(req, traces, timeout)
        self.opened += 1
        if isinstance(req, Request):
            req.is_on_new_connection = True
        return protocol


def has_unread(transport: asyncio.Transport | None) -> bool:
    """Whether the other side has sent something, or has closed, that the loop has not come round to yet."""
    handle = None if transport is None else transport.get_extra_info("socket")
    if handle is None:
        return True
    poll = select.poll()
    poll.register(handle.fileno(), select.POLLIN)
    return bool(poll.poll(0))


class ResendOnce:
    """Sends a request anew where the other side closed an idle connection in the moment of its use.

    aiohttp has this built in, but does it on a new connection too: in an outage that doubles the calls.
    """

    def __init__(self) -> None:
        self.resent = 0

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Perform a request, at most twice."""
        try:
            return await handler(request)
        except (ClientOSError, ServerDisconnectedError) as error:
            if not _may_resend(request, error):
                raise
        self.resent += 1
        return await handler(request)


def _may_resend(request: ClientRequest, error: Exception) -> bool:
    if isinstance(error, ClientConnectorError | ServerTimeoutError) or request.method not in _IDEMPOTENT:
        return False
    began = isinstance(error, ServerDisconnectedError) and not isinstance(error.message, str)
    return isinstance(request, Request) and not request.is_on_new_connection and not began
