"""The rehearsal against the real thing: each shape is what an ordinary gateway answers with those sources down."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import orjson
import pytest

from gateway.admission import Level
from gateway.app.assembly import assemble
from gateway.app.demo import Demo, Persona
from gateway.app.engine import start_engine
from gateway.cli.personas import PERSONAS
from gateway.clock import Clock
from gateway.errors import Problem
from gateway.flow.request import Arrival
from gateway.lab import serve_lab
from gateway.moment import answer
from gateway.outcome import Reason
from gateway.rehearsal import Case, Played, play
from gateway.rehearsal.report import REASONS, document, lines, summary, when, why
from gateway.settings import Settings, load_settings
from gateway.tickets import TicketKey
from running import CONTEXT, HOLDINGS, SOURCES, config

SATURDAY = datetime(2026, 11, 28, 8, tzinfo=ZoneInfo("Europe/London"))
ADA = Persona("ada", "Ada", "A member.", "viewer-1", {"holdings": HOLDINGS}, CONTEXT)
KEY = TicketKey("dev", "HS256", "YSBrZXkgb2YgdGhlIHJlaGVhcnNhbCdzIHRlc3RzLCBhbmQgb2YgdGhlbSBhbG9uZQ")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped configuration with time enough for a loaded computer."""
    return config(tmp_path_factory.mktemp("rehearsal"))


def rehearsed(folder: Path, persona: Persona, at: datetime = SATURDAY, **more: Any) -> Played:
    """What one viewer gets."""

    def load(lab: str) -> Settings:
        return load_settings(folder, {"LAB": lab})

    return asyncio.run(play(Case(persona, at), "morning", KEY, load, **more))


def comparable(answer: Any) -> Any:
    """An answer without what is of one instant."""
    signals = {name: (one["status"], one.get("reason"), one["source"]) for name, one in answer["signals"].items()}
    return {name: answer[name] for name in ("template", "version", "data", "variants", "defaulted", "complete")} | {
        "signals": signals
    }


async def ordinary(folder: Path, outages: Sequence[tuple[str, ...]]) -> list[Any]:
    """What a gateway with nothing seen yet answers, each time with the vendors behind some signals broken."""
    clock = Clock(asyncio.get_running_loop().time, SATURDAY.timestamp)
    lab, port = await serve_lab("127.0.0.1", 0, clock)
    url = f"http://127.0.0.1:{port}"
    settings = load_settings(folder, {"LAB": url})
    told = []
    try:
        async with aiohttp.ClientSession() as session:
            for down in outages:
                for signal, source in SOURCES.items():
                    knob = {"mode": "error" if signal in down else "ok", "latency_ms": 1.0}
                    async with session.put(f"{url}/-/faults/{source}", json=knob) as turned:
                        assert turned.status == 200
                told.append(await one_open(settings, clock))
    finally:
        await lab.cleanup()
    return told


async def one_open(settings: Settings, clock: Clock) -> Any:
    """One open, by the engine as the gateway builds it."""
    engine = start_engine(settings.gateway, clock)
    try:
        assembly = assemble(settings, engine, (KEY,))
        ticket = Demo("morning", (ADA,), KEY).ticket(ADA, assembly)
        body = orjson.dumps({"template": "morning", "ticket": ticket, "context": ADA.context})
        answered = await answer(Arrival(body, {}, clock.now()), assembly.gateway, Level.NORMAL)
        answered.collected.release()
        return orjson.loads(answered.answer.body)
    finally:
        await engine.pool.close()


def test_each_shape_is_an_ordinary_open_with_those_sources_down(folder: Path) -> None:
    """At the same instant, of the same viewer, with the vendors broken on the wire: value for value the same."""
    played = rehearsed(folder, ADA)
    outages = [one.shape.signals for one in played.opened]
    expected = asyncio.run(ordinary(folder, outages))

    assert (len(outages), played.is_every) == (16, True)
    assert expected[0]["complete"] is True
    for one, answered in zip(played.opened, expected, strict=True):
        assert comparable(answered) == comparable(one.answer), one.shape.title


def test_the_hour_decides(folder: Path) -> None:
    """The viewer's clock, the sky and the market are those of the hour: no clock of this computer is in it."""
    night = rehearsed(folder, ADA, datetime(2026, 11, 24, 2, 30, tzinfo=ZoneInfo("Europe/London")), most=0)
    noon = rehearsed(folder, ADA, datetime(2026, 7, 4, 12, tzinfo=UTC), most=0)

    names = ("today", "daypart", "is_day")
    told = [{name: one.opened[0].answer["data"][name] for name in names} for one in (night, noon)]
    assert told == [
        {"today": "tuesday", "daypart": "night", "is_day": False},
        {"today": "saturday", "daypart": "afternoon", "is_day": True},
    ]


def test_an_hour_is_the_same_each_time(folder: Path) -> None:
    """Two rehearsals of one hour are equal in all but the ids and the time they took."""
    first, second = (rehearsed(folder, ADA, most=0) for _ in range(2))

    assert [comparable(one.answer) for one in first.opened] == [comparable(one.answer) for one in second.opened]


def test_a_stranger_has_nothing_to_lose(folder: Path) -> None:
    """Who has no ticket and no place sees the defaults in every shape, and why is said."""
    played = rehearsed(folder, next(one for one in PERSONAS if one.subject is None and not one.context), most=0)

    assert len({str(comparable(one.answer)["data"]) for one in played.opened}) == 1
    assert set(played.opened[-1].defaults) <= {"input", "anonymous", "dependency", "group"}


def test_no_such_template(folder: Path) -> None:
    """An id that nobody knows is a problem of the caller."""

    def load(lab: str) -> Settings:
        return load_settings(folder, {"LAB": lab})

    with pytest.raises(Problem, match="404 unknown-template"):
        asyncio.run(play(Case(ADA, SATURDAY), "evening", KEY, load))


def test_what_is_told_of_it(folder: Path) -> None:
    """Text and JSON name the viewer, the hour, the shapes, and each field that shows its default with the reason."""
    played = rehearsed(folder, ADA, most=0)
    told, data = lines([played]), document([played])

    assert told[0] == "morning, version 3: 4 sources: all up, each one down, and all down; not every combination"
    assert told[2] == "Ada · Saturday 28 November 2026, 08:00 (Europe/London)"
    assert told[3:6] == [
        "  Everything answers",
        "  Without weather",
        "      default: temperature, sky, is_day (the source failed)",
    ]
    (only,) = data["rehearsals"]
    assert (data["every_combination"], only["persona"], only["at"]) == (False, "ada", "2026-11-28T08:00:00+00:00")
    assert [one["down"] for one in only["shapes"]] == [[], *([name] for name in SOURCES), list(SOURCES)]
    assert only["shapes"][3]["defaulted"] == {"points": "error", "tier": "error"}
    assert "stills" not in only["shapes"][0]
    assert (when(played.case), why(played.opened[0])) == ("Saturday 28 November 2026, 08:00 (Europe/London)", [])
    assert "ticket" not in str(data)
    assert summary(rehearsed(folder, ADA)) == "16 ways in which 4 sources can be up or down"


def test_every_reason_has_its_words() -> None:
    """The closed list of an answer's reasons, and the three of a field alone."""
    assert set(REASONS) == {reason.value for reason in Reason} | {"too_old", "group", "missing"}
