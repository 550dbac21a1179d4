"""Streams over real sockets: how they look on the wire, and how they end when somebody goes, stops or does not read."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web

from gateway.app import stream
from gateway.app.stream import END, Say, send_stream
from running import CONTEXT, Edit, Running, config, converse, port_of, running, ticket
from streaming import Heard, applied, read_events

pytestmark = pytest.mark.asyncio

STREAM = {"Accept": "text/event-stream", "Content-Type": "text/plain"}
SLOW_MS = 400.0
SIZE = 64_000_000
ONCE: Edit = ("connectors.yaml", "timeout: 1s", "timeout: 1s, ttl: 0s")


def body() -> bytes:
    """The request of a viewer who holds something."""
    return orjson.dumps({"template": "morning", "ticket": ticket(), "context": CONTEXT})


@asynccontextmanager
async def begun(moment: Running) -> AsyncIterator[aiohttp.ClientResponse]:
    """A stream whose head has been read."""
    url = f"{moment.served.public.url}/v1/open"
    async with moment.session.post(url, data=body(), headers=STREAM) as response:
        yield response


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until it is so; it must be soon."""
    async with asyncio.timeout(2):
        while not is_so():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.001)


async def next_event(response: aiohttp.ClientResponse) -> Heard:
    """The next event of a stream."""
    async with asyncio.timeout(2):
        return read_events(await response.content.readuntil(b"\n\n"))[0]


def assert_whole(heard: list[Heard]) -> None:
    """A stream from its payload to its end, with all that there is; what came just after the payload is patched in."""
    assert (heard[0].name, heard[-1].name) == ("payload", "end")
    assert applied(heard)["complete"] is True


async def test_payload_patches_end(tmp_path: Path) -> None:
    """A market that takes its time is patched in; the head says what it is and that nobody should keep it back."""
    async with running(config(tmp_path)) as moment:
        await moment.turn("market", "ok", SLOW_MS)
        async with begun(moment) as response:
            first = await next_event(response)
            in_flight = moment.served.assembly.engine.admission.statistics().in_flight
            heard = [first, *read_events(await response.read())]
        again = await moment.open(bearing=ticket())
        metrics = (await moment.ask("GET", "/metrics", admin=True)).body.decode()
        streams = moment.served.assembly.engine.streams.statistics()

    assert response.status == 200
    assert response.headers["Content-Type"] == "text/event-stream"
    assert response.headers["X-Accel-Buffering"] == "no"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Transfer-Encoding"] == "chunked"
    assert "Content-Encoding" not in response.headers
    assert {"Server-Timing", "X-Request-Id"} <= response.headers.keys()
    assert [one.name for one in heard] == ["payload", "patch", "patch", "end"]
    assert (heard[0].document["data"]["mood"], heard[0].document["complete"]) == ("unknown", False)
    assert in_flight == 0, "it counts in flight until its payload is written"
    shown = applied(heard)
    assert shown["complete"] is True
    assert shown["data"] == again.json["data"]
    assert again.headers["Content-Type"] == "application/json"
    assert 'moment_patches_total{signal="portfolio",status="live"} 1.0' in metrics
    assert 'moment_patches_total{signal="quotes",status="live"} 1.0' in metrics
    assert "moment_streams_open 0.0" in metrics
    assert (streams.open, streams.crowded) == (0, 0)


async def test_what_is_wrong_with_the_request_is_no_stream(tmp_path: Path) -> None:
    """A request that is refused is answered with a problem, whatever it accepts."""
    async with running(config(tmp_path)) as moment:
        heard = [
            await moment.post(sent, STREAM)
            for sent in (b"{", orjson.dumps({"template": "none"}), b"x" * 70_000, orjson.dumps({"template": 1}))
        ]

    assert [one.status for one in heard] == [400, 404, 413, 400]
    assert {one.headers["Content-Type"] for one in heard} == {"application/problem+json"}


