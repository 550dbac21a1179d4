"""One vendor that can go wrong in every way a socket allows, and is well again a moment later, on the same port."""

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson
from multidict import CIMultiDict

from gateway.lab import alpaca, open_meteo, shopify, voucherify
from gateway.lab.seeded import Seeded
from gateway.lab.vendor import Asked as LabAsked
from gateway.lab.vendor import Vendor
from raw_upstream import Asked, RawUpstream, reply, turns

VENDORS: Mapping[str, Vendor] = {
    "open-meteo": open_meteo.VENDOR,
    "shopify": shopify.VENDOR,
    "voucherify": voucherify.VENDOR,
    "alpaca": alpaca.VENDOR,
}


@dataclass
class Request(Asked):
    """One request, and whether its connection has carried none before it."""

    is_first: bool = True


Act = Callable[[Request, bytes], Awaitable[None]]
"""What is done with one request, given the body that a good answer to it would have."""


class Reach(Enum):
    """How a vendor is not even reached."""

    CLOSED = "closed"  # nobody listens
    BLACK_HOLE = "black hole"  # a connection is asked for and nothing comes back
    MUTE = "mute"  # a connection is had; nothing is read or said on it
    TLS = "tls"  # a handshake with what `Fault.tls` shows
    BANNER = "banner"  # something else than TLS is said at once
    NAME = "name"  # the vendor is well, its name is not


@dataclass(frozen=True)
class Fault:
    """One way to go wrong: on the way to the vendor, or in what it does with a request."""

    act: Act | None = None
    reach: Reach | None = None
    tls: Callable[[], ssl.SSLContext] | None = None
    name: str | None = None


class UnplayableError(Exception):
    """This kernel does not play a fault: why."""


def good_body(vendor: str, request: bytes) -> bytes:
    """The body that the lab's stand-in would answer a request with."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    url = urlsplit(first.split(" ")[1])
    parts = [unquote(part) for part in url.path.split("/")]
    path = {"program": parts[-3], "member": parts[-1]} if vendor == "voucherify" else {}
    headers = CIMultiDict(line.split(": ", 1) for line in lines)
    asked = LabAsked(path, dict(parse_qsl(url.query)), headers, body, time.time(), Seeded("0"))
    told = VENDORS[vendor].tell(asked)
    assert told.status == 200, told
    return orjson.dumps(told.body)


@dataclass
class Evil:
    """Stands in for one vendor on a port of its own. `names` says how each name resolves."""

    vendor: str
    names: dict[str, str]
    secure: ssl.SSLContext | None = None
    fault: Fault | None = None
    _fillers: list[socket.socket] = field(default_factory=list)
    _carried: set[int] = field(default_factory=set)
    _server: asyncio.Server | None = None

    def __post_init__(self) -> None:
        self._raw = RawUpstream(self._behave)
        self._socket = _bound(0)
        self.port: int = self._socket.getsockname()[1]
        self.host = f"{self.vendor}-{self.port}.fault.test"

    @property
    def requests(self) -> list[bytes]:
        """The requests read so far."""
        return self._raw.requests

    async def heal(self) -> None:
        """Answer well from now on."""
        fault, self.fault = self.fault, None
        self.names[self.host] = "well"
        if self._server is None or (fault is not None and fault.reach not in (None, Reach.NAME)):
            await self._listen(self.secure)

    async def begin(self, fault: Fault, *, anew: bool) -> None:
        """Go wrong from now on, with new connections or on those there are.

        Raises:
            UnplayableError: this kernel does not do that.
        """
        self.fault = fault
        if anew or fault.reach is not None:
            self._hang_up()
            await turns()
        if fault.reach is None:
            return
        if fault.reach is Reach.NAME:
            self.names[self.host] = fault.name or "unknown"
        elif fault.reach is Reach.CLOSED:
            self._stop_listening()
        elif fault.reach is Reach.BLACK_HOLE:
            self._stop_listening()
            self._fill()
        else:
            await self._listen(fault.tls() if fault.tls else None)

    async def close(self) -> None:
        """Leave nothing open."""
        self._stop_listening()
        self._hang_up()
        self._socket.close()
        await asyncio.sleep(0)

    async def _listen(self, context: ssl.SSLContext | None) -> None:
        self._stop_listening()
        self._hang_up()
        self._server = await asyncio.start_server(self._serve, sock=self._socket, ssl=context, backlog=256)

    def _stop_listening(self) -> None:
        """Refuse, and keep the port."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._socket.close()
        self._socket = _bound(self.port)

    def _hang_up(self) -> None:
        """Let go of every connection there is, so that the next call needs a new one."""
        for filler in self._fillers:
            filler.close()
        self._fillers.clear()
        for writer in self._raw.writers:
            writer.transport.abort()
        self._raw.writers.clear()

    def _fill(self) -> None:
        """Fill the queue of the kernel, which then drops whatever asks for a connection."""
        self._socket.listen(0)
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))
            self._fillers.append(filler)
        with socket.socket() as probe:
            probe.settimeout(0.05)
            if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                raise UnplayableError("the kernel takes connections beyond the backlog")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.fault is not None and self.fault.reach is Reach.MUTE:
            self._raw.writers.append(writer)
            return
        if self.fault is not None and self.fault.reach is Reach.BANNER:
            writer.write(b"220 canary-banner-91c4\r\n")
        with suppress(ConnectionError, ValueError):  # ValueError: more bytes than a head may have
            await self._raw.serve(reader, writer)

    async def _behave(self, asked: Asked) -> None:
        good = good_body(self.vendor, asked.head)
        fault = self.fault
        try:
            if fault is None or fault.act is None:
                await asked.send(reply(good))
            else:
                is_first = asked.connection not in self._carried
                await fault.act(Request(asked.number, asked.connection, asked.head, asked.writer, is_first), good)
        except ConnectionError:
            asked.abort()
        self._carried.add(asked.connection)


def _bound(port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", port))
    made.setblocking(False)
    return made
