"""Four vendors in one small process: fixed bodies in the vendors' shapes, the id that was asked for put in.

It is a bare protocol that does nothing but find the end of a request, so that it is not what limits a measurement.
"""

import asyncio
import re
import sys
from pathlib import Path

import uvloop

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
# What in a request names what is asked, and the name under which the bodies were recorded.
_NAMES = (
    (re.compile(rb"/memberships/([^? ]+)"), b"bench-member"),
    (re.compile(rb"symbols=([A-Z.]+)"), b"BENCH"),
    (re.compile(rb"ProductVariant/([0-9]+)"), b"41897239806"),
)


def replies(folder: Path) -> dict[bytes, bytes]:
    """The recorded body of each vendor by the first part of its path."""
    return {b"/" + path.stem.encode(): path.read_bytes() for path in folder.glob("*.body")}


class StandIn(asyncio.Protocol):
    """One connection; requests may come in any number of pieces."""

    def __init__(self, bodies: dict[bytes, bytes]) -> None:
        self._bodies = bodies
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            length = _LENGTH.search(head)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < whole:
                return
            request, self._buffer = self._buffer[:whole], self._buffer[whole:]
            self._answer(request)

    def _answer(self, request: bytes) -> None:
        target = request.split(b" ", 2)[1]
        body = self._bodies[target[: target.index(b"/", 1)]]
        for pattern, name in _NAMES:
            if asked := pattern.search(request):
                body = body.replace(name, asked[1])
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)


async def main(port: int, folder: Path) -> None:
    """Serve until killed."""
    bodies = replies(folder)
    server = await asyncio.get_running_loop().create_server(lambda: StandIn(bodies), "127.0.0.1", port, backlog=512)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]), Path(sys.argv[2])))
