"""Stand-ins for what is on either side of a connection: its transport and its owner."""

import asyncio
import socket

from gateway.pool.connection import Connection


class Wire(asyncio.Transport):
    """A transport that keeps what is written; `unwritten` is what has not gone out yet."""

    def __init__(self, end: socket.socket) -> None:
        super().__init__({"socket": end})
        self.written: list[bytes] = []
        self.unwritten = 0
        self.aborted = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def get_write_buffer_size(self) -> int:
        return self.unwritten

    def is_closing(self) -> bool:
        return self.aborted > 0

    def abort(self) -> None:
        self.aborted += 1


class Keeper:
    """An owner that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def freed(self, connection: Connection) -> None:
        self.told.append("freed")

    def closed(self, connection: Connection) -> None:
        self.told.append("closed")

    def strayed(self) -> None:
        self.told.append("strayed")
