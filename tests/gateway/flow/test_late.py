"""What patches come to, whatever the sources do: applied, they are what a caller with all the time would have got."""

import asyncio
from dataclasses import replace
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from multidict import CIMultiDict

from connectors import Absent, BadReply, Query, Scope, Transient
from gateway.ask import Errand
from gateway.budget import BudgetLaw
from gateway.flow.request import Arrival
from gateway.guards.cache import CacheLaw
from gateway.moment import answer
from morning import ticket
from stand_in import Figure, Member, Of, Script, source
from streaming import Heard, applied, streamed, streams_of
from virtual_time import EXACTLY, Rig, in_virtual_time, wait

NAMES = ("aa", "bb", "cc", "dd", "ee")
SOURCES = (
    source("aa", Of, timeout=0.3),
    source("bb", Of, timeout=1.0),
    source("cc", Of, timeout=1.0, batch=3),
    source("dd", Member, timeout=0.9, scope=Scope.VIEWER),
    source("ee", Of, timeout=1.0, batch=100),
)
GROUPS = "groups: {pair: [aa, cc]}"
FIELDS = ("aa", "bb", "cc", "dd", "ff")
ALL_IS_STILL = 4000.0
SCRIPTS = st.builds(
    Script,
    latency=st.sampled_from([0.0, 0.02, 0.25, 0.299, 0.394, 0.395, 0.396, 0.5, 0.5, 0.9, 0.999, 3600.0]),
    brings=st.one_of(
        st.builds(Figure, value=st.floats(-4, 10), label=st.sampled_from(["x", "y", "z"])),
        st.builds(Figure, value=st.floats(-4, 10), label=st.sampled_from(["x", "y", "z"])),
        st.builds(Figure, value=st.sampled_from([1.0, None, -9.0]), label=st.sampled_from(["x", None, "not an id"])),
        st.sampled_from([Transient, Absent, BadReply]).map(lambda fault: fault("a fault")),
        st.sampled_from([RuntimeError("a bug"), asyncio.CancelledError()]),
    ),
    stubborn=st.sampled_from([0.0, 0.0, 0.5]),
    deaf=st.booleans(),
)


@st.composite
def templates(draw: st.DrawFn) -> str:
    """A template of five signals that may read each other, with a figure derived; some fields are needed later."""
    lines = ["template: morning", "version: 3", "budget: BUDGET", "signals:"]
    for number, name in enumerate(NAMES):
        parent = draw(st.sampled_from([None, *NAMES[:number]]))
        path = "context.of" if parent is None else f"signals.{parent}.label"
        ways = {"dd": "", "ee": ", each: 'ticket.symbols'"}
        bound = ways.get(name, f", with: {{of: {path}}}")
        extra = ", run_on_default: true" if parent and name not in ways and draw(st.booleans()) else ""
        kind = draw(st.sampled_from(["required", "optional", "late"]))
        lines.append(f"  {name}: {{connector: {name}{bound}, class: {kind}{extra}}}")
    lines += ["  ff: {derive: total, with: {quotes: signals.ee}, class: optional}", "data:"]
    for name in FIELDS:
        needed = draw(st.sampled_from(["", ", needed_at: 20s"]))
        lines.append(f"  {name}: {{from: {name}.value, type: number, nullable: true, default: null{needed}}}")
    lines += ["  limited: {from: aa.value, type: number, minimum: -5, default: 0}", GROUPS]
    lines.append("variants: {hero: [{when: 'bb.value > `0`', use: up}, {use: still}]}")
    return "\n".join(lines)


def made(text: str, scripts: list[Script], late_window: float) -> Rig:
    """A gateway whose sources each do one thing, whenever and by whomever they are asked."""

    def says(errand: Errand, query: Query) -> Script:
        return scripts[sum(errand.source.name.encode() + repr(query).encode()) % len(scripts)]

    rig = Rig(says, SOURCES, text, law=CacheLaw())
    front = replace(rig.gateway.front, law=BudgetLaw(most=100.0))
    rig.gateway = replace(rig.gateway, front=front, late_window=late_window, grace=100.0)
    return rig


async def patient(text: str, scripts: list[Script]) -> dict[str, Any]:
    """What a caller is told who waits for everything."""
    text = text.replace("BUDGET", "60s").replace("class: late", "class: required")
    rig = made(text, scripts, 1.5)
    request = {"template": "morning", "ticket": TICKET, "context": {"of": "x"}}
    answered = await answer(Arrival(orjson.dumps(request), CIMultiDict(), rig.clock.now()), rig.gateway, rig.level)
    answered.collected.release()
    told: dict[str, Any] = orjson.loads(answered.answer.body)
    return told


def check(heard: list[Heard], rig: Rig, began: float) -> None:
    """What holds of every stream."""
    payload, *rest = heard
    fields = rig.template.fields if rig.template else ()
    pair = {"aa", "cc"}
    assert payload.at - began <= 0.4 - payload.document["budget"]["reserve_ms"] / 1000 + EXACTLY
    assert [one.number for one in rest if one.name == "patch"] == list(range(1, len(rest)))
    told = set()
    for one in rest[:-1]:
        (name,) = one.document["signals"]
        assert name not in told, "one patch a signal"
        told.add(name)
        assert None not in one.document["data"].values()
        assert set(one.document["defaulted"]) <= one.document["data"].keys()
        assert one.document["data"].keys() & pair in (set(), pair), "a group goes out whole"
    shown = applied(heard)
    assert rig.template is not None
    Draft202012Validator(dict(rig.template.schema)).validate(shown["data"])
    assert list(shown["data"]) == [field.name for field in fields]
    assert shown["variants"] == payload.document["variants"]


TICKET = ticket("viewer-1", symbols=["AAA", "BBB", "CCC"])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=templates(), scripts=st.lists(SCRIPTS, min_size=5, max_size=12))
@in_virtual_time
async def test_patches_come_to_what_a_patient_caller_is_told(text: str, scripts: list[Script]) -> None:
    """Payload and patches together are the patient answer: every field, what it lacks, and whether it is complete."""
    wanted = await patient(text, scripts)
    await wait(ALL_IS_STILL)
    rig = made(text.replace("BUDGET", "400ms"), scripts, 20.0)
    began = rig.clock.now()

    heard = await streamed(rig, streams_of(rig), ticket=TICKET, of="x")

    check([one for one in heard if one.name != "heartbeat"], rig, began)
    shown = applied(heard)
    assert shown["data"] == wanted["data"]
    assert shown["defaulted"].keys() == wanted["defaulted"].keys()
    assert shown["complete"] == wanted["complete"]
    for name, entry in shown["signals"].items():
        if entry["status"] != "default":
            assert entry["status"] == wanted["signals"][name]["status"]
    await wait(ALL_IS_STILL)
    assert rig.leftovers() == {}
