"""Event streams: how many go on after their payload, and how each comes to its end.

The law of the state:
1. A stream has a place from before its sources are asked until its end. Without one it is the payload and the end.
2. As an open in flight it counts until its payload is written. What comes after is background work, and reads the
   level of load of now, whenever something comes and with each heartbeat.
3. Every stream ends: when the last window closes, when nothing can come any more, when the gateway is too busy or its
   ports close; and without a word when its reader is gone, or has not taken it all a while after the last window.
4. What is written and not yet taken is at most the payload, its patches and the heartbeats of the windows.
"""

import asyncio
from asyncio import Future
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from aiohttp import web

from gateway.admission import Level
from gateway.budget import TICK
from gateway.clock import Clock
from gateway.flow.patch import Patch
from gateway.moment import Following

EVENT_STREAM = "text/event-stream"
HEARTBEAT = b": \n\n"
END = b"event: end\ndata: {}\n\n"
PATIENCE = 1.0
"""How long after the last window a reader may still be taking what was said, in seconds."""

_HEADERS = {"Content-Type": EVENT_STREAM, "X-Accel-Buffering": "no"}

Say = Callable[[bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class StreamLaw:
    """`heartbeat` is in seconds, `most` how many may go on at once."""

    heartbeat: float = 5.0
    most: int = 2000


@dataclass(frozen=True, slots=True)
class StreamStatistics:
    """Streams that go on now, and how many came when there was no place, since the start."""

    open: int
    crowded: int


class Streams:
    """All streams of the process. `level()` is the load of now."""

    def __init__(self, law: StreamLaw, clock: Clock, level: Callable[[], Level]) -> None:
        self._law = law
        self._clock = clock
        self._level = level
        self._open = 0
        self._crowded = 0
        self._over: Future[None] = asyncio.get_running_loop().create_future()

    @contextmanager
    def place(self) -> Iterator[bool]:
        """A place for one stream, given back in the end; or none, which is said."""
        has_place = self._open < self._law.most and not self._over.done()
        self._open += has_place
        self._crowded += not has_place
        try:
            yield has_place
        finally:
            self._open -= has_place

    def end(self) -> None:
        """End them all, for good: each says that it ends."""
        if not self._over.done():
            self._over.set_result(None)

    def may_ask(self) -> bool:
        """Whether what came late lets anything new be asked."""
        return self._level() is Level.NORMAL

    def statistics(self) -> StreamStatistics:
        """How it stands."""
        return StreamStatistics(self._open, self._crowded)

    async def tell(self, following: Following, say: Say, told: Callable[[Patch], None]) -> None:
        """Say what comes late, until no more can; `told` hears of each patch."""
        number, beat = 0, self._clock.now() + self._law.heartbeat
        while self._goes_on(following):
            patches = await following.patches(beat, self._over)
            for patch in patches:
                number += 1
                await say(_event("patch", patch.document(), number))
                told(patch)
            is_quiet = not patches and self._clock.now() >= beat - TICK
            if is_quiet and self._goes_on(following):
                await say(HEARTBEAT)
            if is_quiet or patches:
                beat = self._clock.now() + self._law.heartbeat

    def _goes_on(self, following: Following) -> bool:
        return following.until is not None and not self._over.done() and self._level() < Level.ESSENTIAL


async def send_stream(
    request: web.BaseRequest,
    headers: Mapping[str, str],
    payload: bytes,
    rest: Callable[[Say], Awaitable[None]],
    until: float,
    *,
    is_last: bool,
) -> web.StreamResponse:
    """Write a stream: the payload, what `rest` says, the end. Who has not taken it soon after `until` is cut off.

    The connection is closed after one that `is_last`.
    """
    response = web.StreamResponse(headers={**headers, **_HEADERS})
    if is_last:
        response.force_close()
    try:
        async with asyncio.timeout_at(until + PATIENCE):
            await response.prepare(request)
            await response.write(_event("payload", payload))
            await rest(response.write)
            await response.write(END)
            await response.write_eof()
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
    except ConnectionError:  # who is gone needs no end
        response.force_close()
    return response


def wants_stream(accept: str) -> bool:
    """Whether an `Accept` header names event streams, and does not like plain JSON better."""
    if "event-stream" not in accept.lower():  # nearly all
        return False
    liked = dict(map(_liked, accept.lower().split(",")))
    return liked.get(EVENT_STREAM, 0.0) > 0.0 and liked[EVENT_STREAM] >= liked.get("application/json", 0.0)


def _liked(media_range: str) -> tuple[str, float]:
    """A media range and its weight; one that is no number counts as nought."""
    kind, *parameters = (part.strip() for part in media_range.split(";"))
    weight = next((part[2:] for part in parameters if part.startswith("q=")), "1")
    try:
        return kind, float(weight)
    except ValueError:
        return kind, 0.0


def _event(name: str, data: bytes, number: int | None = None) -> bytes:
    """One event; its data is JSON, which has no line break in it."""
    head = b"" if number is None else b"id: %d\n" % number
    return head + b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"
