"""One open from end to end, without sockets: any signals may fail in any way, and the payload fits the template."""

import asyncio
import itertools
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from connectors import Absent, BadReply, Misconfigured, Throttled, Transient, Unauthorized
from gateway.outcome import Reason
from morning import BRINGS, CONTEXT, DEFAULTS, FIELDS, SIGNALS, SOURCES, TEMPLATE, WHOLE, saying, ticket
from stand_in import HANGS, Figure, Script
from virtual_time import EXACTLY, Rig, Told, in_virtual_time, wait

FIELDS_OF = {"sky": ("temperature", "label"), "stock": ("left", "price"), "points": ("points",), "quotes": ("sum",)}
DEAF = Script(latency=3600.0, stubborn=5.0, deaf=True)
FAILURES = {
    "hangs": (HANGS, "timeout"),
    "swallows its cancel": (DEAF, "timeout"),
    "down": (Script(brings=Transient("503")), "error"),
    "bad": (Script(brings=BadReply("shape")), "invalid"),
    "none": (Script(brings=Absent("404")), "absent"),
    "throttled": (Script(brings=Throttled("429")), "quota"),
    "refused": (Script(brings=Unauthorized("401")), "unauthorized"),
    "mistaken": (Script(brings=Misconfigured("400")), "error"),
    "breaks": (Script(brings=RuntimeError("a bug")), "error"),
    "of another type": (Script(brings=Figure(value=0.5, label="x" * 200)), "invalid"),
}
SUBSETS = [set(subset) for size in range(5) for subset in itertools.combinations(SIGNALS, size)]

PATIENT = tuple(replace(one, timeout=1.0) for one in SOURCES)
"""Sources whose own time is longer than any budget here."""


def check(rig: Rig, told: Told) -> None:
    """What holds of every payload."""
    payload = told.payload
    assert rig.template is not None
    Draft202012Validator(dict(rig.template.schema)).validate(payload["data"])
    assert tuple(payload["data"]) == FIELDS
    assert tuple(payload["signals"]) == (*SIGNALS, "total")
    assert tuple(payload["variants"]) == ("hero", "scene")
    for entry in payload["signals"].values():
        assert entry["status"] in {"live", "fresh", "stale", "default"}
        assert ("reason" in entry) == (entry["status"] in {"stale", "default"})
        assert entry.get("reason", "error") in set(Reason)
    assert payload["complete"] == (set(payload["defaulted"].values()) <= {"missing"})


@pytest.mark.parametrize("kind", ["hangs", "swallows its cancel", "down", "none"])
@pytest.mark.parametrize("failing", SUBSETS, ids=lambda failing: "-".join(sorted(failing)) or "nothing")
@in_virtual_time
async def test_any_of_four_signals_may_fail(failing: set[str], kind: str) -> None:
    """Whichever of the four fail, and however: the same keys in the same order, valid, and exactly those by default."""
    script, reason = FAILURES[kind]
    rig = Rig(saying(dict.fromkeys(failing, script)), SOURCES, TEMPLATE)

    told = await rig.open(ticket=ticket(), **CONTEXT)

    check(rig, told)
    lost = {field: reason for name in failing for field in FIELDS_OF[name]}
    lost |= {"sum": "dependency"} if "quotes" in failing else {}
    assert told.payload["defaulted"] == lost
    assert told.payload["data"] == WHOLE | {field: DEFAULTS[field] for field in lost}
    assert {name: status for name, status in told.statuses().items() if name != "total"} == {
        name: f"default/{reason}" if name in failing else "live" for name in SIGNALS
    }
    assert told.payload["variants"]["hero"] == ("classic" if "sky" in failing else "rainy")
    assert told.payload["variants"]["scene"] == ("friday" if "quotes" in failing else "up")
    assert told.took <= 0.395 + EXACTLY


@pytest.mark.parametrize("kind", FAILURES)
@in_virtual_time
async def test_all_may_fail_in_one_way(kind: str) -> None:
    """With every source failing the payload is all defaults but for today, which is right in the viewer's zone."""
    script, reason = FAILURES[kind]
    rig = Rig(saying(dict.fromkeys(SIGNALS, script)), SOURCES, TEMPLATE)

    told = await rig.open(ticket=ticket(), **CONTEXT)

    check(rig, told)
    if kind == "of another type":  # only the integer of stock is of another type than its field
        assert told.payload["defaulted"] == {"left": "invalid", "price": "invalid"}
    else:
        assert told.payload["data"] == DEFAULTS
        assert {told.statuses()[name] for name in SIGNALS} == {f"default/{reason}"}
        assert told.payload["complete"] is False


