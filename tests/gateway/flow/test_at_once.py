"""Answers put together from what was written before: to the byte what writing them whole gives."""

import asyncio
from pathlib import Path
from typing import Any

import looptime
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arbitrary import LAWS, SCRIPTS, VISITS, Day, Visit, templates
from connectors import Attribution
from gateway.admission import Level
from gateway.flow.merge import Payload
from gateway.moment import Answered, answer
from gateway.runtime import Laws
from morning import CONTEXT, DEFAULTS, FIELDS, SIGNALS, SOURCES, TEMPLATE, saying, ticket
from scenario import Scenario, read_scenario
from staging import Stage
from stand_in import Of, Script, source
from virtual_time import Rig, in_virtual_time, wait

FILES = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


def written_whole(payload: Payload, now: float) -> bytes:
    """The answer as a plain writer writes it, each member anew."""
    opening = payload.opening
    signals: dict[str, dict[str, Any]] = {}
    for name, result in payload.results.items():
        entry = signals[name] = {"status": result.status.value}
        if result.reason is not None:
            entry["reason"] = result.reason.value
        if result.document is not None:
            entry |= {"as_of": result.as_of} if result.as_of is not None else {}
            entry["age_ms"] = round_half_up(result.age)
        entry |= {"took_ms": round_half_up(result.took), "source": result.need.origin}
        credit = result.need.attribution
        if credit is not None and result.document is not None:
            entry["attribution"] = {"text": credit.text, "url": credit.url}
    spent = (opening.deadline.total, opening.deadline.reserve, now - opening.deadline.began)
    return orjson.dumps(
        {
            "open": opening.id,
            "template": opening.template.id,
            "version": opening.template.version,
            "data": payload.data,
            "variants": payload.variants,
            "signals": signals,
            "defaulted": payload.defaulted,
            "complete": payload.complete,
            "budget": dict(zip(("total_ms", "reserve_ms", "used_ms"), map(round_half_up, spent), strict=True)),
        }
    )


def round_half_up(seconds: float) -> int:
    """Whole milliseconds."""
    return int(seconds * 1000 + 0.5)


def assert_as_written_whole(answered: Answered, now: float) -> None:
    """The body is that of the plain writer, and the header tells of the same."""
    payload = answered.payload
    assert answered.answer.body == written_whole(payload, now)
    used = round_half_up(now - payload.opening.deadline.began)
    told = [f'{name};dur={round_half_up(one.took)};desc="{one.status.value}"' for name, one in payload.results.items()]
    assert answered.answer.headers == {"Server-Timing": ", ".join([f"total;dur={used}", *told])}


async def opened_at_every_level(scenario: Scenario) -> None:
    """Open as the scenario does, with nothing cached and with all that it says is, at each level that answers."""
    for level in (Level.CACHED, Level.NORMAL, Level.ESSENTIAL):
        stage = Stage(scenario)
        for prepare in (lambda: None, stage.set_up):
            prepare()
            for one in scenario.opens:
                answered = await answer(stage.arrival(one, 0), stage.rig.gateway, level)
                assert_as_written_whole(answered, stage.now)
                answered.collected.release()
                assert level is not Level.CACHED or stage.rig.stand_in.errands == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_scenario_is_answered_as_if_written_whole(file: Path) -> None:
    """For each scenario's template and opens, anonymous and ahead of time too; at the level of the cache unasked."""
    with asyncio.Runner(loop_factory=looptime.new_event_loop) as runner:
        runner.get_loop().set_exception_handler(lambda *_: None)  # calls of their own break on purpose
        runner.run(opened_at_every_level(read_scenario(file)))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(templates(), st.lists(SCRIPTS, min_size=1, max_size=4), LAWS, st.lists(VISITS, min_size=1, max_size=6))
def test_any_template_is_answered_as_if_written_whole(
    text: str, scripts: list[Script], laws: Laws, visits: list[Visit]
) -> None:
    """Whatever the template, the sources, who opens, and under what load."""

    async def play() -> None:
        day = Day(text, scripts, laws)
        for visit in visits:
            told = await day.visited(visit)
            if told is not None:
                assert_as_written_whole(told[0], day.rig.clock.now())

    with asyncio.Runner(loop_factory=looptime.new_event_loop) as runner:
        runner.get_loop().set_exception_handler(lambda *_: None)
        runner.run(play())


REASONS = {
    "shed": ({"ticket": ticket(), **CONTEXT}, dict.fromkeys(SIGNALS, "default/shed")),
    "anonymous": (
        dict(CONTEXT),
        {"sky": "default/shed", "stock": "default/shed", "points": "default/anonymous", "quotes": "default/anonymous"},
    ),
    "input": (
        {"ticket": ticket(), **CONTEXT, "product": "NO PRODUCT"},
        dict.fromkeys(SIGNALS, "default/shed") | {"stock": "default/input"},
    ),
    "prefetch": (
        {"ticket": ticket(), "headers": {"Sec-Purpose": "prefetch"}, **CONTEXT},
        dict.fromkeys(SIGNALS, "default/prefetch"),
    ),
}


@pytest.mark.parametrize("why", REASONS)
@in_virtual_time
async def test_what_is_not_asked_says_why(why: str) -> None:
    """At the level of the cache a signal is shed only where it would have been asked; other reasons stay theirs."""
    request, expected = REASONS[why]
    rig = Rig(saying(), SOURCES, TEMPLATE)
    rig.level = Level.CACHED

    told = await rig.open(**request)

    statuses = told.statuses()
    assert {name: statuses[name] for name in SIGNALS} == expected
    assert told.payload["data"] == (DEFAULTS | {"today": "today"} if why == "prefetch" else DEFAULTS)
    assert (told.took, rig.stand_in.errands, rig.leftovers()) == (0.0, [], {})


@in_virtual_time
async def test_an_answer_that_was_changed_changes_no_other() -> None:
    """Nothing that one open is told is shared with the next: who writes into it harms nobody."""
    rig = Rig(saying(), SOURCES, TEMPLATE)
    rig.level = Level.CACHED
    first = await rig.open(ticket=ticket(), **CONTEXT)
    expected = {**first.payload, "open": None}
    payload = first.answered.payload
    for part in (payload.data, payload.variants, payload.defaulted):
        part.update(dict.fromkeys((*FIELDS, "hero", "more"), "changed"))

    second = await rig.open(ticket=ticket(), **CONTEXT)

    assert {**second.payload, "open": None} == expected


@in_virtual_time
async def test_a_default_that_was_waited_for_says_how_long() -> None:
    """Only what came at once is written before: the same reason later has its time, and a credit only with a value."""
    sky = source("sky", Of)
    type(sky.connector).attribution = Attribution('Weather by "Sky"', "https://sky.test/")
    text = "template: morning\nversion: 3\nsignals: {sky: {connector: sky, with: {of: context.of}}}\n"
    text += "data: {label: {from: sky.label, type: string, default: '100 % \\0'}}\n"
    rig = Rig(saying({"sky": Script(latency=3600.0)}), (sky,), text)
    entries = []
    for _ in range(2):
        told = await rig.open(of="x")
        assert_as_written_whole(told.answered, rig.clock.now())
        entries.append(told.payload["signals"]["sky"])
        rig.level = Level.CACHED
        await wait(1.0)

    assert entries == [
        {"status": "default", "reason": "timeout", "took_ms": 300, "source": "sky"},
        {"status": "default", "reason": "shed", "took_ms": 0, "source": "sky"},
    ]
