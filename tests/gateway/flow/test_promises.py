"""What holds of every open, whatever its sources do: arbitrary latencies, faults, classes, dependencies and leaving."""

import asyncio
import functools
import random
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from connectors import Absent, BadReply, Misconfigured, Query, Scope, Throttled, Transient, Unauthorized
from gateway.ask import Errand
from gateway.laws import CacheLaw
from gateway.outcome import Reason
from morning import ticket
from stand_in import Figure, Member, Of, Script, source
from virtual_time import EXACTLY, Rig, Told, in_virtual_time, wait

NAMES = ("aa", "bb", "cc", "dd", "ee")
SOURCES = (
    source("aa", Of, ttl=0.2, stale=0.6, timeout=0.3),
    source("bb", Of, ttl=0.0, stale=0.0, timeout=0.05),
    source("cc", Of, ttl=0.1, stale=5.0, timeout=1.0, batch=3),
    source("dd", Member, ttl=0.2, stale=0.4, timeout=0.25, scope=Scope.VIEWER),
    source("ee", Of, ttl=60.0, stale=60.0, timeout=0.3, batch=100),
)
FAULTS = (Transient, Absent, BadReply, Throttled, Unauthorized, Misconfigured)
ALL_IS_STILL = 4000.0  # later than the slowest script ends that keeps to no time limit
CLASSES = st.sampled_from(["required", "optional", "late"])

SCRIPTS = st.builds(
    Script,
    latency=st.sampled_from([0.0, 0.001, 0.02, 0.0499, 0.05, 0.1, 0.25, 0.3, 0.394, 0.395, 0.396, 0.4, 3600.0]),
    brings=st.one_of(
        st.builds(Figure, value=st.floats(-10, 10), label=st.sampled_from(["x", "y", None, "not an id"])),
        st.sampled_from(FAULTS).map(lambda fault: fault("a fault")),
        st.sampled_from([RuntimeError("a bug"), asyncio.CancelledError()]),
    ),
    stubborn=st.sampled_from([0.0, 0.0, 0.5, 5.0]),
    deaf=st.booleans(),
)


@st.composite
def templates(draw: st.DrawFn) -> str:
    """A template of the five signals: any classes, any of them reading any before it, with a figure derived."""
    lines = ["template: morning", "version: 3", "budget: 400ms", "signals:"]
    for number, name in enumerate(NAMES):
        parent = draw(st.sampled_from([None, *NAMES[:number]]))
        path = "context.of" if parent is None else f"signals.{parent}.label"
        ways = {"dd": "", "ee": ", each: 'ticket.symbols'"}
        bound = ways.get(name, f", with: {{of: {path}}}")
        extra = ", run_on_default: true" if parent and name not in ways and draw(st.booleans()) else ""
        lines.append(f"  {name}: {{connector: {name}{bound}, class: {draw(CLASSES)}{extra}}}")
    lines += [f"  ff: {{derive: total, with: {{quotes: signals.ee}}, class: {draw(CLASSES)}}}", "data:"]
    for name in ("aa", "bb", "cc", "dd", "ff"):
        age = draw(st.sampled_from(["", ", max_age: 50ms", ", max_age: 300ms"]))
        lines.append(f"  {name}: {{from: {name}.value, type: number, nullable: true, default: null{age}}}")
    lines += ["  limited: {from: aa.value, type: number, minimum: -5, default: 0}", "groups: {pair: [aa, cc]}"]
    lines.append("variants: {hero: [{when: 'bb.value > `0`', use: up}, {use: still}]}")
    return "\n".join(lines)


@dataclass(frozen=True)
class Visit:
    """One open: when it begins, by whom, with what budget, and when the viewer leaves, if that is before the end."""

    at: float
    who: int | None
    budget_ms: Any
    of: str
    leaves: float | None
    symbols: list[str] = field(default_factory=list)


VISITS = st.lists(
    st.builds(
        Visit,
        at=st.sampled_from([0.0, 0.0, 0.001, 0.05, 0.3, 0.7, 1.1]),
        who=st.sampled_from([None, 1, 2]),
        budget_ms=st.sampled_from([None, 0, 50, 100, 399, "junk"]),
        of=st.sampled_from(["x", "y"]),
        leaves=st.sampled_from([None, None, None, 0.0, 0.01, 0.2]),
        symbols=st.lists(st.sampled_from(["AA", "BB", "CC"]), max_size=3),
    ),
    min_size=1,
    max_size=8,
)


@functools.cache
def signed(who: int, symbols: tuple[str, ...]) -> str:
    """A ticket; equal claims are one ticket."""
    return ticket(f"viewer-{who}", symbols=list(symbols))


async def visited(rig: Rig, visit: Visit) -> Told | None:
    """What one viewer was told; none if they left before."""
    await wait(visit.at)
    pass_ = None if visit.who is None else signed(visit.who, tuple(visit.symbols))
    opening = asyncio.ensure_future(rig.open(ticket=pass_, budget_ms=visit.budget_ms, of=visit.of))
    if visit.leaves is None:
        return await opening
    done, _ = await asyncio.wait({opening}, timeout=visit.leaves)
    opening.cancel()
    return opening.result() if done else None


