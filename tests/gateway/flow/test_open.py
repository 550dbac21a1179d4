"""Who opens what, by when."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from multidict import CIMultiDict

import ticket_forge
from gateway.errors import Problem
from gateway.flow.open import Front, Opening, find_template, open_moment
from gateway.flow.plan import make_plan
from gateway.flow.request import Arrival
from gateway.pace import Pace, PaceLaw
from morning import SOURCES, TEMPLATE, saying, ticket
from virtual_time import EXACTLY, Rig, in_virtual_time, loaded


def opened(rig: Rig, finish_p99: float = 0.0, headers: dict[str, str] | None = None, **request: Any) -> Opening:
    """The opening of a request that arrives now."""
    body = orjson.dumps({"template": "morning"} | request)
    return open_moment(Arrival(body, CIMultiDict(headers or {}), rig.clock.now()), rig.gateway.front, finish_p99)


def rig_of() -> Rig:
    """A rig of the template morning."""
    return Rig(saying(), SOURCES, TEMPLATE)


GOOD, OTHER = ticket("ann"), ticket("bob")
FORGED = GOOD[:-6] + ("aaaaaa" if not GOOD.endswith("aaaaaa") else "bbbbbb")


@pytest.mark.parametrize(
    ("body", "header", "who"),
    [
        (GOOD, None, "ann"),
        (None, f"Bearer {GOOD}", "ann"),
        (GOOD, f"Bearer {OTHER}", "ann"),
        (FORGED, f"Bearer {OTHER}", None),  # a ticket in the body counts, though it be a bad one
        (None, GOOD, None),
        (None, None, None),
    ],
)
@in_virtual_time
async def test_the_ticket_in_the_body_comes_first(body: str | None, header: str | None, who: str | None) -> None:
    """The body's ticket is the one that counts; the header is read only where the body has none."""
    opening = opened(rig_of(), ticket=body, headers={"Authorization": header} if header else {})

    assert (opening.viewer and opening.viewer.subject) == who


BAD = {
    "forged": (FORGED, "ticket_invalid"),
    "expired": (ticket_forge.good(exp=ticket_forge.NOW - 60), "ticket_expired"),
    "of another template": (ticket_forge.good(tpl="evening"), "wrong_template"),
    "none": (None, "no_ticket"),
    "junk": ("not a ticket", "ticket_invalid"),
    "too far ahead": (ticket_forge.good(exp=ticket_forge.NOW + 1e9), "ticket_invalid"),
}


@pytest.mark.parametrize("kind", BAD)
@in_virtual_time
async def test_a_bad_ticket_yields_nothing_of_a_viewer(kind: str) -> None:
    """Forged, expired or of another template: what reads the viewer is anonymous, and the rest is served."""
    rig = rig_of()
    bad, cause = BAD[kind]

    told = await rig.open(ticket=bad, place={"lat": 51.5, "lon": 0.1}, product="p1")

    assert told.answered.payload.opening.refused == cause
    assert told.answered.payload.opening.roots["ticket"] == {}
    assert told.statuses() == {
        "sky": "live",
        "stock": "live",
        "points": "default/anonymous",
        "quotes": "default/anonymous",
        "total": "default/dependency",
    }
    assert not {"points", "quotes"} & {errand.source.name for errand in rig.stand_in.errands}


@in_virtual_time
async def test_the_context_never_fills_what_comes_from_the_ticket() -> None:
    """Whatever a player writes into its context, no viewer's input is taken from there."""
    rig = rig_of()
    forged = {"ticket": {"sub": "ann", "symbols": ["AAA"]}, "sub": "ann", "symbols": ["AAA"], "viewer": "ann"}

    plan = make_plan(opened(rig, context=forged))

    said = {asked.need.name: asked.parts for asked in plan.ready}
    assert [[one.reason for one in said[name]] for name in ("points", "quotes")] == [["anonymous"], ["anonymous"]]


