"""One reply at a time out of the bytes of one connection: exactly one, within its limits, and its end to the byte.

State: the reply that is being read, and llhttp's parser, which goes on from one reply to the next.
* A reply is over once. What is more than it shows as a surplus, never as part of it and never as the next one.
* A limit is checked where its bytes come in: nothing is kept that is beyond one. After a refusal nothing is read.
* The parser serves the next reply only if this one was over without a surplus.
"""

from typing import Final, NamedTuple

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from connectors import BadReply, Fault, Transient
from gateway.pool.encoding import decoded
from gateway.pool.failures import Failed, failed

MOST_HEADERS: Final = 128
MOST_INTERIMS: Final = 8
LONGEST_LINE: Final = 8190
MOST_HEAD_BYTES: Final = 64 * 1024

_LINE_ENDS: Final = b"\r\n"
_BEGINNING: Final = b"H"[0]
_NO_BODY: Final = frozenset({204, 304})
_FRAMING: Final = frozenset(map(len, (b"content-length", b"content-encoding", b"transfer-encoding")))


class Wanted(NamedTuple):
    """What a call wants of its reply: which statuses, how many bytes at most, and whether it has a body at all."""

    expect: tuple[int, ...]
    most: int
    without_body: bool


class Received(NamedTuple):
    """A reply as it came. The body is empty if the call does not expect the status."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class _Refused(Exception):  # noqa: N818 - stops the parser, and goes no further than this file
    pass


class ReplyReader:
    """Reads the replies of one connection."""

    __slots__ = (
        "_chunks",
        "_encoding",
        "_ends_with_connection",
        "_fed",
        "_fields",
        "_head_bytes",
        "_headers",
        "_interims",
        "_is_head_read",
        "_is_interim",
        "_parser",
        "_refusal",
        "_size",
        "_status",
        "_wanted",
        "has_begun",
        "has_surplus",
        "is_last",
        "is_over",
    )

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self.begin(Wanted((), 0, without_body=False))

    def begin(self, wanted: Wanted) -> None:
        """Make ready for the reply to a request."""
        self._wanted = wanted
        self._headers: list[tuple[bytes, bytes]] = []
        self._chunks: list[bytes] = []
        self._encoding: str | None = None
        self._refusal: Failed | None = None
        self._fed = self._fields = self._head_bytes = self._interims = self._size = self._status = 0
        self._is_interim = self._is_head_read = self._ends_with_connection = False
        self.has_begun = self.has_surplus = self.is_over = self.is_last = False

    @property
    def is_unexpected(self) -> bool:
        """Whether the status says that there is no more to wait for."""
        return self._is_head_read and self._status not in self._wanted.expect

    def feed(self, data: bytes) -> None:
        """Read on.

        Raises:
            Failed: it is no reply, or one beyond a limit.
        """
        if not self.has_begun and data[0] != _BEGINNING:
            raise failed(Transient, "protocol_error")
        self.has_begun = True
        try:
            self._parse(data)
        except (HttpParserError, HttpParserUpgrade):
            if not self.is_over:
                raise self._refusal or failed(Transient, "protocol_error") from None
            self.has_surplus = True
        if not self._is_head_read:
            self._fed += len(data)
            if self._fed > MOST_HEAD_BYTES:
                raise failed(Transient, "protocol_error")
        elif self.has_surplus and (self._status in _NO_BODY or self._wanted.without_body):
            raise failed(Transient, "protocol_error")

    def end(self) -> bool:
        """The connection has ended; whether that is where the reply ends too."""
        self.is_over = self.is_over or (self._ends_with_connection and not self._wanted.without_body)
        return self.is_over

    def received(self) -> Received:
        """The reply, once it is over or its status unexpected.

        Raises:
            Failed: its body is not in the encoding that it names, or too large once decoded.
        """
        if self.is_unexpected:
            return Received(self._status, self._headers, b"")
        chunks = self._chunks
        body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        if body and self._encoding is not None:
            body = decoded(body, self._encoding, self._wanted.most)
        return Received(self._status, self._headers, body)

    def _parse(self, data: bytes) -> None:
        """Hand on to llhttp, which passes over blank lines between replies: a last byte alone shows if it is one."""
        if data[-1] not in _LINE_ENDS:
            self._parser.feed_data(data)
            # The body that is announced in the reply to a HEAD is not to come, whatever llhttp thinks.
            self.has_surplus = self.is_over and self._wanted.without_body
            return
        view = memoryview(data)
        self._parser.feed_data(view[:-1])
        self.has_surplus = self.is_over
        if not self.is_over:
            self._parser.feed_data(view[-1:])
        if self._wanted.without_body and self.is_over:
            self._parser = HttpResponseParser(self)

    def _refuse(self, kind: type[Fault], cause: str) -> _Refused:
        self._refusal = failed(kind, cause)
        return _Refused()

    # What llhttp calls, by the names that httptools has for it.

    def on_message_begin(self) -> None:
        """The first byte of a reply, or of one too many."""
        if self.is_over:
            raise _Refused

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer, which is read for nothing but its size."""
        length = len(name) + len(value)
        self._head_bytes += length
        self._fields += 1
        if length > LONGEST_LINE or self._head_bytes > MOST_HEAD_BYTES or self._fields > MOST_HEADERS:
            raise self._refuse(Transient, "protocol_error")
        if not self._is_head_read:
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The blank line: what is announced is checked before any of it is read."""
        self._status = status = self._parser.get_status_code()
        version = self._parser.get_http_version()
        if not 100 <= status <= 599 or version not in ("1.1", "1.0"):
            raise self._refuse(Transient, "protocol_error")
        if status < 200:
            self._interims += 1
            if self._interims > MOST_INTERIMS:  # 101 is no matter of number: llhttp stops at it
                raise self._refuse(Transient, "protocol_error")
            self._is_interim = True
            return
        self._read_framing(status)
        self._is_head_read = True
        self.is_last = version != "1.1" or not self._parser.should_keep_alive()
        self.is_over = self._wanted.without_body

    def on_body(self, data: bytes) -> None:
        """A piece of the body; of a reply that nobody expects it is dropped."""
        self._size += len(data)
        if self.is_over or self._status not in self._wanted.expect:
            return
        if self._size > self._wanted.most:
            raise self._refuse(BadReply, "too_large")
        self._chunks.append(data)

    def on_message_complete(self) -> None:
        """The end of a reply, or of one before the reply."""
        if self._is_interim:
            self._is_interim = False
            self._headers = []
        else:
            self.is_over = True

    def _read_framing(self, status: int) -> None:
        """Read the headers that say where the body ends; llhttp has refused two lengths, and a length with chunks."""
        codings: list[bytes] = []
        encodings: list[bytes] = []
        length = None
        for name, value in self._headers:
            if len(name) not in _FRAMING:
                continue
            lower = name.lower()
            if lower == b"content-length":
                length = int(value)
            elif lower == b"transfer-encoding":
                codings.append(value.strip().lower())
            elif lower == b"content-encoding":
                encodings.append(value)
        if codings not in ([], [b"chunked"]):
            raise self._refuse(Transient, "protocol_error")
        self._ends_with_connection = length is None and not codings
        is_read = status in self._wanted.expect and status not in _NO_BODY and not self._wanted.without_body
        if is_read and length is not None and length > self._wanted.most:
            raise self._refuse(BadReply, "too_large")
        self._encoding = b",".join(encodings).decode("latin-1") if encodings else None
