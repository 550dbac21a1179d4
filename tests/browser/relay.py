"""Between a browser and a gateway: the bytes as they pass, remembered, or held back; and gateways that are none.

The law of the state: what a browser sent is only ever added to, a connection apart, by that connection's own thread,
and read by the test when the page is done.
"""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from urllib.parse import urlsplit

# On a connection that is kept, the line follows the body before it at once.
_REQUEST = re.compile(rb"(CONNECT|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT|TRACE) (\S+) HTTP/1\.1\r\n")
_PIECE = 65_536

Talk = Callable[[socket.socket, bytearray], None]


class Listener:
    """A port on which each connection is one talk."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._port = socket.create_server(("127.0.0.1", 0))
        self._heard: list[bytearray] = []
        self._connections: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._port.getsockname()[1]}"

    @property
    def requests(self) -> list[tuple[str, str]]:
        """The method and the path of each request that came, off the wire."""
        return [(one[0].decode(), one[1].decode()) for heard in self._heard for one in _REQUEST.findall(bytes(heard))]

    def listen(self) -> None:
        """Take connections until closed."""
        with suppress(OSError):
            while True:
                connection, _ = self._port.accept()
                heard = bytearray()
                self._heard.append(heard)
                self._connections.append(connection)
                Thread(target=self._one, args=(connection, heard), daemon=True).start()

    def close(self) -> None:
        """End it, and all that is still open."""
        for one in (self._port, *self._connections):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _one(self, connection: socket.socket, heard: bytearray) -> None:
        with connection, suppress(OSError):
            self._talk(connection, heard)


@contextmanager
def listening(talk: Talk) -> Iterator[Listener]:
    """A listener on threads of its own."""
    listener = Listener(talk)
    thread = Thread(target=listener.listen, name="listener", daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        listener.close()
        thread.join()


def passing(gateway: str, *, is_holding: bool = False) -> Talk:
    """Passes on what comes, both ways; one that is holding gives back nothing before the gateway has said it all."""

    def talk(browser: socket.socket, heard: bytearray) -> None:
        with socket.create_connection((str(urlsplit(gateway).hostname), urlsplit(gateway).port or 80)) as upstream:
            back = Thread(target=_give_back, args=(upstream, browser, is_holding), daemon=True)
            back.start()
            for piece in _pieces(browser):
                heard += piece
                upstream.sendall(piece)
            upstream.shutdown(socket.SHUT_RDWR)
            back.join()

    return talk


def saying(answer: bytes | None) -> Talk:
    """Says this and closes; nothing, ever, where it is None."""

    def talk(browser: socket.socket, heard: bytearray) -> None:
        for piece in _pieces(browser):
            heard += piece
            if answer is not None and b"\r\n\r\n" in heard:
                browser.sendall(answer)
                return

    return talk


def _give_back(upstream: socket.socket, browser: socket.socket, is_holding: bool) -> None:
    held = bytearray()
    with suppress(OSError):
        for piece in _pieces(upstream):
            held += piece
            # A stream's last chunk is empty.
            if not is_holding or b"text/event-stream" not in held or held.endswith(b"0\r\n\r\n"):
                browser.sendall(held)
                held.clear()


def _pieces(source: socket.socket) -> Iterator[bytes]:
    while piece := source.recv(_PIECE):
        yield piece