def check(rig: Rig, told: Told) -> None:
    """The promises of one answer."""
    payload, results = told.payload, told.answered.payload.results
    assert rig.template is not None
    total = payload["budget"]["total_ms"] / 1000
    deadline = told.answered.payload.opening.deadline
    assert told.took <= total + 0.001
    assert told.took <= deadline.collect - deadline.began + EXACTLY
    Draft202012Validator(dict(rig.template.schema)).validate(payload["data"])
    assert list(payload["data"]) == [field.name for field in rig.template.fields]
    assert list(payload["signals"]) == [need.name for need in rig.template.needs]
    for entry in payload["signals"].values():
        assert entry["status"] in {"live", "fresh", "stale", "default"}
        assert ("reason" in entry) == (entry["status"] in {"stale", "default"})
        assert entry.get("reason", "error") in set(Reason)
        assert 0 <= entry["took_ms"] <= payload["budget"]["used_ms"] + 1
    assert list(payload["defaulted"]) == [name for name in payload["data"] if name in payload["defaulted"]]
    for one in rig.template.fields:
        why = payload["defaulted"].get(one.name)
        assert why in {None, "too_old", "group", "missing", *Reason}
        if why is not None:
            assert payload["data"][one.name] == one.default
        elif one.signal is not None:
            assert results[one.signal].document is not None
            assert results[one.signal].age <= one.max_age
    assert payload["complete"] == (set(payload["defaulted"].values()) <= {"missing"})


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=templates(), scripts=st.lists(SCRIPTS, min_size=1, max_size=12), visits=VISITS)
@in_virtual_time
async def test_every_open_is_answered_in_time_and_whole(text: str, scripts: list[Script], visits: list[Visit]) -> None:
    """Each open is answered by its deadline, with every field, valid, explained; when all is still nothing is left."""
    calls = iter(range(10**6))

    def says(errand: Errand, query: Query) -> Script:
        return scripts[next(calls) % len(scripts)]

    rig = Rig(says, SOURCES, text, law=CacheLaw(entries=4, refreshes=1), chance=lambda: 0.5)

    told = await asyncio.gather(*(visited(rig, visit) for visit in visits))

    for one in told:
        if one is not None:
            check(rig, one)
    assert all(one is not None for one, visit in zip(told, visits, strict=True) if visit.leaves is None)
    await wait(ALL_IS_STILL)
    assert rig.leftovers() == {}


LEAVING = st.sampled_from([0.0, 0.001, 0.02, 0.0499, 0.05, 0.1, 0.3, 0.39])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=templates(), scripts=st.lists(SCRIPTS, min_size=1, max_size=5), leaving=LEAVING, who=st.integers(0, 3))
def test_whoever_leaves_changes_nothing_for_those_who_stay(
    text: str, scripts: list[Script], leaving: float, who: int
) -> None:
    """Of four equal opens of one instant one is cancelled at any time: it changes nothing that the others are told."""
    told: dict[bool, list[Any]] = {}

    def says(errand: Errand, query: Query) -> Script:
        return scripts[len(repr((errand.source.name, query))) % len(scripts)]

    @in_virtual_time
    async def play(goes: bool) -> None:
        rig = Rig(says, SOURCES, text)
        opens = [asyncio.ensure_future(rig.open(ticket=signed(1, ("AA", "BB")), of="x")) for _ in range(4)]
        await wait(leaving)
        if goes:
            opens[who].cancel()
        await asyncio.wait(opens)
        await wait(ALL_IS_STILL)
        assert rig.leftovers() == {}
        stayed = [one.result() for number, one in enumerate(opens) if number != who]
        told[goes] = [(one.payload["data"], one.statuses(), round(one.took, 5)) for one in stayed]

    play(goes=True)
    play(goes=False)

    assert told[True] == told[False]


@in_virtual_time
async def test_a_thousand_opens_leave_nothing_behind() -> None:
    """After a thousand opens with faults of every kind there is no task, no timer and no gauge above nought."""
    chance = random.Random(1)
    faults = [*(fault("a fault") for fault in FAULTS), RuntimeError("a bug"), asyncio.CancelledError()]
    text = """
template: morning
version: 3
signals:
  aa: {connector: aa, with: {of: context.of}}
  bb: {connector: bb, with: {of: signals.aa.label}, class: optional}
  cc: {connector: cc, with: {of: context.of}, class: optional}
  dd: {connector: dd}
  ee: {connector: ee, each: "ticket.symbols"}
data: {sum: {from: dd.value, type: number, nullable: true, default: null}}
"""

    def says(errand: Errand, query: Query) -> Script:
        latency = chance.choice([0.0, 0.01, 0.05, 0.2, 0.39, 3600.0])
        brings = chance.choice([Figure(value=1.0, label="x"), Figure(value=1.0, label="x"), chance.choice(faults)])
        return Script(latency, brings, chance.choice([0.0, 0.0, 2.0]), chance.random() < 0.2)

    rig = Rig(says, SOURCES, text)

    def visit() -> Visit:
        leaves = chance.choice([None, None, 0.0, 0.03, 0.3])
        symbols = chance.sample(["AA", "BB", "CC", "DD"], 2)
        of, who = f"q{chance.randrange(9)}", chance.choice([None, 1, 2])
        return Visit(chance.uniform(0, 10), who, None, of, leaves, symbols)

    told = await asyncio.gather(*(visited(rig, visit()) for _ in range(1000)))

    for one in told:
        if one is not None:
            check(rig, one)
    assert len({status for one in told if one for status in one.statuses().values()}) > 10
    await wait(ALL_IS_STILL)
    assert rig.leftovers() == {}
