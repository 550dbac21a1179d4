"""The console's feed: one tick a second to all who watch, as server-sent events.

The law of the state:
1. While nobody watches there is no timer, and the sampler is off. The first who comes starts both, the last who goes
   ends them.
2. A tick is written once, and is the same bytes for everybody.
3. At most `most` may watch. Who has not taken the last `behind` ticks is cut off; nobody is waited for.
4. `end` ends it for good: everybody is told so, and nobody is let in any more.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from aiohttp import web

from gateway.app.http import NO_STORE
from gateway.app.sampler import Sampler
from gateway.app.stream import END, EVENT_STREAM
from gateway.errors import Problem

_HEADERS = {**NO_STORE, "Content-Type": EVENT_STREAM, "X-Accel-Buffering": "no"}
_COME_BACK = b"retry: 2000\n"


class Told(Protocol):
    """What is told: once to who has just come, and then every tick."""

    def begin(self) -> None:
        """Count from now on."""

    def now(self) -> dict[str, Any]:
        """How it stands."""

    def tick(self) -> dict[str, Any]:
        """What came since the last tick."""


@dataclass(frozen=True, slots=True)
class FeedLaw:
    """`interval` is in seconds, `most` how many may watch, `behind` how many ticks one may not have taken yet."""

    interval: float = 1.0
    most: int = 8
    behind: int = 3


class _Watcher:
    def __init__(self, request: web.BaseRequest, behind: int) -> None:
        self._request = request
        self._left: asyncio.Queue[bytes] = asyncio.Queue(behind)

    def put(self, event: bytes) -> None:
        """Leave an event for it, or cut it off where it has not taken the last ones."""
        try:
            self._left.put_nowait(event)
        except asyncio.QueueFull:
            if self._request.transport is not None:
                self._request.transport.abort()

    async def next(self) -> bytes:
        """The next event."""
        return await self._left.get()


class Feed:
    """Who watches. `about` is what a page must know once: where the film and the lab are."""

    def __init__(self, sampler: Sampler, told: Told, about: Callable[[], dict[str, Any]], law: FeedLaw) -> None:
        self._sampler = sampler
        self._told = told
        self._about = about
        self._law = law
        self._watchers: set[_Watcher] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._is_over = False

    async def events(self, request: web.BaseRequest) -> web.StreamResponse:
        """Tell one page how it goes, until one of the two ends it."""
        if self._is_over:
            raise Problem.named("overloaded")
        with self._place(request) as watcher:
            response = web.StreamResponse(headers=_HEADERS)
            try:
                await response.prepare(request)
                await response.write(_COME_BACK + _event(b"begin", {**self._about(), "tick": self._told.now()}))
                event = b""
                while event is not END:
                    event = await watcher.next()
                    await response.write(event)
                response.force_close()
                await response.write_eof()
            except ConnectionError:  # who is gone needs no end
                response.force_close()
            return response

    def end(self) -> None:
        """End it for good."""
        self._is_over = True
        for watcher in self._watchers:
            watcher.put(END)

    @property
    def watching(self) -> int:
        """How many watch."""
        return len(self._watchers)

    @contextmanager
    def _place(self, request: web.BaseRequest) -> Iterator[_Watcher]:
        if len(self._watchers) >= self._law.most:
            raise Problem.named("too-many-requests", detail="as many as may watch do so already", retry_after=5)
        watcher = _Watcher(request, self._law.behind)
        if not self._watchers:
            self._sampler.begin()
            self._told.begin()
            self._wake_after(asyncio.get_running_loop().time())
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)
            if not self._watchers:
                self._sampler.end()
                if self._timer is not None:
                    self._timer.cancel()

    def _wake_after(self, last: float) -> None:
        due = last + self._law.interval
        self._timer = asyncio.get_running_loop().call_at(due, self._tick, due)

    def _tick(self, due: float) -> None:
        event = _event(b"tick", self._told.tick())
        for watcher in self._watchers:
            watcher.put(event)
        # A loop that was held up does not owe the ticks it missed.
        self._wake_after(max(due, asyncio.get_running_loop().time() - self._law.interval))


def _event(name: bytes, document: dict[str, Any]) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name, orjson.dumps(document))
