"""Rows of the matrix in which the bytes of the answer are not what HTTP says they should be."""

from faults.acts import CANARY, MIB, bomb, floods, gzipped, says, stray
from faults.evil import Fault
from faults.matrix import LIVE, PROTOCOL, Form, Row, Wanted
from raw_upstream import reply

_CUT = Wanted("error", "cut_short")
_TOO_LARGE = Wanted("invalid", "too_large")
_UNDECODABLE = Wanted("invalid", "decode_error")
_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _two_lengths(good: bytes) -> bytes:
    return reply(good, "200 OK", f"Content-Length: {len(good) + 5}")


def _with_header(line: str, times: int = 1) -> Fault:
    return Fault(says(lambda good: reply(good, "200 OK", *[line] * times)))


def _other(good: bytes) -> bytes:
    """A well-formed answer to somebody else: longer, so that it cannot be taken for the true one."""
    return good.replace(b'"customer_id":"', b'"customer_id":"other-')


FRAMING = (
    Row(
        "F10",
        "Content-Length too long",
        (
            Form(
                "whole JSON, 9 bytes promised beyond it, closed",
                Fault(says(lambda good: reply(good + b" " * 9)[:-9], close=True)),
                _CUT,
            ),
        ),
        "what did come is never used, though it parses",
    ),
    Row(
        "F11",
        "an answer too many",
        (
            Form("in the same segment", Fault(stray(_other, None)), LIVE, apart=True),
            Form("20 ms later", Fault(stray(_other, 0.02)), LIVE, apart=True, heals=1.0),
        ),
        "the connection is not used again; a stray after the next request is F35",
    ),
    Row(
        "F12",
        "two lengths",
        (
            Form("two Content-Length", Fault(says(_two_lengths)), PROTOCOL),
            Form(
                "Content-Length and chunked",
                Fault(says(lambda good: reply(good, "200 OK", "Transfer-Encoding: chunked"))),
                PROTOCOL,
            ),
        ),
    ),
    Row(
        "F13",
        "chunks",
        (
            Form("a length that is no number", Fault(says(lambda good: _CHUNKED + b"zz\r\n" + good)), PROTOCOL),
            Form("cut short", Fault(says(lambda good: _CHUNKED + _chunk(good), close=True)), _CUT),
        ),
    ),
    Row(
        "F14",
        "gzip bomb",
        (
            Form(
                "200 MiB in 200 kB",
                Fault(says(lambda _: reply(bomb(), "200 OK", "Content-Encoding: gzip"))),
                _TOO_LARGE,
            ),
        ),
        "the cap counts decoded bytes",
    ),
    Row(
        "F15",
        "encoding",
        (
            Form(
                "corrupt gzip",
                Fault(says(lambda good: reply(gzipped(good)[:-6] + b"canary", "200 OK", "Content-Encoding: gzip"))),
                _UNDECODABLE,
            ),
            Form("an unknown encoding", _with_header("Content-Encoding: canary"), _UNDECODABLE),
            Form(
                "good gzip (control)",
                Fault(says(lambda good: reply(gzipped(good), "200 OK", "Content-Encoding: gzip"))),
                LIVE,
            ),
        ),
    ),
    Row(
        "F16",
        "endless body",
        (
            Form(
                "100 MB, honest length",
                Fault(floods(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n", b" " * 65536)),
                _TOO_LARGE,
            ),
            Form("100 MB in chunks", Fault(floods(_CHUNKED, _chunk(b" " * 65536))), _TOO_LARGE),
            Form("100 MB, no length", Fault(floods(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65536)), _TOO_LARGE),
        ),
        "a stated length is refused from the head; else reading stops at the cap",
    ),
    Row(
        "F17",
        "headers",
        (
            Form("one of 1 MB", _with_header(f"X-Note: {CANARY}{'x' * MIB}"), PROTOCOL),
            Form("5,000 of them", _with_header("X-Note: canary-body-91c4", 5000), PROTOCOL),
            Form("NUL in one", _with_header("X-Note: a\0b"), PROTOCOL),
        ),
    ),
    Row(
        "F18",
        "interim replies",
        (
            Form("102 without end", Fault(floods(b"", b"HTTP/1.1 102 Processing\r\n\r\n", 27 * 20000)), PROTOCOL),
            Form(
                "one 103 (control)",
                Fault(says(lambda good: b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + reply(good))),
                LIVE,
            ),
        ),
    ),
    Row(
        "F19",
        "101 unasked",
        (
            Form(
                "Switching Protocols",
                Fault(
                    says(
                        lambda good: (
                            b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n" + good
                        )
                    )
                ),
                PROTOCOL,
            ),
        ),
    ),
    Row(
        "F32",
        "HTTP/1.0, no length",
        (
            Form(
                "ends with the connection",
                Fault(says(lambda good: b"HTTP/1.0 200 OK\r\n\r\n" + good, close=True)),
                LIVE,
            ),
        ),
    ),
    Row(
        "F33",
        "not HTTP",
        (
            Form("HTTP/0.9", Fault(says(lambda good: good, close=True)), PROTOCOL),
            Form("an SSH banner", Fault(says(lambda _: b"SSH-2.0-OpenSSH_9.2\r\n", close=True)), PROTOCOL),
        ),
    ),
)