@pytest.mark.parametrize(
    ("asked", "p99", "total", "reserve"),
    [
        (None, 0.0, 0.4, 0.005),
        (300, 0.0, 0.3, 0.005),
        (300, 0.004, 0.3, 0.006),
        (0, 0.0, 0.03, 0.0045),
        (-1, 0.0, 0.4, 0.005),
        ("300", 0.0, 0.4, 0.005),
        (True, 0.0, 0.4, 0.005),
        (1e308, 0.0, 0.4, 0.005),
        (None, 9.0, 0.4, 0.06),
    ],
)
@in_virtual_time
async def test_the_deadline_is_the_budget_less_a_reserve(asked: Any, p99: float, total: float, reserve: float) -> None:
    """What was asked, within bounds, less what our own finish takes; junk is ignored and refused to nobody."""
    rig = rig_of()

    made = opened(rig, p99, budget_ms=asked).deadline

    assert (made.total, made.reserve) == (pytest.approx(total), pytest.approx(reserve))
    assert abs(made.collect - (rig.clock.now() + total - reserve)) <= EXACTLY


@pytest.mark.parametrize(
    ("request_", "name", "pointer"),
    [
        ({"template": "evening"}, "unknown-template", "/template"),
        ({"template": ""}, "unknown-template", "/template"),
        ({"template": "../morning"}, "unknown-template", "/template"),
        ({"version": 4}, "unknown-version", "/version"),
        ({"version": 0}, "unknown-version", "/version"),
        ({"version": -3}, "unknown-version", "/version"),
    ],
)
@in_virtual_time
async def test_an_unknown_template_is_not_found(request_: dict[str, Any], name: str, pointer: str) -> None:
    """An id or version that is not loaded is a 404 that points at it and repeats nothing."""
    with pytest.raises(Problem) as caught:
        opened(rig_of(), **request_)

    assert (caught.value.status, caught.value.name) == (404, name)
    assert [at for at, _ in caught.value.errors] == [pointer]


def test_without_a_version_the_highest_is_opened() -> None:
    """Of several versions side by side each can be asked for, and the highest is meant where none is."""
    versions = {number: loaded(TEMPLATE.replace("version: 3", f"version: {number}"), SOURCES) for number in (2, 10, 9)}

    found = [find_template({"morning": versions}, "morning", asked).version for asked in (None, 9, 2)]

    assert found == [10, 9, 2]


@in_virtual_time
async def test_each_open_has_an_id_of_its_time_and_chance() -> None:
    """Ten bytes of chance and the wall clock make the id of an open."""
    rig = rig_of()
    front = rig.gateway.front
    sizes: list[int] = []

    def chance(size: int) -> bytes:
        sizes.append(size)
        return b"\xff" * size

    rig.gateway = type(rig.gateway)(
        Front(front.templates, front.tickets, front.law, front.clock, chance), rig.gateway.step, 0.05, lambda: 0.0
    )

    assert opened(rig).id == "01MCC5RM00" + "Z" * 16
    assert sizes == [10]


@pytest.mark.parametrize(
    ("asked", "is_malformed"),
    [(None, False), (300, False), (0, False), (-1, True), ("300", True), (True, True), ([], True), ({"ms": 300}, True)],
)
@in_virtual_time
async def test_a_malformed_budget_is_noted(asked: Any, is_malformed: bool) -> None:
    """What was ignored is known to telemetry; what was asked in numbers, or not at all, is no matter."""
    assert opened(rig_of(), budget_ms=asked).is_budget_malformed is is_malformed


@in_virtual_time
async def test_a_viewer_beyond_the_pace_is_refused_before_anything_is_asked() -> None:
    """The third open is a 429 that says when, and makes no call; nobody, forgers, prefetches and others go on."""
    rig = rig_of()
    rig.gateway = replace(
        rig.gateway, front=replace(rig.gateway.front, pace=Pace(PaceLaw(0.4, 2, 9), rig.clock, b"key"))
    )
    for _ in range(2):
        await rig.open(ticket=GOOD)
    errands = len(rig.stand_in.errands)
    with pytest.raises(Problem) as caught:
        await rig.open(ticket=GOOD, place={"lat": 1.0, "lon": 2.0})

    assert (caught.value.name, caught.value.retry_after) == ("too-many-requests", 3)
    assert len(rig.stand_in.errands) == errands
    for bearing, headers in ((OTHER, {}), (FORGED, {}), (None, {}), (GOOD, {"Sec-Purpose": "prefetch"})):
        for _ in range(2):
            await rig.open(ticket=bearing, headers=headers)