async def test_who_goes_away_ends_the_work(tmp_path: Path) -> None:
    """With the connection gone in the middle of a stream its calls are cancelled and its place is free."""
    async with running(config(tmp_path, ONCE)) as moment:
        await moment.turn("market", "hang")
        engine = moment.served.assembly.engine
        async with begun(moment) as response:
            await next_event(response)
            before = (engine.streams.statistics().open, engine.stack.flight.statistics().waiting)
            response.close()
        await until(lambda: engine.streams.statistics().open == 0)
        await until(lambda: engine.stack.flight.statistics().waiting == 0)
        await until(lambda: engine.stack.batch.statistics().running == 0)
        bulkhead = {name: out for name, out in engine.stack.bulkhead.statistics().items() if out}

    assert before == (1, 2)
    assert bulkhead == {}
    assert engine.admission.statistics().in_flight == 0


async def test_when_the_ports_close_a_stream_says_its_end(tmp_path: Path) -> None:
    """Stopping does not wait twelve seconds for a scene: the stream is ended, in order."""
    async with running(config(tmp_path)) as moment:
        await moment.turn("market", "hang")
        async with begun(moment) as response:
            await next_event(response)
            async with asyncio.timeout(2):
                stopping = asyncio.ensure_future(moment.served.stop())
                rest = read_events(await response.read())
                await stopping

    assert [one.name for one in rest] == ["end"]


async def test_a_stream_in_a_drain_is_the_last_of_its_connection(tmp_path: Path) -> None:
    """Whoever opens while the gateway drains is answered whole, and sends the next open elsewhere."""
    async with running(config(tmp_path)) as moment:
        moment.served.is_draining = True
        async with begun(moment) as response:
            heard = read_events(await response.read())

    assert response.headers["Connection"] == "close"
    assert_whole(heard)


async def test_without_a_place_it_is_payload_and_end(tmp_path: Path) -> None:
    """A gateway that has room for no stream answers each with all that it would have told in JSON, and the end."""
    async with running(config(tmp_path, ("gateway.yaml", "stream: {most: 2000", "stream: {most: 0"))) as moment:
        await moment.turn("market", "ok", SLOW_MS)
        async with begun(moment) as response:
            heard = read_events(await response.read())

    assert [one.name for one in heard] == ["payload", "end"]
    assert heard[0].document["data"]["mood"] != "unknown"


async def test_a_client_of_http_1_0_reads_to_the_end(tmp_path: Path) -> None:
    """Where chunks are not known the stream is what comes before the connection closes."""
    sent = body()
    head = b"POST /v1/open HTTP/1.0\r\nAccept: text/event-stream\r\nContent-Length: %d\r\n\r\n" % len(sent)
    async with running(config(tmp_path)) as moment:
        said = await converse(moment.served.public, head + sent)

    told, _, events = said.partition(b"\r\n\r\n")
    assert b"chunked" not in told
    assert_whole(read_events(events))


async def test_who_does_not_read_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader who takes nothing holds a stream until its windows have closed, and no longer."""
    monkeypatch.setattr(stream, "PATIENCE", 0.2)
    loop = asyncio.get_running_loop()
    ended: list[float] = []

    async def rest(say: Say) -> None:
        raise AssertionError("the payload was never taken")

    async def handler(request: web.BaseRequest) -> Any:
        began = loop.time()
        answer = await send_stream(request, {}, b" " * SIZE, rest, began, is_last=False)
        ended.append(loop.time() - began)
        return answer

    runner = web.ServerRunner(port_of({"/": {"GET": handler}}))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0]
        reader, writer = await asyncio.open_connection(host, port, limit=1024)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await until(lambda: bool(ended))
        taken = await _all_of(reader)
        writer.close()
    finally:
        await runner.cleanup()

    assert 0.15 < ended[0] < 1.5
    assert taken < SIZE


async def _all_of(reader: asyncio.StreamReader) -> int:
    """How many bytes there are to read before the connection is gone."""
    taken = 0
    try:
        while piece := await reader.read(1_000_000):
            taken += len(piece)
    except ConnectionError:
        pass
    return taken


async def test_a_reader_of_one_byte_at_a_time_hears_it_all(tmp_path: Path) -> None:
    """What is small enough for the buffers is taken as slowly as a reader likes."""
    async with running(config(tmp_path)) as moment, begun(moment) as response:
        said = b""
        while not said.endswith(END):
            said += await response.content.readexactly(1)

    assert_whole(read_events(said))
