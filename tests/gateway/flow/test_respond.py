"""The payload as bytes and headers: what an answer says, and what it never does."""

import re
from dataclasses import replace

import orjson
import pytest

from connectors import Attribution, Transient
from gateway.flow.respond import respond
from morning import CONTEXT, SOURCES, TEMPLATE, saying, ticket
from stand_in import Of, Script, source
from virtual_time import Rig, in_virtual_time, wait


@in_virtual_time
async def test_an_answer_has_these_members_in_this_order() -> None:
    """Every answer says the same members in the same order, whatever became of the signals."""
    for says in (saying(), saying(dict.fromkeys(("sky", "points"), Script(brings=Transient("down"))))):
        told = await Rig(says, SOURCES, TEMPLATE).open(ticket=ticket(), **CONTEXT)

        assert list(told.payload) == [
            *("open", "template", "version", "data", "variants", "signals", "defaulted", "complete", "budget")
        ]
        assert (told.payload["template"], told.payload["version"]) == ("morning", 3)
        assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{26}", told.payload["open"])
        assert told.payload["budget"] == {"total_ms": 400, "reserve_ms": 5, "used_ms": 20}


@in_virtual_time
async def test_an_entry_says_what_it_knows_and_no_more() -> None:
    """A value has a time, an age and its status; a default has a reason, and neither age nor time."""
    rig = Rig(saying({"stock": Script(brings=Transient("down"))}), SOURCES, TEMPLATE)
    await rig.open(ticket=ticket(), **CONTEXT)
    await wait(41.0)

    signals = (await rig.open(ticket=ticket(), **CONTEXT)).payload["signals"]

    assert signals["sky"] == {
        "status": "fresh",
        "as_of": "2027-01-15T08:00:00Z",
        "age_ms": 41_000,
        "took_ms": 0,
        "source": "sky",
    }
    assert signals["stock"] == {"status": "default", "reason": "error", "took_ms": 20, "source": "stock"}


@in_virtual_time
async def test_a_cause_is_for_logs_and_in_no_payload() -> None:
    """The finer word of why something failed is not told to players."""
    told = await Rig(saying({"sky": Script(brings=RuntimeError("a bug"))}), SOURCES, TEMPLATE).open(**CONTEXT)

    assert told.answered.payload.results["sky"].cause == "unmapped"
    assert b"unmapped" not in told.answered.answer.body
    assert b"cause" not in told.answered.answer.body


@in_virtual_time
async def test_the_header_has_one_metric_a_signal() -> None:
    """`Server-Timing` names the total and each signal with its time and status, and no value of any."""
    told = await Rig(saying({"stock": Script(brings=Transient("down"))}), SOURCES, TEMPLATE).open(**CONTEXT)

    assert told.answered.answer.headers == {
        "Server-Timing": 'total;dur=20, sky;dur=20;desc="live", stock;dur=20;desc="default", '
        'points;dur=0;desc="default", quotes;dur=0;desc="default", total;dur=0;desc="default"'
    }


@pytest.mark.parametrize(("fails", "shown"), [(False, True), (True, False)])
@in_virtual_time
async def test_an_attribution_stands_beside_what_it_is_for(fails: bool, shown: bool) -> None:
    """Where a licence asks for words beside its data they are in the entry; with no data there is nothing to credit."""
    sky = source("sky", Of)
    type(sky.connector).attribution = Attribution("Weather by Sky", "https://sky.test/")
    text = "template: morning\nversion: 3\nsignals: {sky: {connector: sky, with: {of: context.of}}}\n"
    text += "data: {label: {from: sky.label, type: string, default: none}}\n"
    rig = Rig(saying({"sky": Script(brings=Transient("down"))} if fails else None), (sky,), text)

    entry = (await rig.open(of="x")).payload["signals"]["sky"]

    credit = {"text": "Weather by Sky", "url": "https://sky.test/"}
    assert entry.get("attribution") == (credit if shown else None)


@in_virtual_time
async def test_the_time_used_is_never_negative() -> None:
    """A clock that was read out of order gives 0 and not less."""
    payload = (await Rig(saying(), SOURCES, TEMPLATE).open(**CONTEXT)).answered.payload
    late = replace(payload.opening.deadline, began=99.0)
    payload.opening.deadline = late

    answer = respond(payload, 98.0)

    assert orjson.loads(answer.body)["budget"]["used_ms"] == 0
    assert answer.headers["Server-Timing"].startswith("total;dur=0,")
