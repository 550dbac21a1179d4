"""The lab's knobs on the admin port: there only where a demo is played, for its own page alone, and harmless."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from gateway.app.demo import Demo
from gateway.app.serve import Served
from gateway.cli.personas import PERSONAS
from gateway.clock import Clock
from gateway.lab import serve_lab
from gateway.settings import load_settings
from gateway.tickets import TicketKey
from problems import CANARY, check_problem
from running import FREE, Running, config, running

pytestmark = pytest.mark.asyncio

KEY = TicketKey("dev", "HS256", "Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LWNhbmFyeQ")
FAULTS = "/-/lab/faults"
WEATHER = f"{FAULTS}/weather"
HANG = {"mode": "hang", "latency_ms": 5}


@asynccontextmanager
async def playing(folder: Path, lab_url: str | None = None) -> AsyncIterator[Running]:
    """A gateway that plays the demo, with its lab, or with one that is said to be elsewhere."""
    lab, port = await serve_lab("127.0.0.1", 0, Clock(asyncio.get_running_loop().time))
    url = f"http://127.0.0.1:{port}"
    try:
        settings = load_settings(config(folder), {"LAB": url})
        demo = Demo("morning", PERSONAS, KEY, lab_url or url)
        served = await Served.start(settings, FREE, FREE, (KEY,), demo=demo)
        try:
            async with aiohttp.ClientSession(auto_decompress=False) as session:
                yield Running(served, url, session)
        finally:
            await served.stop()
    finally:
        await lab.cleanup()


async def test_without_a_demo_there_are_no_knobs(tmp_path: Path) -> None:
    """A gateway in production has nothing at these paths, by any method, and none of it is on the public port."""
    async with running(config(tmp_path)) as moment:
        heard = [
            await moment.ask(method, path, admin=is_admin, json=HANG)
            for method, path in (("GET", FAULTS), ("DELETE", FAULTS), ("PUT", WEATHER), ("DELETE", WEATHER))
            for is_admin in (True, False)
        ]

    for one in heard:
        check_problem(one, 404, "not-found")


async def test_a_knob_is_turned_and_turned_back(tmp_path: Path) -> None:
    """What is put reaches the lab, is shown, and is undone for one vendor or for all."""
    async with playing(tmp_path) as moment:
        usual = (await moment.ask("GET", FAULTS, admin=True)).json
        turned = await moment.ask("PUT", WEATHER, admin=True, json=HANG)
        shown = (await moment.ask("GET", FAULTS, admin=True)).json
        in_the_lab = (await moment._said("GET", f"{moment.lab}/-/faults")).json
        mended = await moment.ask("DELETE", WEATHER, admin=True)
        await moment.ask("PUT", f"{FAULTS}/market", admin=True, json=HANG)
        reset = await moment.ask("DELETE", FAULTS, admin=True)

    assert (turned.status, turned.json) == (200, {"mode": "hang", "latency_ms": 5.0})
    assert turned.headers["Cache-Control"] == "private, no-store"
    assert shown == in_the_lab == usual | {"weather": turned.json}
    assert mended.json == usual["weather"]
    assert reset.json == usual


async def test_the_feed_says_that_there_is_a_lab(tmp_path: Path) -> None:
    """A page is told in its first event whether it has knobs to show."""
    async with playing(tmp_path) as moment, moment.session.get(f"{moment.served.admin.url}/-/events") as response:
        begin = await response.content.readuntil(b"\n\n")

    assert b'"lab":true' in begin


async def test_what_the_lab_does_not_take_is_a_problem(tmp_path: Path) -> None:
    """Junk, an unknown vendor, a body too large or of another type: a problem that repeats nothing of it."""
    as_json = {"Content-Type": "application/json"}
    async with playing(tmp_path) as moment:
        heard = [
            (400, await moment.ask("PUT", WEATHER, admin=True, data=CANARY, headers=as_json)),
            (400, await moment.ask("PUT", WEATHER, admin=True, json={"mode": CANARY})),
            (404, await moment.ask("PUT", f"{FAULTS}/canary", admin=True, json=HANG)),
            (404, await moment.ask("PUT", f"{FAULTS}/weather%2f..%2fcalls", admin=True, json=HANG)),
            (404, await moment.ask("DELETE", f"{FAULTS}/", admin=True)),
            (405, await moment.ask("POST", WEATHER, admin=True, json=HANG)),
            (413, await moment.ask("PUT", WEATHER, admin=True, json={"mode": "x" * 2000})),
            (415, await moment.ask("PUT", WEATHER, admin=True, data=b"{}", headers={"Content-Type": "text/plain"})),
        ]
        standing = (await moment.ask("GET", FAULTS, admin=True)).json

    for status, one in heard:
        check_problem(one, status)
    assert {knob["mode"] for knob in standing.values()} == {"ok"}


async def test_a_lab_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    """Where nobody listens any more the knobs are away for now: 503, and the gateway goes on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        async with playing(tmp_path, f"http://127.0.0.1:{taken.getsockname()[1]}") as moment:
            heard = await moment.ask("GET", FAULTS, admin=True)
            alive = await moment.ask("GET", "/livez", admin=True)

    check_problem(heard, 503, "lab-unreachable")
    assert alive.status == 200


async def test_no_other_page_turns_a_knob(tmp_path: Path) -> None:
    """A name that was pointed here, another origin or another site is refused, whatever it wants of the lab."""
    foreign = [
        {"Host": "rebound.example:8081"},
        {"Host": "rebound.example", "Origin": "http://rebound.example"},
        {"Origin": "https://elsewhere.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ]
    async with playing(tmp_path) as moment:
        heard = [
            await moment.ask(method, path, admin=True, json=HANG, headers=headers)
            for headers in foreign
            for method, path in (("GET", FAULTS), ("DELETE", FAULTS), ("PUT", WEATHER), ("DELETE", WEATHER))
        ]
        standing = (await moment.ask("GET", FAULTS, admin=True)).json

    for one in heard:
        check_problem(one, 400, "invalid-request")
    assert {knob["mode"] for knob in standing.values()} == {"ok"}
