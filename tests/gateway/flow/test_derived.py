"""Figures derived from signals that are in: when they are computed, how good they are, and what a mistake costs."""

import pytest

from connectors import Scope, Transient
from morning import ticket
from stand_in import HANGS, Figure, Member, Of, Script, source
from virtual_time import EXACTLY, Rig, in_virtual_time, wait

SOURCES = (
    source("one", Of, timeout=1.0, ttl=10.0),
    source("two", Of, timeout=1.0, ttl=10.0),
    source("mine", Member, timeout=1.0, scope=Scope.VIEWER),
)
HEAD = "template: morning\nversion: 3\nbudget: 400ms\n"


def rig_of(scripts: dict[str, Script], text: str) -> Rig:
    """Sources that answer by their scripts, and else with a 2 after 20 ms."""
    return Rig(lambda errand, query: scripts.get(errand.source.name, worth(2.0)), SOURCES, text)


def worth(value: float, latency: float = 0.02) -> Script:
    """A script that brings a value."""
    return Script(latency=latency, brings=Figure(value=value))


DERIVED = (
    HEAD
    + """
signals:
  one: {connector: one, with: {of: context.of}}
  mine: {connector: mine}
  twice: {derive: doubled, with: {one: signals.one}}
  thrice: {derive: doubled, with: {one: signals.twice}}
data:
  sum: {from: twice.value, type: number, nullable: true, default: null}
  all: {from: thrice.value, type: number, nullable: true, default: null}
"""
)


@in_virtual_time
async def test_a_derived_signal_is_computed_when_its_parents_are_in() -> None:
    """A derivation, and one of its own result, run on the spot and cost no call."""
    rig = rig_of({}, DERIVED)

    told = await rig.open(of="x", ticket=ticket())

    assert told.payload["data"] == {"sum": 4.0, "all": 8.0}
    assert {told.statuses()[name] for name in ("twice", "thrice")} == {"live"}


@pytest.mark.parametrize(
    ("script", "status"),
    [
        (worth(13), "default/plugin"),  # it raises KeyError
        (worth(14), "default/plugin"),  # it raises SystemExit
        (Script(brings=Transient("down")), "default/dependency"),
        (HANGS, "default/dependency"),
    ],
)
@in_virtual_time
async def test_a_derivation_that_cannot_be_run_costs_its_own_signal(script: Script, status: str) -> None:
    """A mistake in a derivation is `plugin`, a lack of its inputs `dependency`; the rest of the open goes on."""
    rig = rig_of({"one": script}, DERIVED)

    told = await rig.open(of="x", ticket=ticket())

    assert (told.statuses()["twice"], told.statuses()["thrice"]) == (status, "default/dependency")
    assert told.statuses()["mine"] == "live"


@in_virtual_time
async def test_a_derived_signal_is_as_good_as_its_worst_parent() -> None:
    """From a stale parent comes a stale figure, with the parent's reason, and from a fresh one a fresh figure."""
    scripts: dict[str, Script] = {}
    rig = rig_of(scripts, DERIVED)
    words = []
    for pause in (0.0, 5.0, 25.0):
        await wait(pause)
        words.append((await rig.open(of="x", ticket=ticket())).statuses()["twice"])
        scripts["one"] = Script(brings=Transient("down"))

    assert words == ["live", "fresh", "stale/error"]


GREETING = (
    HEAD
    + """
signals:
  hello: {derive: greeting, with: {name: ticket.sub}}
  one: {connector: one, with: {of: context.of}, class: optional}
data:
  text: {from: hello.label, type: string, nullable: true, default: null}
"""
)


@pytest.mark.parametrize(("who", "status"), [("ann", "live"), (None, "default/anonymous")])
@in_virtual_time
async def test_a_derivation_may_read_no_signal_at_all(who: str | None, status: str) -> None:
    """What is derived from the ticket alone is there at once, and for nobody's ticket it is anonymous."""
    rig = rig_of({}, GREETING)

    told = await rig.open(of="x", ticket=ticket(who) if who else None)

    assert told.statuses()["hello"] == status
    assert told.payload["data"]["text"] == (f"hello {who}" if who else None)


REQUIRED_FIGURE = (
    HEAD
    + """
signals:
  one: {connector: one, with: {of: context.of}, class: optional}
  two: {connector: two, with: {of: context.of}, class: optional}
  twice: {derive: doubled, with: {one: signals.one}}
data:
  sum: {from: twice.value, type: number, nullable: true, default: null}
"""
)


@in_virtual_time
async def test_a_required_figure_keeps_the_open_for_its_parent_and_begins_the_grace() -> None:
    """The open waits for what a required derivation reads, and 50 ms longer for the rest once that is in."""
    rig = rig_of({"one": worth(2.0, 0.2), "two": HANGS}, REQUIRED_FIGURE)

    told = await rig.open(of="x")

    assert told.payload["data"] == {"sum": 4.0}
    assert abs(told.took - 0.25) <= EXACTLY


QUOTES = (
    HEAD
    + """
signals:
  quotes: {connector: two, each: "ticket.symbols"}
  sum: {derive: total, with: {quotes: signals.quotes}}
data:
  total: {from: sum.value, type: number, nullable: true, default: null}
"""
)


@pytest.mark.parametrize(("symbols", "total"), [([], 0.0), (["AA"], 2.0), (["AA", "BB", "AA"], 4.0)])
@in_virtual_time
async def test_a_sum_is_over_all_elements(symbols: list[str], total: float) -> None:
    """With every element in, the figure is over each of them once; over an empty list it is that of nothing."""
    rig = rig_of({}, QUOTES)

    told = await rig.open(ticket=ticket(symbols=symbols))

    assert (told.payload["data"]["total"], told.statuses()["sum"]) == (total, "live")


@in_virtual_time
async def test_one_missing_element_is_no_half_figure() -> None:
    """With one of three elements missing there is no sum: half a portfolio would state a false fact."""
    down = Script(brings=Transient("down"))
    rig = Rig(lambda errand, query: down if query.of == "BB" else worth(2.0), SOURCES, QUOTES)

    told = await rig.open(ticket=ticket(symbols=["AA", "BB", "CC"]))

    assert told.payload["data"] == {"total": None}
    assert told.statuses() == {"quotes": "default/error", "sum": "default/dependency"}
