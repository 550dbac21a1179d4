"""The console's feed over real sockets: a tick a second for a few, and for who does not read or may not, an end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web

from gateway.app.feed import Feed, FeedLaw
from gateway.app.sampler import Sampler
from gateway.clock import Clock
from problems import check_problem
from running import CONTEXT, HOLDINGS, Heard, Running, config, port_of, running, ticket

pytestmark = pytest.mark.asyncio

HELD = {"symbol": "CANARYSYM", "quantity": "731.5501"}
PLACE = {"lat": 51.51731, "lon": -0.13917}


async def next_event(response: aiohttp.ClientResponse) -> tuple[str, Any]:
    """The next event: its name and what it tells."""
    async with asyncio.timeout(5):
        block = (await response.content.readuntil(b"\n\n")).decode()
    lines = dict(line.split(": ", 1) for line in block.splitlines() if line)
    assert lines.keys() <= {"retry", "event", "data"}
    return lines["event"], orjson.loads(lines["data"])


@asynccontextmanager
async def watching(moment: Running) -> AsyncIterator[aiohttp.ClientResponse]:
    """A page that watches, and has been told how it stands."""
    async with moment.session.get(f"{moment.served.admin.url}/-/events") as response:
        assert (await next_event(response))[0] == "begin"
        yield response


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until it is so; it must be soon."""
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.001)


async def test_a_tick_tells_what_was_answered(tmp_path: Path) -> None:
    """What was opened since the last tick is counted, sampled and told by source; an older open is not."""
    async with running(config(tmp_path)) as moment:
        await moment.open(bearing=ticket())
        async with moment.session.get(f"{moment.served.admin.url}/-/events") as response:
            name, begin = await next_event(response)
            await moment.turn("weather", "error")
            heard = await moment.open(bearing=ticket(), context={**CONTEXT, "place": {"lat": 10.0, "lon": 10.0}})
            tick = (await next_event(response))[1]
            headers = response.headers

    assert (name, begin["lab"], begin["film"]) == ("begin", False, f"{moment.served.public.url}/demo/")
    assert (begin["tick"]["opens"]["answered"], begin["tick"]["sample"]) == (0, [])
    assert (headers["Content-Type"], headers["Cache-Control"]) == ("text/event-stream", "private, no-store")
    assert (tick["opens"]["answered"], tick["opens"]["incomplete"], tick["draining"]) == (1, 1, False)
    (seen,) = tick["sample"]
    assert (seen["id"], seen["template"], seen["complete"]) == (heard.json["open"], "morning", False)
    assert {one["name"]: (one["status"], one["reason"]) for one in seen["signals"]} == heard.signals
    sources = {one["name"]: one for one in tick["sources"]}
    assert list(sources) == ["open-meteo", "shopify", "voucherify", "alpaca", "portfolio"]
    weather = sources["open-meteo"]
    assert (weather["statuses"]["default"], weather["reasons"], weather["breaker"]) == (1, {"error": 1}, "closed")
    assert weather["last_failure"] == {"reason": "error", "cause": "upstream_5xx"}
    assert sources["voucherify"]["statuses"] == {"live": 0, "fresh": 1, "stale": 0, "default": 0}
    assert weather["latency_ms"]["samples"] >= 1
    assert sources["portfolio"]["kind"] == "derived"


async def test_nothing_private_is_in_the_feed(tmp_path: Path) -> None:
    """Of viewers whose id, holdings, place and product are canaries, and of their answers, the feed says nothing."""
    bearing = ticket("canary-viewer", holdings=[*HOLDINGS, HELD])
    context = {**CONTEXT, "place": PLACE, "product": "731559017"}
    async with running(config(tmp_path)) as moment, watching(moment) as response:
        heard = await moment.open(bearing=bearing, context=context)
        told = orjson.dumps((await next_event(response))[1]).decode()

    data = heard.json["data"]
    assert heard.json["complete"] is True
    values = [str(data[name]) for name in ("points", "tier", "price", "change_pct")]
    canaries = [
        *values,
        "canary-viewer",
        "CANARYSYM",
        "731.55",
        "51.5",
        "0.13",
        "731559017",
        "Europe",
        *bearing.split("."),
    ]
    assert heard.json["open"] in told
    assert [one for one in canaries if one in told] == []


