"""The demo's own paths: there only where a demo is played, and what they give its page to play with."""

import asyncio
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
from running import FREE, SOURCES, Edit, Running, config, running

pytestmark = pytest.mark.asyncio

KEY = TicketKey("dev", "HS256", "Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LWNhbmFyeQ")


@asynccontextmanager
async def playing(folder: Path, *edits: Edit, template: str = "morning") -> AsyncIterator[Running]:
    """A gateway that plays the demo, with its lab."""
    lab, port = await serve_lab("127.0.0.1", 0, Clock(asyncio.get_running_loop().time))
    try:
        settings = load_settings(config(folder, *edits), {"LAB": f"http://127.0.0.1:{port}"})
        served = await Served.start(settings, FREE, FREE, (KEY,), demo=Demo(template, PERSONAS, KEY))
        try:
            async with aiohttp.ClientSession(auto_decompress=False) as session:
                moment = Running(served, f"http://127.0.0.1:{port}", session)
                for source in SOURCES.values():
                    await moment.turn(source, "ok")
                yield moment
        finally:
            await served.stop()
    finally:
        await lab.cleanup()


async def test_without_a_demo_there_is_nothing(tmp_path: Path) -> None:
    """A gateway that nobody told to play has neither personas nor sessions: 404, whoever is asked for."""
    async with running(config(tmp_path)) as moment:
        paths = ("/demo/personas", "/demo/session", "/demo/session?persona=member-1")
        heard = [await moment.ask("GET", path) for path in paths]

    for one in heard:
        check_problem(one, 404, "not-found")


async def test_every_persona_can_open_with_what_its_session_holds(tmp_path: Path) -> None:
    """Ticket and context of each session make an open whose viewer signals come exactly where there is a ticket."""
    async with playing(tmp_path) as moment:
        listed = (await moment.ask("GET", "/demo/personas")).json["personas"]
        for one in listed:
            session = await moment.ask("GET", f"/demo/session?persona={one['id']}")
            told = session.json
            assert session.headers["Cache-Control"] == "private, no-store"
            heard = await moment.open(bearing=told["ticket"], context=told["context"])
            is_anonymous = heard.signals["loyalty"] == ("default", "anonymous")
            assert is_anonymous == (told["ticket"] is None), one

    assert [one["id"] for one in listed] == [one.id for one in PERSONAS]
    assert all(set(one) == {"id", "name", "about"} and all(one.values()) for one in listed)


async def test_a_session_is_all_that_the_player_needs(tmp_path: Path) -> None:
    """Template, version, budget and the defaults to carry inline, the same as the public document."""
    async with playing(tmp_path) as moment:
        told = (await moment.ask("GET", "/demo/session?persona=member-1")).json
        usual = (await moment.ask("GET", "/demo/session")).json
        defaults = (await moment.ask("GET", "/v1/templates/morning/defaults")).json

    assert list(told) == ["template", "version", "ticket", "context", "budgetMs", "defaults"]
    assert (told["template"], told["version"], told["budgetMs"]) == ("morning", 3, 2000)
    assert told["defaults"] == defaults
    assert usual["context"] == told["context"] == PERSONAS[0].context


async def test_a_template_without_a_budget_has_the_gateways(tmp_path: Path) -> None:
    """Where the template states no budget the session holds the one that the gateway would give."""
    edits: tuple[Edit, ...] = (
        ("templates/morning.yaml", "budget: 2s # a player may ask for less, never for more\n", ""),
        ("gateway.yaml", "budget: 400ms", "budget: 350ms"),
    )
    async with playing(tmp_path, *edits) as moment:
        told = (await moment.ask("GET", "/demo/session")).json

    assert told["budgetMs"] == 350


async def test_a_ticket_lives_no_longer_than_the_gateway_believes(tmp_path: Path) -> None:
    """With a shorter age allowed, and an issuer expected, the demo's tickets are believed all the same."""
    async with playing(tmp_path, ("gateway.yaml", "max_age: 15m", "max_age: 1m")) as moment:
        told = (await moment.ask("GET", "/demo/session")).json
        heard = await moment.open(bearing=told["ticket"], context=told["context"])

    assert heard.signals["loyalty"] == ("live", None)


async def test_who_is_not_listed_has_no_session(tmp_path: Path) -> None:
    """An unknown persona is a bad request, and is not repeated."""
    odd = ["", "nobody", "member-1%20", "../x", CANARY]
    async with playing(tmp_path) as moment:
        heard = [await moment.ask("GET", f"/demo/session?persona={one}") for one in odd]

    for one in heard:
        assert check_problem(one, 400, "invalid-request")["errors"][0]["pointer"] == "/persona"


async def test_a_demo_of_a_template_that_is_not_loaded_says_so(tmp_path: Path) -> None:
    """The configuration may lack the demo's template: a problem, not an error."""
    async with playing(tmp_path, template="evening") as moment:
        heard = await moment.ask("GET", "/demo/session")

    check_problem(heard, 404, "unknown-template")
