"""The pool: performs one `Call` at a time on shared connections, and lets nothing dangerous in or out.

State: two sessions (connections that are used again, and connections of their own) and counters.
* A call has one limit, an instant that covers connecting, headers and body; it is set here and nowhere further out.
* A connection goes back by itself, when aiohttp has read its reply to the end; any other end of a call closes it.
* Nothing is remembered from one call to the next: no cookie, no redirect, no credential, no environment.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import version
from itertools import chain
from types import MappingProxyType
from typing import Any, Final

from aiohttp import ClientResponse, ClientSession, ClientTimeout, DummyCookieJar

from connectors import Call, Reply, Throttled, Transient
from gateway.ask import Source
from gateway.clock import Clock
from gateway.upstream.addresses import Network, socket_factory
from gateway.upstream.body import read_body
from gateway.upstream.connections import GuardedConnector, Request, ResendOnce
from gateway.upstream.failures import Failed, bug, failed, translated
from gateway.upstream.request import body_of, headers_of, origin_of, url_of
from gateway.upstream.resolver import Resolver
from gateway.upstream.statuses import retry_after, row_of

_MOST_HEADER_BYTES: Final = 64 * 1024
_FEW_HEADERS: Final = 7
_LINE: Final = 8190
_STEP: Final = 64 * 1024
_NEXT_ADDRESS_AFTER: Final = 0.025  # seconds; aiohttp's 0.25 is longer than a connection may take at all

# The same for every viewer: what a shared connector sends must not tell two of them apart.
_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {"Accept": "*/*", "Accept-Encoding": "gzip", "User-Agent": f"moment-gateway/{version('moment-gateway')}"}
)


@dataclass(frozen=True, slots=True)
class PoolStatistics:
    """Counts since the start.

    `desynchronised` and `dropped` are idle connections that were closed unused: the first had sent what nobody asked
    for, on the second something was still unread, most often its end.
    """

    calls: int
    opened: int
    resent: int
    desynchronised: int
    dropped: int
    blocked: int


class Pool:
    """The connections of one process. It is made where the loop runs, and closed once.

    `allow_private` are the ranges that may be reached though they are not public. `connect_limit` is in seconds and
    covers the name, the connection and TLS; it is never more than half of what the call has. `limit` is the most
    connections at a time; a call beyond it waits, so it belongs above what the bulkheads let through.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        allow_private: tuple[Network, ...] = (),
        connect_limit: float = 0.100,
        limit: int = 1024,
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._clock = clock
        self._connect_limit = connect_limit
        self._resolver = resolver or Resolver(clock.now)
        self._calls = 0
        self._blocked = 0
        self._resend = ResendOnce()
        options: dict[str, Any] = {
            "limit": limit,
            "resolver": self._resolver,
            "use_dns_cache": False,
            "happy_eyeballs_delay": _NEXT_ADDRESS_AFTER,
            "socket_factory": socket_factory(allow_private, self._count_blocked),
            "ssl": True if tls is None else tls,
        }
        self._connector = GuardedConnector(clock.now, **options)
        self._single_connector = GuardedConnector(clock.now, force_close=True, **options)
        self._shared = self._session(self._connector)
        self._single = self._session(self._single_connector)

    async def exchange(self, call: Call, source: Source, deadline: float) -> Reply:
        """Perform a call; back, one way or the other, by the deadline, an instant on the loop's clock.

        Raises:
            Failed: there is no reply that the call expects.
        """
        self._calls += 1
        origin = origin_of(source)
        try:
            url, headers, body = url_of(call, origin), headers_of(call), body_of(call)
        except Exception as error:
            raise bug(f"{type(error).__name__} in the making of a call") from None
        session = self._shared if source.reuse and not self._connector.is_caught(origin.key) else self._single
        connect = min(self._connect_limit, (deadline - self._clock.now()) / 2)
        try:
            async with asyncio.timeout_at(deadline):
                response = await session.request(
                    call.method,
                    url,
                    data=body,
                    headers=headers,
                    allow_redirects=False,
                    timeout=_limits(max(1, round(connect * 1000))),
                )
                return await self._reply(response, call, source)
        except Failed:
            raise
        except Exception as error:
            known = translated(error)
            if known is None:
                raise
            # Not chained: aiohttp's exceptions carry the headers of the request, secrets and all.
            raise known from None

    async def close(self) -> None:
        """Close every connection; a call that is under way fails."""
        await self._shared.close()
        await self._single.close()
        await self._resolver.close()

    def statistics(self) -> PoolStatistics:
        """The counters as they are now."""
        both = (self._connector, self._single_connector)
        return PoolStatistics(
            calls=self._calls,
            opened=sum(connector.opened for connector in both),
            resent=self._resend.resent,
            desynchronised=self._connector.desynchronised,
            dropped=self._connector.dropped,
            blocked=self._blocked,
        )

    async def _reply(self, response: ClientResponse, call: Call, source: Source) -> Reply:
        try:
            _check_size(response)
            if response.status not in call.expect:
                kind, cause = row_of(response.status)
                wall = self._clock.wall()
                raise failed(kind, cause, retry_after(response.headers, wall) if _asks_for_a_wait(response) else None)
            body = await read_body(response, source.max_bytes)
        except BaseException:
            # Closes the connection, unless the reply was read to its end and the connection is back already.
            response.close()
            raise
        return Reply(datetime.fromtimestamp(self._clock.wall(), UTC), response.status, response.headers, body)

    def _session(self, connector: GuardedConnector) -> ClientSession:
        session = ClientSession(
            connector=connector,
            headers=_HEADERS,
            cookie_jar=DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            request_class=Request,
            middlewares=(self._resend,),
            read_bufsize=_STEP,
            max_line_size=_LINE,
            max_field_size=_LINE,
        )
        session._retry_connection = False  # ResendOnce stands in its place
        return session

    def _count_blocked(self) -> None:
        self._blocked += 1


@lru_cache(maxsize=256)
def _limits(connect_ms: int) -> ClientTimeout:
    return ClientTimeout(total=None, connect=connect_ms / 1000)


def _asks_for_a_wait(response: ClientResponse) -> bool:
    return row_of(response.status)[0] is Throttled or (response.status == 503 and "Retry-After" in response.headers)


def _check_size(response: ClientResponse) -> None:
    raw = response.raw_headers
    if len(raw) > _FEW_HEADERS and sum(map(len, chain.from_iterable(raw))) > _MOST_HEADER_BYTES:
        raise failed(Transient, "protocol_error")
