"""One connection: one request at a time, and nothing that comes in unasked is ever taken for an answer.

State: connecting, then idle and busy in turns, then closed, which is final.
* A request is written when idle only. Busy ends with the reply, its failure, its deadline or its caller's leaving.
* It is idle again only if its reply ended to the byte where it said it would, and was said not to be the last, after
  the request was written whole. Any other end closes it.
* A byte or an end while idle closes it in that moment, before anything else can be asked on it.
* The one timer of a call belongs to who makes the call. Closing is synchronous, and drops what is unwritten.
"""

import asyncio
import select
import ssl
from enum import Enum
from typing import Any, Protocol, cast

from gateway.pool.failures import Failed, failed, lost
from gateway.pool.reading import Received, ReplyReader, Wanted


class State(Enum):
    """Where a connection is in its life."""

    CONNECTING = "connecting"
    IDLE = "idle"
    BUSY = "busy"
    CLOSED = "closed"


class Owner(Protocol):
    """Who keeps the connections of one origin. Each is told at most once of an end."""

    def freed(self, connection: "Connection") -> None:
        """A call is over and its connection idle again."""

    def closed(self, connection: "Connection") -> None:
        """A connection has ended, or is about to."""

    def strayed(self) -> None:
        """Something came in that nobody asked for."""


class Connection(asyncio.Protocol):
    """One connection of an owner. `alone` means that it serves one call only."""

    def __init__(self, owner: Owner, loop: asyncio.AbstractEventLoop, *, alone: bool) -> None:
        self.alone = alone
        self.state = State.CONNECTING
        self.idle_since = 0.0
        self.was_lost_in_silence = False
        self._owner = owner
        self._loop = loop
        self._reader = ReplyReader()
        self._reply: asyncio.Future[Received] | None = None
        self._transport: asyncio.Transport | None = None
        self._poll = select.poll()

    def ask(self, request: bytes, wanted: Wanted) -> asyncio.Future[Received]:
        """Write a request; the future has its reply. Whoever stops waiting for it calls `leave`."""
        if self.state is not State.IDLE or self._transport is None:
            raise lost(None)
        self.state = State.BUSY
        self._reader.begin(wanted)
        self._reply = reply = self._loop.create_future()
        self._transport.write(request)
        return reply

    def expire(self, reply: asyncio.Future[Received]) -> None:
        """The time of a call is over."""
        if self._reply is reply:
            self._fail(failed(None, "total_timeout"))

    def leave(self, reply: asyncio.Future[Received]) -> None:
        """Nobody waits for a reply any more; if it is still to come, the connection ends."""
        if self._reply is reply:
            self.close()

    def has_unread(self) -> bool:
        """Whether the other side has sent something, or has closed, that the loop has not come round to yet."""
        return bool(self._poll.poll(0))

    def close(self) -> None:
        """End the connection now; what waits for it fails."""
        self._end(None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands, TLS included."""
        self._transport = cast("asyncio.Transport", transport)
        if self.state is State.CLOSED:
            self._transport.abort()
            return
        self._poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)
        self.state = State.IDLE

    def data_received(self, data: bytes) -> None:
        """Read on in the reply, or close if none was asked for."""
        if self.state is not State.BUSY:
            if self.state is State.IDLE:
                self._owner.strayed()
            self.close()
            return
        reader = self._reader
        try:
            reader.feed(data)
            if reader.is_over or reader.is_unexpected:
                self._finish(reader.received())
        except Failed as failure:
            if reader.has_surplus:
                self._owner.strayed()
            self._fail(failure)

    def eof_received(self) -> None:
        """The other side has closed: the end of a reply that has no other, and of the connection in any case."""
        if self.state is State.BUSY and self._is_end_authentic() and self._reader.end():
            try:
                self._finish(self._reader.received())
            except Failed as failure:
                self._fail(failure)
        self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._end(exc)

    def _finish(self, received: Received) -> None:
        reply, self._reply = self._reply, None
        if self._is_sound():
            self.state = State.IDLE
            self._owner.freed(self)
        else:
            if self._reader.has_surplus:
                self._owner.strayed()
            self.close()
        if reply is not None and not reply.done():
            reply.set_result(received)

    def _is_sound(self) -> bool:
        reader = self._reader
        if not reader.is_over or reader.is_last or reader.has_surplus or self._transport is None:
            return False
        return not self._transport.get_write_buffer_size() and not self._transport.is_closing()

    def _fail(self, failure: Failed) -> None:
        reply, self._reply = self._reply, None
        self.close()
        if reply is not None and not reply.done():
            reply.set_exception(failure)

    def _end(self, error: Exception | None) -> None:
        if self.state is not State.CLOSED:
            self.state = State.CLOSED
            self._owner.closed(self)
            if self._transport is not None:
                self._transport.abort()
        if self._reply is not None:
            self.was_lost_in_silence = not self._reader.has_begun
            self._fail(lost(error, has_begun=self._reader.has_begun))

    def _is_end_authentic(self) -> bool:
        """Whether it was the other side that closed: TLS says so in a message of its own, which nobody can forge."""
        tls: Any = None if self._transport is None else self._transport.get_extra_info("ssl_object")
        if tls is None:
            return True
        try:
            return not tls.read(1)
        except ssl.SSLError:
            return False
