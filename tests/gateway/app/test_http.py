"""What both ports have in common, over raw sockets: exact paths, problems, limits, and nothing given away."""

import asyncio
import logging
import re
from pathlib import Path

import pytest

from gateway.app import http, public
from gateway.app.serve import Address
from problems import CANARY, check_problem
from running import Edit, Heard, Running, config, converse, running

pytestmark = pytest.mark.asyncio

BODY = b'{"template":"morning"}'


def parsed(raw: bytes) -> Heard:
    """The first answer among the bytes of a connection."""
    head, _, rest = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = [line.partition(": ")[::2] for line in lines]
    headers = {name.title(): value for name, value in pairs}
    return Heard(int(first.split(" ")[1]), headers, rest[: int(headers.get("Content-Length", 0))])


async def said(moment: Running, *pieces: bytes) -> Heard:
    """The first answer to bytes sent as they are; the connection is closed after it."""
    return parsed(await converse(moment.served.public, *pieces))


def request(line: str, *headers: str, body: bytes = b"") -> bytes:
    """A request to be closed after, written out."""
    lines = [line, "Host: x", "Connection: close", *headers, f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


NOT_OURS = f"""
/ /v1 /v1/ /v1/open/ /v1/open/x.css /v1/open;.js /v1/open%2f.. /v1/open/.. /v1/./open /v1/open%00 /v1%2fopen /v1/%6fpen
//v1/open /V1/OPEN /v1/open.json /x/../v1/open /v1/templates/ /v1/templates/morning /v1/templates/morning%2fschema
/v1/templates/../open /livez /readyz /metrics /console /-/config /-/connectors /-/reload /{CANARY}
/v1/templates/{CANARY}/x /v1/templates/{CANARY.upper()}/schema
""".split()


async def test_a_path_is_found_only_as_it_is_written(tmp_path: Path) -> None:
    """A suffix, an encoded letter, a path of the admin port: all are 404, never stored, never repeated."""
    async with running(config(tmp_path)) as moment:
        lines = [f"{method} {path} HTTP/1.1" for path in NOT_OURS for method in ("GET", "POST")]
        heard = {line: await said(moment, request(line, body=BODY)) for line in lines}

    for one in heard.values():
        check_problem(one, 404, "not-found")


@pytest.mark.parametrize("document", ["schema", "defaults"])
async def test_an_unknown_template_is_not_repeated(tmp_path: Path, document: str) -> None:
    """A template or a version that is not there, or is none at all, is a problem that does not name it."""
    async with running(config(tmp_path)) as moment:
        unknown = await moment.ask("GET", f"/v1/templates/{CANARY}/{document}")
        other = await moment.ask("GET", f"/v1/templates/morning/{document}?version=4")
        none = [
            await moment.ask("GET", f"/v1/templates/morning/{document}?version={one}")
            for one in (CANARY, "", "-1", "1.0", "٣", "9" * 10)
        ]

    check_problem(unknown, 404, "unknown-template")
    check_problem(other, 404, "unknown-version")
    for one in none:
        check_problem(one, 400, "invalid-request")
        assert one.json["errors"] == [{"pointer": "/version", "detail": "is a whole number"}]


@pytest.mark.parametrize(
    ("line", "allowed"),
    [(f"{method} /v1/open", "OPTIONS, POST") for method in ("GET", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND")]
    + [("POST /v1/templates", "GET"), ("DELETE /openapi.json", "GET"), ("OPTIONS /v1/templates/morning/schema", "GET")],
)
async def test_a_method_not_taken_is_told_which_are(tmp_path: Path, line: str, allowed: str) -> None:
    """A method that a path does not take is 405 with `Allow`, also one nobody has heard of."""
    async with running(config(tmp_path)) as moment:
        heard = await said(moment, request(f"{line} HTTP/1.1"))

    check_problem(heard, 405, "method-not-allowed")
    assert heard.headers["Allow"] == allowed


LONG = "x" * 9000
GARBAGE = {
    "no HTTP at all": f"{CANARY}\r\n\r\n".encode(),
    "HTTP/0.9": b"GET /v1/templates\r\n\r\n",
    "an unknown method": request(f"{CANARY.upper()} /v1/open HTTP/1.1"),
    "a star for a path": request("POST * HTTP/1.1", body=BODY),
    "HTTP/3.0 by word": request(f"GET /{CANARY} HTTP/x"),
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + CANARY.encode() + b"\r\n\r\n",
    "a URL too long": request(f"GET /{CANARY}?{'x' * 2300} HTTP/1.1"),
    "a header line too long": request("GET /v1/templates HTTP/1.1", f"X-A: {CANARY}{LONG}"),
    "65 headers": request("GET /v1/templates HTTP/1.1", *(f"X-{n}: {CANARY}" for n in range(65))),
    "headers of more than 16 KiB": request("GET /v1/templates HTTP/1.1", *(f"X-{n}: {LONG[:6000]}" for n in range(3))),
    "NUL in a header": request("GET /v1/templates HTTP/1.1", f"X-A: {CANARY}\0"),
    "a header without a name": request("GET /v1/templates HTTP/1.1", f": {CANARY}"),
    "a header name with a space": request("GET /v1/templates HTTP/1.1", f"X {CANARY}: 1"),
    "a folded header": request("GET /v1/templates HTTP/1.1", f"X-A: 1\r\n {CANARY}"),
    "two lengths": request("POST /v1/open HTTP/1.1", "Content-Length: 3", body=BODY),
    "a length in words": b"POST /v1/open HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
    "a length below nothing": b"POST /v1/open HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "a length and chunks": request("POST /v1/open HTTP/1.1", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "an unknown transfer encoding": request("POST /v1/open HTTP/1.1", "Transfer-Encoding: xchunked", body=BODY),
    "an expectation that is not met": request("POST /v1/open HTTP/1.1", f"Expect: {CANARY}", body=BODY),
    "a bare CR": request("GET /v1/templates HTTP/1.1", f"X-A: 1\rX-B: {CANARY}"),
}


@pytest.mark.parametrize("name", GARBAGE)
async def test_what_is_no_http_is_a_problem(tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str) -> None:
    """What the parser refuses, or is beyond the limits, is one problem; nothing of it is answered or logged."""
    caplog.set_level(logging.DEBUG)
    async with running(config(tmp_path)) as moment:
        raw = await converse(moment.served.public, GARBAGE[name])
        healthy = await moment.ask("GET", "/v1/templates")

    check_problem(parsed(raw), 400, "bad-http")
    assert raw.count(b"HTTP/") == 1
    assert CANARY not in caplog.text
    assert healthy.status == 200


async def test_garbage_behind_a_good_request_is_not_parsed(tmp_path: Path) -> None:
    """The good request of a pipeline is answered; the garbage behind it is one problem, and the rest is not read."""
    good = b"POST /v1/open HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
    async with running(config(tmp_path)) as moment:
        raw = await converse(moment.served.public, good + f"{CANARY} {CANARY}\r\n\r\n".encode() + good)

    assert re.findall(rb"HTTP/1\.[01] (\d+)", raw) in ([b"200", b"400"], [b"400"])
    assert CANARY.encode() not in raw


async def test_a_bug_of_our_own_tells_nobody_anything(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unexpected exception is a 503 without its text; the log has its kind and place, and not its text either."""

    async def broken(*_: object) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr(public.moment, "answer", broken)
    caplog.set_level(logging.DEBUG)
    async with running(config(tmp_path)) as moment:
        heard = await moment.post(BODY)

    check_problem(heard, 503, "overloaded")
    assert heard.headers["Retry-After"] == "1"
    assert "RuntimeError" in caplog.text
    assert "test_http.py" in caplog.text
    assert CANARY not in caplog.text


async def test_a_continue_is_said_once(tmp_path: Path) -> None:
    """A player that waits for 100 Continue gets it, and then its answer."""
    head = request("POST /v1/open HTTP/1.1", "Expect: 100-continue", body=BODY).removesuffix(BODY)
    async with running(config(tmp_path)) as moment:
        reader, writer = await asyncio.open_connection(moment.served.public.host, moment.served.public.port)
        writer.write(head)
        told = await reader.readuntil(b"\r\n\r\n")
        writer.write(BODY)
        rest = await reader.read()
        writer.transport.abort()

    assert told == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert rest.startswith(b"HTTP/1.1 200 ")


async def _refused_large(at: Address, framing: str, first: bytes) -> Heard:
    head = f"POST /v1/open HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n{framing}\r\n\r\n".encode()
    return parsed(await converse(at, head + first))


async def test_a_body_over_the_cap_is_refused_unread(tmp_path: Path) -> None:
    """64 KiB are read; one byte more is 413, as soon as it is stated or has come, and the connection is closed."""
    most = public.MOST_BODY_BYTES
    fits = BODY + b" " * (most - len(BODY))
    chunks = (b"%x\r\n" % (most + 1)) + b" " * (most + 1) + b"\r\n"
    async with running(config(tmp_path)) as moment:
        whole = await moment.post(fits)
        stated = [
            await _refused_large(moment.served.public, f"Content-Length: {length}", b"")
            for length in (most + 1, 10_000_000, 10**18)
        ]
        chunked = await _refused_large(moment.served.public, "Transfer-Encoding: chunked", chunks)
        again = await moment.post(BODY)

    assert (whole.status, again.status) == (200, 200)
    for heard in (*stated, chunked):
        check_problem(heard, 413, "body-too-large")


async def test_ten_megabytes_are_not_taken_in(tmp_path: Path) -> None:
    """A player that sends on and on is told 413 or cut off, long before the end, and harms nobody."""
    head = b"POST /v1/open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    megabyte = b"100000\r\n" + b" " * 2**20 + b"\r\n"
    async with running(config(tmp_path)) as moment:
        try:
            raw = await converse(moment.served.public, head, *[megabyte] * 10)
        except ConnectionError:
            raw = b""
        healthy = await moment.post(BODY)

    assert raw == b"" or parsed(raw).status == 413
    assert healthy.status == 200


SHORT: Edit = ("gateway.yaml", "patience: {head: 5s, body: 2s", "patience: {head: 60ms, body: 50ms")


async def test_a_body_that_stalls_is_not_waited_for(tmp_path: Path) -> None:
    """Half a body is waited for as long as the configuration says; then it is a 408, and the connection is closed."""
    async with running(config(tmp_path, SHORT)) as moment:
        framings = ["Content-Length: 22", "Transfer-Encoding: chunked"]
        halves = [BODY[:9], b"16\r\n" + BODY[:9]]
        async with asyncio.timeout(3):  # with the two seconds of the default, two of them would take four
            heard = [await _refused_large(moment.served.public, *pair) for pair in zip(framings, halves, strict=True)]

    for one in heard:
        check_problem(one, 408, "request-timeout")


async def test_a_compressed_body_is_not_read(tmp_path: Path) -> None:
    """A body with a content encoding is 415 by its header, whatever it holds; so is one of another type."""
    async with running(config(tmp_path)) as moment:
        heard = [await moment.post(BODY, {"Content-Encoding": one}) for one in ("gzip", "br", "deflate, gzip", CANARY)]
        heard += [await moment.post(BODY, {"Content-Type": one}) for one in ("text/html", "application/x-json", CANARY)]
        plain = await moment.post(BODY, {"Content-Encoding": "identity"})

    assert plain.status == 200
    for one in heard:
        check_problem(one, 415, "unsupported-media-type")


async def test_who_says_nothing_is_not_waited_for(tmp_path: Path) -> None:
    """A connection without a whole head is closed when the patience for heads is at its end, and nothing is said."""
    async with running(config(tmp_path, SHORT)) as moment:
        silent = [await converse(moment.served.public, *pieces) for pieces in ((), (b"POST /v1/open HTT",))]

    assert silent == [b"", b""]


async def test_who_has_been_answered_is_waited_for_a_while(tmp_path: Path) -> None:
    """A connection that has had its answer is closed once it has been idle for as long as the configuration says."""
    edit: Edit = ("gateway.yaml", "idle: 75s", "idle: 50ms")
    async with running(config(tmp_path, edit)) as moment:
        raw = await converse(moment.served.public, b"GET /v1/templates HTTP/1.1\r\nHost: x\r\n\r\n")

    assert raw.startswith(b"HTTP/1.1 200 ")


async def test_the_limits_of_size_are_those_stated() -> None:
    """The limits that are stated are those in force."""
    assert (public.MOST_BODY_BYTES, http._MOST_HEADER_BYTES) == (65_536, 16_384)
