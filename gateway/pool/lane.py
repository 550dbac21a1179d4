"""The connections to one origin: which are there, which wait for a call, and whether any may wait at all.

State: the open connections; those of them that are idle, in the order in which they became so; the end of a penalty.
* A connection is idle here only while it is in its own state idle too; the one last used is used first.
* One that has idled for `linger` is closed; a timer runs only while one idles.
* An origin that sent what nobody asked for loses its idle connections, and keeps none for `PENALTY`: each call then
  has a connection of its own. Only the passing of time ends that.
"""

import asyncio

from gateway.pool.connection import Connection

PENALTY = 600.0


class Lane:
    """The connections to one origin; times are the loop's."""

    def __init__(self, loop: asyncio.AbstractEventLoop, linger: float) -> None:
        self.connections: set[Connection] = set()
        self.idle: list[Connection] = []
        self.reused = 0
        self.dropped = 0
        self.desynchronised = 0
        self._loop = loop
        self._linger = linger
        self._caught_until = 0.0
        self._sweeping: asyncio.TimerHandle | None = None

    def is_caught(self) -> bool:
        """Whether the origin sent what nobody asked for, and not long ago."""
        return self._caught_until > 0.0 and self._caught_until > self._loop.time()

    def new(self, *, alone: bool) -> Connection:
        """A connection that is still to be made."""
        connection = Connection(self, self._loop, alone=alone)
        self.connections.add(connection)
        return connection

    def take(self) -> Connection | None:
        """An idle connection on which nothing has come in, if there is one."""
        while self.idle:
            connection = self.idle.pop()
            if not connection.has_unread():
                self.reused += 1
                return connection
            self.dropped += 1
            connection.close()
        return None

    def close_oldest(self) -> bool:
        """Close the connection that has idled longest; false if none does."""
        if self.idle:
            self.idle[0].close()
            return True
        return False

    def close(self) -> None:
        """Close every connection."""
        for connection in tuple(self.connections):
            connection.close()
        self._stop_sweeping()

    def freed(self, connection: Connection) -> None:
        """Keep a connection whose call is over, unless it was for that call alone."""
        if connection.alone or self.is_caught():
            connection.close()
            return
        connection.idle_since = self._loop.time()
        self.idle.append(connection)
        if self._sweeping is None:
            self._sweeping = self._loop.call_later(self._linger, self._sweep)

    def closed(self, connection: Connection) -> None:
        """Forget a connection."""
        self.connections.discard(connection)
        if connection in self.idle:
            self.idle.remove(connection)

    def strayed(self) -> None:
        """Begin the penalty."""
        self.desynchronised += 1
        self._caught_until = self._loop.time() + PENALTY
        for connection in tuple(self.idle):
            connection.close()

    def _sweep(self) -> None:
        self._sweeping = None
        now = self._loop.time()
        while self.idle and self.idle[0].idle_since + self._linger <= now:
            self.idle[0].close()
        if self.idle:
            self._sweeping = self._loop.call_at(self.idle[0].idle_since + self._linger, self._sweep)

    def _stop_sweeping(self) -> None:
        if self._sweeping is not None:
            self._sweeping.cancel()
            self._sweeping = None