@pytest.mark.parametrize("script", [Script(latency=3600.0, deaf=True), DEAF])
@in_virtual_time
async def test_when_all_hang_the_defaults_come_exactly_at_the_deadline(script: Script) -> None:
    """Hung sources, and those that swallow their cancellation, cost the budget less the reserve and not a tick more."""
    rig = Rig(saying(dict.fromkeys(SIGNALS, script)), PATIENT, TEMPLATE)

    told = await rig.open(ticket=ticket(), **CONTEXT)

    check(rig, told)
    assert abs(told.took - 0.395) <= EXACTLY
    assert told.payload["data"] == DEFAULTS
    assert told.payload["budget"] == {"total_ms": 400, "reserve_ms": 5, "used_ms": 395}
    await wait(6.0)
    assert rig.leftovers() == {}


@pytest.mark.parametrize(("asked", "took"), [(0, 0.0255), (30, 0.0255), (100, 0.095), (400, 0.395), (9999, 0.395)])
@in_virtual_time
async def test_a_player_may_ask_for_less_and_never_for_more(asked: int, took: float) -> None:
    """The budget asked for is clamped between 30 ms and the template's, and kept exactly."""
    rig = Rig(saying(dict.fromkeys(SIGNALS, DEAF)), PATIENT, TEMPLATE)

    told = await rig.open(ticket=ticket(), budget_ms=asked, **CONTEXT)

    assert abs(told.took - took) <= EXACTLY


@in_virtual_time
async def test_a_second_open_is_served_from_the_cache() -> None:
    """What was fetched is served again within its ttl, fresh with its age, and no source is asked a second time."""
    rig = Rig(saying(), SOURCES, TEMPLATE)
    await rig.open(ticket=ticket(), **CONTEXT)
    await wait(10.0)
    asked = len(rig.stand_in.errands)

    told = await rig.open(ticket=ticket(), **CONTEXT)

    assert set(told.statuses().values()) == {"fresh"}
    assert told.payload["signals"]["sky"]["age_ms"] == 10_000
    assert (told.payload["data"], told.took, len(rig.stand_in.errands)) == (WHOLE, 0.0, asked)


@in_virtual_time
async def test_reopening_later_shows_what_is_then() -> None:
    """Once the values have grown old a new open brings new ones, of all four, without any change of the template."""
    brings: dict[str, Figure] = dict(BRINGS)
    rig = Rig(lambda errand, query: Script(brings=brings[errand.source.name]), SOURCES, TEMPLATE)
    first = await rig.open(ticket=ticket(), **CONTEXT)
    await wait(3600.0)
    brings.update({name: Figure(value=(one.value or 0) + 1, label="new") for name, one in BRINGS.items()})

    second = await rig.open(ticket=ticket(), **CONTEXT)

    changed = {name for name in FIELDS if first.payload["data"][name] != second.payload["data"][name]}
    assert changed == set(FIELDS) - {"today"}
    assert second.payload["version"] == first.payload["version"] == 3


@in_virtual_time
async def test_a_burst_of_equal_opens_asks_each_source_once() -> None:
    """A thousand opens of one viewer at one time are one call a source, and a thousand equal answers."""
    rig = Rig(saying(), SOURCES, TEMPLATE)

    told = await asyncio.gather(*(rig.open(ticket=ticket(), **CONTEXT) for _ in range(1000)))

    assert all(one.payload["data"] == WHOLE for one in told)
    assert sorted(errand.source.name for errand in rig.stand_in.errands) == sorted(SIGNALS)
    assert rig.leftovers() == {}


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Purpose": "prefetch"}, {"sec-purpose": "prefetch;prerender"}, {"User-Agent": "Slackbot-LinkExpanding 1.0"}],
)
@in_virtual_time
async def test_a_prefetch_gets_defaults_and_asks_nobody(headers: dict[str, str]) -> None:
    """Who asks without opening gets every field by default, `today` too, for `prefetch`; nothing is called or read."""
    rig = Rig(saying(), SOURCES, TEMPLATE)
    await rig.open(ticket=ticket(), **CONTEXT)
    asked = len(rig.stand_in.errands)

    told = await rig.open(ticket=ticket(), headers=headers, **CONTEXT)

    check(rig, told)
    assert told.payload["data"] == DEFAULTS | {"today": "today"}
    assert set(told.statuses().values()) == {"default/prefetch"}
    assert told.payload["defaulted"] == dict.fromkeys(FIELDS, "prefetch")
    assert told.payload["variants"] == {"hero": "classic", "scene": "still"}
    assert (len(rig.stand_in.errands), told.took) == (asked, 0.0)


@in_virtual_time
async def test_an_open_that_is_cancelled_leaves_nothing() -> None:
    """A viewer who goes away in mid-flight ends what was asked for nobody else, and takes nothing from the next one."""
    rig = Rig(saying(), SOURCES, TEMPLATE)
    gone: Any = asyncio.ensure_future(rig.open(ticket=ticket(), **CONTEXT))
    other = asyncio.ensure_future(rig.open(ticket=ticket("viewer-2"), **CONTEXT))
    await wait(0.01)
    gone.cancel()

    told = await other
    assert told.payload["data"] == WHOLE
    await wait(0.1)
    assert rig.leftovers() == {}
