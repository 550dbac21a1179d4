"""The pool: performs one `Call` at a time on shared connections, and lets nothing dangerous in or out.

State: the lanes, one for each origin of the configuration, with the connections in them; counters.
* A call has one limit, an instant that covers connecting, headers and body; it is set here and nowhere further out.
* A connection belongs to one call from the moment it is taken or made until its reply is over; however a call ends
  before that, its connection is closed in that moment.
* There are never more connections than `limit`, nor more to one origin than `each`: one that idles makes room, else
  the call fails at once. Nobody waits for a connection, so nothing is to be lost by a cancel.
* A request goes out a second time only if that changes nothing at the source, its connection was a used one, and
  nothing came back.
* Nothing is remembered from one call to the next: no cookie, no redirect, no credential, no environment.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from connectors import Call, Reply, Throttled
from gateway.ask import Source
from gateway.clock import Clock
from gateway.laws import most_to_one
from gateway.pool.addresses import Network
from gateway.pool.connection import Connection
from gateway.pool.failures import Failed, bug, crowded, failed, lost, unopened
from gateway.pool.headers import Headers
from gateway.pool.lane import Lane
from gateway.pool.opening import Opener, of_the_system
from gateway.pool.origin import Key, Origin, origin_of
from gateway.pool.reading import Received, Wanted
from gateway.pool.request import request_of
from gateway.pool.resolver import Resolver
from gateway.pool.statuses import retry_after, row_of

_MAY_GO_TWICE: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class PoolStatistics:
    """Counts since the start, and in `open` and `idle` the connections as they are now.

    `desynchronised` counts what came in that nobody asked for, each time with its connection closed. `dropped` are
    idle connections that were closed at the moment of use, because something was unread on them, most often their
    end. `blocked` are addresses that may not be connected to, `crowded` calls that found no room for a connection.
    """

    calls: int = 0
    opened: int = 0
    reused: int = 0
    resent: int = 0
    desynchronised: int = 0
    dropped: int = 0
    blocked: int = 0
    crowded: int = 0
    open: int = 0
    idle: int = 0


class Pool:
    """The connections of one process. It is made where the loop runs, and closed once.

    `allow_private` are the ranges that may be reached though they are not public. `connect_limit` is in seconds and
    covers the name, the connection and TLS; it is never more than half of what the call has. `limit` is the most
    connections, `each` the most to one origin (a quarter of all if nothing is said), so both belong above what the
    bulkheads let through. `linger` is how long a connection may idle, in seconds.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        allow_private: tuple[Network, ...] = (),
        connect_limit: float = 0.100,
        limit: int = 1024,
        each: int | None = None,
        linger: float = 15.0,
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._connect_limit = connect_limit
        self._limit = limit
        self._each = most_to_one(limit) if each is None else each
        self._linger = linger
        self._resolver = resolver or Resolver(clock.now)
        self._opener = Opener(self._resolver, tls or of_the_system(), allow_private, self._count_blocked)
        self._lanes: dict[Key, Lane] = {}
        self._is_closed = False
        self._calls = self._opened = self._resent = self._blocked = self._crowded = 0

    async def exchange(
        self, call: Call, source: Source, deadline: float, sent: Callable[[], None] = lambda: None
    ) -> Reply:
        """Perform a call; back, one way or the other, by the deadline, an instant on the loop's clock.

        `sent()` is told of each request as it is written, and not of one for which no connection was to be had.

        Raises:
            Failed: there is no reply that the call expects.
        """
        self._calls += 1
        origin = origin_of(source)
        lane = self._lanes.get(origin.key) or self._new_lane(origin.key)
        alone = not source.reuse or lane.is_caught()
        try:
            request = request_of(call, origin, alone=alone)
        except Exception as error:
            raise bug(f"{type(error).__name__} in the making of a call") from None
        if deadline <= self._clock.now():
            raise failed(None, "total_timeout")
        wanted = Wanted(call.expect, source.max_bytes, call.method == "HEAD")
        connection = None if alone else lane.take()
        if connection is not None:
            try:
                return self._reply(await self._ask(connection, request, wanted, deadline, sent), call)
            except Failed:
                if not (connection.was_lost_in_silence and call.method in _MAY_GO_TWICE):
                    raise
            self._resent += 1
        connection = await self._open(lane, origin, deadline, alone=alone)
        return self._reply(await self._ask(connection, request, wanted, deadline, sent), call)

    async def close(self) -> None:
        """Close every connection; a call that is under way fails."""
        self._is_closed = True
        for lane in self._lanes.values():
            lane.close()
        self._resolver.close()
        await asyncio.sleep(0)  # the sockets are closed in the next turn of the loop

    def statistics(self) -> PoolStatistics:
        """The counters as they are now."""
        lanes = self._lanes.values()
        return PoolStatistics(
            calls=self._calls,
            opened=self._opened,
            reused=sum(lane.reused for lane in lanes),
            resent=self._resent,
            desynchronised=sum(lane.desynchronised for lane in lanes),
            dropped=sum(lane.dropped for lane in lanes),
            blocked=self._blocked,
            crowded=self._crowded,
            open=sum(len(lane.connections) for lane in lanes),
            idle=sum(len(lane.idle) for lane in lanes),
        )

    async def _ask(
        self, connection: Connection, request: bytes, wanted: Wanted, deadline: float, sent: Callable[[], None]
    ) -> Received:
        reply = connection.ask(request, wanted)
        sent()
        timer = self._loop.call_at(deadline, connection.expire, reply)
        try:
            return await reply
        finally:
            timer.cancel()
            connection.leave(reply)

    async def _open(self, lane: Lane, origin: Origin, deadline: float, *, alone: bool) -> Connection:
        self._make_room(lane)
        connection = lane.new(alone=alone)
        now = self._clock.now()
        try:
            async with asyncio.timeout_at(now + min(self._connect_limit, (deadline - now) / 2)):
                await self._opener.open(origin.key, connection)
        except BaseException as error:
            connection.close()
            known = unopened(error) if isinstance(error, Exception) else None
            if known is None:
                raise
            raise known from None
        self._opened += 1
        return connection

    def _make_room(self, lane: Lane) -> None:
        if self._is_closed:
            raise lost(None)
        lanes = self._lanes.values()
        has_room = len(lane.connections) < self._each or lane.close_oldest()
        if has_room and sum(len(one.connections) for one in lanes) >= self._limit:
            has_room = any(one.close_oldest() for one in lanes)
        if not has_room:
            self._crowded += 1
            raise crowded()

    def _new_lane(self, key: Key) -> Lane:
        lane = self._lanes[key] = Lane(self._loop, self._linger)
        return lane

    def _reply(self, received: Received, call: Call) -> Reply:
        status, wall = received.status, self._clock.wall()
        headers = Headers(received.headers)
        if status in call.expect:
            return Reply(datetime.fromtimestamp(wall, UTC), status, headers, received.body)
        kind, cause = row_of(status)
        asks_for_a_wait = kind is Throttled or (status == 503 and "Retry-After" in headers)
        raise failed(kind, cause, retry_after(headers, wall) if asks_for_a_wait else None)

    def _count_blocked(self) -> None:
        self._blocked += 1
