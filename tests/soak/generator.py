"""An open-loop generator: opens begin when they are due, however slow the answers are, and latency counts from then.

It measures itself: how late it was in sending, and how late its own loop woke while an answer was out. It also reads
how long the kernel kept the gateway from its core. So what is laid at the gateway's door is the gateway's.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import cast

from soak.tally import Judge, Open, Tally

LINES = 400
"""Connections at a time; an open that is due when all are in use waits, and its wait counts."""

_TICK_S = 0.005
_BUCKET_S = 0.05
_PATIENCE = 600  # times 10 ms
_AFTERMATH_S = 1.0  # how long what piled up while the gateway was kept from its core may still be felt


class Generator:
    """Sends opens to one gateway.

    `budget` is what an answer may take, `slack` what it may be late, in seconds; `kept()` is how long the kernel has
    kept the gateway from its core so far.
    """

    def __init__(
        self,
        port: int,
        stock: Sequence[Open],
        judge: Judge,
        budget: float,
        kept: Callable[[], float],
        slack: float = 0.010,
    ) -> None:
        self._port = port
        self._kept = kept
        self._stock = stock
        self._judge = judge
        self._allowed = budget + slack
        self._idle: list[_Line] = []
        self._lines: set[_Line] = set()
        self._waiting: deque[tuple[float, Open]] = deque()
        self._connecting: set[asyncio.Task[None]] = set()
        self._next = 0
        self._worst: dict[int, float] = {}
        self._starved: dict[int, float] = {}
        self.is_sending = True
        self.tally: Tally

    async def run(self, rate: float, seconds: float, *, leaving: float = 0.0) -> Tally:
        """Send `rate` opens a second for so long, of which the share `leaving` does not wait for its answer."""
        loop = asyncio.get_running_loop()
        self.tally = Tally(seconds)
        ticking = loop.create_task(self._tick())
        began, sent = loop.time(), 0
        while self.is_sending and (now := loop.time()) < began + seconds:
            while began + sent / rate <= now:
                self._fire(began + sent / rate, leaves=leaving > 0 and sent % round(1 / leaving) == 0)
                sent += 1
            await asyncio.sleep(max(0.0, began + sent / rate - loop.time()))
        await self._finish()
        ticking.cancel()
        return self.tally

    def close(self) -> None:
        """Let go of all connections."""
        for line in tuple(self._lines):
            line.leave()

    async def _finish(self) -> None:
        """Send no more, and wait for what is out, not for ever: what is then out is lost."""
        self.tally.unsent += len(self._waiting)
        self._waiting.clear()
        for _ in range(_PATIENCE):
            if not (self._connecting or any(line.is_out for line in self._lines)):
                break
            await asyncio.sleep(0.01)
        stuck = [line for line in self._lines if line.is_out]
        self.tally.lost += len(stuck)
        for line in stuck:
            line.leave()

    def _fire(self, due: float, *, leaves: bool) -> None:
        one = self._stock[self._next % len(self._stock)]
        self._next += 1
        self.tally.due += 1
        if leaves:
            self._start(self._leave(one))
        elif self._idle:
            self._idle.pop().send(due, one)
        elif len(self._lines) + len(self._connecting) < LINES:
            self._start(self._connect(due, one))
        else:
            self._waiting.append((due, one))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    async def _connect(self, due: float, one: Open) -> None:
        try:
            _, line = await asyncio.get_running_loop().create_connection(lambda: _Line(self), "127.0.0.1", self._port)
        except OSError:
            self.tally.unconnected += 1
            return
        line.send(due, one)

    async def _leave(self, one: Open) -> None:
        """A player who asks and goes at once."""
        self.tally.left += 1
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            self.tally.unconnected += 1
            return
        writer.write(one.request)
        await asyncio.sleep(0.001 * (self._next % 7))
        writer.transport.abort()

    async def _tick(self) -> None:
        """Keep the worst lateness of this very loop, by stretch of time."""
        loop, before = asyncio.get_running_loop(), self._kept()
        while True:
            due = loop.time() + _TICK_S
            await asyncio.sleep(_TICK_S)
            now, kept = loop.time(), self._kept()
            bucket = int(now / _BUCKET_S)
            self._worst[bucket] = max(self._worst.get(bucket, 0.0), now - due)
            self._starved[bucket] = self._starved.get(bucket, 0.0) + kept - before
            self.tally.kept += kept - before
            before = kept

    def opened(self, line: "_Line") -> None:
        """A connection is there."""
        self._lines.add(line)

    def came(self, line: "_Line", status: int, body: bytes, *, stays: bool) -> None:
        """An answer is in: judge it, and use its connection for what waits."""
        loop = asyncio.get_running_loop()
        now, tally = loop.time(), self.tally
        kind = self._judge(status, body, line.one)
        tally.kinds[kind] += 1
        tally.lags.append(line.sent - line.due)
        is_late = now - line.sent > self._allowed and now - line.sent > self._allowed + self._excused(line.sent, now)
        if is_late:
            tally.late.append(now - line.sent)
        if kind == "ok":
            tally.latencies.append(now - line.due)
            tally.timely += not is_late
        if not stays:
            line.leave()
        elif self._waiting:
            line.send(*self._waiting.popleft())
        else:
            self._idle.append(line)

    def _excused(self, sent: float, now: float) -> float:
        """What of a wait was the generator's or the computer's doing."""
        first, last = int(sent / _BUCKET_S), int(now / _BUCKET_S) + 1
        lag = max((self._worst.get(bucket, 0.0) for bucket in range(first, last)), default=0.0)
        felt = range(first - round(_AFTERMATH_S / _BUCKET_S), last)
        return lag + sum(self._starved.get(bucket, 0.0) for bucket in felt)

    def lost(self, line: "_Line") -> None:
        """A connection is gone, with or without an answer owed on it."""
        self._lines.discard(line)
        if line in self._idle:
            self._idle.remove(line)
        if line.is_out:
            self.tally.lost += 1
        if self._waiting and len(self._lines) + len(self._connecting) < LINES:
            self._start(self._connect(*self._waiting.popleft()))


class _Line(asyncio.Protocol):
    """One connection with at most one open out on it."""

    def __init__(self, owner: Generator) -> None:
        self._owner = owner
        self._received = b""
        self._transport: asyncio.Transport
        self.is_out = False
        self.due = self.sent = 0.0
        self.one: Open

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by name
        self._owner.opened(self)

    def send(self, due: float, one: Open) -> None:
        """Send an open that was due then."""
        self.due, self.one, self.is_out = due, one, True
        self.sent = asyncio.get_running_loop().time()
        self._transport.write(one.request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        lower = head.lower()
        length = int(lower.partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        if len(rest) < length or not self.is_out:
            return
        self._received, self.is_out = b"", False
        self._owner.came(self, int(head[9:12]), rest[:length], stays=b"connection: close" not in lower)

    def connection_lost(self, error: Exception | None) -> None:
        self._owner.lost(self)
        self.is_out = False

    def leave(self) -> None:
        """Close it."""
        self.is_out = False
        self._transport.abort()