async def test_while_nobody_watches_nothing_is_taken_in(tmp_path: Path) -> None:
    """Without a page the sampler is off and never asked; it is again as soon as the last page has gone."""
    asked: list[object] = []
    async with running(config(tmp_path)) as moment:
        engine = moment.served.assembly.engine
        engine.sampler.add = lambda *of: asked.append(of)  # type: ignore[method-assign]
        await moment.open(bearing=ticket())
        before = (engine.sampler.is_on, len(asked))
        async with watching(moment):
            await moment.open(bearing=ticket())
            during = (engine.sampler.is_on, len(asked))
        await until(lambda: not engine.sampler.is_on)
        await moment.open(bearing=ticket())
        feed = moment.served._console.feed
        assert feed._timer.cancelled()

    assert (before, during, len(asked), feed.watching) == ((False, 0), (True, 1), 1, 0)


async def test_so_many_may_watch(tmp_path: Path) -> None:
    """The ninth page is told to come back later, and is let in once another has gone."""
    async with running(config(tmp_path)) as moment:
        async with AsyncExitStack() as pages:
            for _ in range(8):
                await pages.enter_async_context(watching(moment))
            ninth = await moment.ask("GET", "/-/events", admin=True)
        await until(lambda: moment.served._console.feed.watching == 0)
        async with watching(moment):
            pass

    check_problem(ninth, 429, "too-many-requests")
    assert ninth.headers["Retry-After"] == "5"


async def test_the_feed_ends_when_the_gateway_does(tmp_path: Path) -> None:
    """While it drains the feed says so; when it stops every page is told the end, and nothing waits for them."""
    async with running(config(tmp_path)) as moment, watching(moment) as response:
        moment.served.is_draining = True
        tick = (await next_event(response))[1]
        stopping = asyncio.create_task(moment.served.stop())
        async with asyncio.timeout(5):
            rest = await response.read()
            await stopping

    assert tick["draining"] is True
    assert rest.endswith(b"event: end\ndata: {}\n\n")


class Much:
    """Somebody who tells more than a socket holds, every time."""

    def __init__(self) -> None:
        self.told = 0

    def begin(self) -> None:
        self.told = 0

    def now(self) -> dict[str, Any]:
        return {}

    def tick(self) -> dict[str, Any]:
        self.told += 1
        return {"much": "x" * 8_000_000}


async def test_who_does_not_read_is_cut_off() -> None:
    """A page that takes nothing loses its connection after a few ticks; one that reads goes on."""
    much = Much()
    clock = Clock(asyncio.get_running_loop().time)
    feed = Feed(Sampler(clock, lambda: 0.5), much, dict, FeedLaw(interval=0.03, behind=2))
    runner = web.ServerRunner(port_of({"/-/events": {"GET": feed.events}}))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        _, writer = await asyncio.open_connection(*runner.addresses[0][:2])
        writer.transport.pause_reading()
        writer.write(b"GET /-/events HTTP/1.1\r\nHost: x\r\n\r\n")
        await until(lambda: feed.watching == 1)
        await until(lambda: feed.watching == 0)
        assert 3 <= much.told < 50
        writer.transport.abort()
    finally:
        feed.end()
        await runner.cleanup()


FOREIGN: list[Mapping[str, str]] = [
    {"Host": "rebound.example"},
    {"Host": "rebound.example:8081"},
    {"Host": "127.0.0.1.rebound.example"},
    {"Host": "localhost.rebound.example"},
    {"Host": "127.0.0.1:8081:8081"},
    {"Host": "user@127.0.0.1"},
    {"Host": ""},
    {"Origin": "https://elsewhere.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]
OWN: list[Mapping[str, str]] = [
    {},
    {"Host": "localhost:8081"},
    {"Host": "[::1]:8081"},
    {"Host": "10.0.0.7"},
    {"Host": "console.localhost", "Origin": "http://console.localhost"},
    {"Host": "LOCALHOST", "Origin": "https://localhost", "Sec-Fetch-Site": "same-origin"},
]


async def test_a_page_of_anybody_else_is_refused(tmp_path: Path) -> None:
    """A name that somebody may point here, another origin, another site: a bad request, and no place is taken."""
    async with running(config(tmp_path)) as moment:
        heard: list[Heard] = [await moment.ask("GET", "/-/events", admin=True, headers=one) for one in FOREIGN]
        watched = moment.served._console.feed.watching
        for one in OWN:
            async with moment.session.get(f"{moment.served.admin.url}/-/events", headers=one) as response:
                assert response.status == 200, one

    for one in heard:
        check_problem(one, 400)
    assert watched == 0
