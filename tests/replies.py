"""Replies by name: good ones with the body that each has, and bad ones."""

import gzip

from gateway.pool.reading import LONGEST_LINE, MOST_HEAD_BYTES, MOST_HEADERS, MOST_INTERIMS
from raw_upstream import reply

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n"
JSON = b'{"id": "a"}'

GOOD: dict[str, tuple[bytes, bytes]] = {
    # name: bytes, body
    "a length": (reply(JSON), JSON),
    "a length of nothing": (reply(b""), b""),
    "a body of blank lines": (reply(b"\r\n\r\n"), b"\r\n\r\n"),
    "chunks": (CHUNKED + b"\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n", b"abcdefg"),
    "chunks and trailers": (CHUNKED + b"\r\n2\r\n{}\r\n0\r\nX-Sum: 1\r\n\r\n", b"{}"),
    "gzip": (reply(gzip.compress(JSON, mtime=0), "200 OK", "Content-Encoding: gzip"), JSON),
    "an early hint": (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + reply(JSON), JSON),
    "no content": (b"HTTP/1.1 204 No Content\r\nX: 1\r\n\r\n", b""),
    "no phrase": (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
}
MORE = [b"\n", b"\r\n", b"\0", b"H", b"zz", reply(b"stray"), b"0\r\n\r\n"]

BAD: dict[str, bytes] = {
    "a blank line in front": b"\r\n" + reply(),
    "another protocol": b"RTSP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/2.0": b"HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/0.9": b"HTTP/0.9 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/1.2": b"HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "600": b"HTTP/1.1 600 OK\r\nContent-Length: 2\r\n\r\n{}",
    "099": b"HTTP/1.1 099 OK\r\nContent-Length: 2\r\n\r\n{}",
    "1000": b"HTTP/1.1 1000 OK\r\nContent-Length: 2\r\n\r\n{}",
    "101": b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nxyz",
    "101 without a word, and a reply": b"HTTP/1.1 101 Switching\r\n\r\n" + reply(),
    "101 with a length, and a reply": b"HTTP/1.1 101 Switching\r\nContent-Length: 0\r\n\r\n" + reply(),
    "the same length twice": OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a list of lengths": OK + b"Content-Length: 2, 2\r\n\r\n{}",
    "a negative length": OK + b"Content-Length: -2\r\n\r\n{}",
    "a length with a sign": OK + b"Content-Length: +2\r\n\r\n{}",
    "a length of no digits": OK + b"Content-Length: \r\n\r\n{}",
    "a length past 64 bits": OK + b"Content-Length: 99999999999999999999\r\n\r\n{}",
    "chunks and a length": CHUNKED + b"Content-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunked twice": CHUNKED + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunked of something": OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "not chunked": OK + b"Transfer-Encoding: gzip\r\n\r\n{}",
    "a chunk past 64 bits": CHUNKED + b"\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    "a chunk without its end": CHUNKED + b"\r\n2\r\n{}x0\r\n\r\n",
    "a bare line feed": b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
    "a folded header": OK + b"X: a\r\n b\r\nContent-Length: 2\r\n\r\n{}",
    "a blank before the colon": OK + b"Content-Length : 2\r\n\r\n{}",
    "a header without a name": OK + b": 2\r\nContent-Length: 2\r\n\r\n{}",
    "a control character": OK + b"X: \x01\r\nContent-Length: 2\r\n\r\n{}",
    "a line too long": OK + b"X: " + b"a" * LONGEST_LINE + b"\r\nContent-Length: 2\r\n\r\n{}",
    "a header too many": OK + b"X: 1\r\n" * MOST_HEADERS + b"Content-Length: 2\r\n\r\n{}",
    "a trailer too many": CHUNKED + b"\r\n2\r\n{}\r\n0\r\n" + b"X: 1\r\n" * MOST_HEADERS + b"\r\n",
    "a phrase without end": b"HTTP/1.1 200 " + b"a" * (MOST_HEAD_BYTES + 1),
    "an interim reply too many": b"HTTP/1.1 102 Processing\r\n\r\n" * (MOST_INTERIMS + 1) + reply(),
}
