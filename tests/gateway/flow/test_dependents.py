"""Signals that read other signals: when they are asked, and what they are told where a parent did not come."""

import pytest

from connectors import Scope, Transient
from stand_in import HANGS, Figure, Member, Of, Script, source
from virtual_time import EXACTLY, Rig, in_virtual_time, wait

SOURCES = (
    source("one", Of, timeout=1.0, ttl=10.0),
    source("two", Of, timeout=1.0, ttl=10.0),
    source("child", Of, timeout=1.0, ttl=10.0),
    source("grandchild", Of, timeout=1.0),
    source("mine", Member, timeout=1.0, scope=Scope.VIEWER),
)
HEAD = "template: morning\nversion: 3\nbudget: 400ms\n"
CHAIN = (
    HEAD
    + """
signals:
  one: {connector: one, with: {of: context.of}}
  two: {connector: two, with: {of: context.of}}
  child: {connector: child, with: {of: signals.one.label}}
  grandchild: {connector: grandchild, with: {of: signals.child.label}}
data:
  last: {from: grandchild.label, type: string, default: none}
"""
)


def rig_of(scripts: dict[str, Script], text: str = CHAIN) -> Rig:
    """Sources that answer by their scripts, and else with a label of their own after 20 ms."""
    return Rig(
        lambda errand, query: scripts.get(
            errand.source.name, Script(brings=Figure(label=f"of-{errand.source.name}", value=2.0))
        ),
        SOURCES,
        text,
    )


def labelled(label: str | None, latency: float = 0.02, value: float = 2.0) -> Script:
    """A script that brings a label."""
    return Script(latency=latency, brings=Figure(label=label, value=value))


@in_virtual_time
async def test_a_dependent_is_asked_as_soon_as_its_own_parents_are_in() -> None:
    """A chain of three goes on while a slow neighbour of its parent is still out: no stage waits for another."""
    rig = rig_of({"one": labelled("a", 0.03), "two": labelled("b", 0.3)})

    told = await rig.open(of="x")

    took = {name: entry["took_ms"] for name, entry in told.payload["signals"].items()}
    assert took == {"one": 30, "two": 300, "child": 20, "grandchild": 20}
    assert [errand.source.name for errand in rig.stand_in.errands] == ["one", "two", "child", "grandchild"]
    assert [query.of for query in rig.stand_in.asked("child")] == ["a"]
    assert abs(told.took - 0.3) <= EXACTLY


@pytest.mark.parametrize("script", [HANGS, Script(brings=Transient("down"))])
@in_virtual_time
async def test_a_parent_by_default_takes_its_children_with_it(script: Script) -> None:
    """Where a parent came by default, its children and theirs are `dependency`, and are not asked."""
    rig = rig_of({"one": script})

    told = await rig.open(of="x")

    assert told.statuses()["child"] == told.statuses()["grandchild"] == "default/dependency"
    assert rig.stand_in.asked("child") == rig.stand_in.asked("grandchild") == []
    assert told.payload["defaulted"] == {"last": "dependency"}


@in_virtual_time
async def test_a_stale_parent_is_a_value() -> None:
    """A child is asked by what its stale parent has."""
    scripts = {"one": labelled("a")}
    rig = rig_of(scripts)
    await rig.open(of="x")
    await wait(30.0)
    scripts["one"] = Script(brings=Transient("down"))

    told = await rig.open(of="x")

    assert (told.statuses()["one"], told.statuses()["child"]) == ("stale/error", "live")


@pytest.mark.parametrize(
    ("latency", "parent", "child"),
    [(0.394, "live", "default/budget"), (0.396, "default/timeout", "default/dependency")],
)
@in_virtual_time
async def test_a_parent_a_millisecond_late_is_out_of_time(latency: float, parent: str, child: str) -> None:
    """One that makes it by 1 ms is live, though its child has no time left; one that is 1 ms late is a timeout."""
    rig = rig_of({"one": labelled("a", latency)})

    told = await rig.open(of="x")

    assert (told.statuses()["one"], told.statuses()["child"]) == (parent, child)
    assert rig.stand_in.asked("child") == []
    assert told.took <= 0.395 + EXACTLY


@in_virtual_time
async def test_after_the_deadline_a_child_is_read_from_the_cache() -> None:
    """A parent that is stale at the deadline leads its child to the cache, without a call that could not make it."""
    scripts = {"one": labelled("a")}
    rig = rig_of(scripts)
    await rig.open(of="x")
    await wait(25.0)
    scripts["one"] = HANGS
    asked = len(rig.stand_in.asked("child"))

    told = await rig.open(of="x")

    assert (told.statuses()["one"], told.statuses()["child"]) == ("stale/timeout", "stale/timeout")
    assert len(rig.stand_in.asked("child")) == asked
    assert abs(told.took - 0.395) <= EXACTLY


@in_virtual_time
async def test_a_child_that_runs_on_default_is_asked_with_its_parents_default() -> None:
    """With `run_on_default` a child reads the constant of the kind where its parent came by default."""
    text = (
        HEAD
        + """
signals:
  one: {connector: one, with: {of: context.of}}
  child: {connector: child, with: {of: "signals.one.label || 'nobody'"}, run_on_default: true}
data:
  label: {from: child.label, type: string, default: none}
"""
    )
    rig = rig_of({"one": Script(brings=Transient("down"))}, text)

    told = await rig.open(of="x")

    assert [query.of for query in rig.stand_in.asked("child")] == ["nobody"]
    assert told.statuses() == {"one": "default/error", "child": "live"}


@in_virtual_time
async def test_a_parent_without_the_member_gives_its_child_no_input() -> None:
    """A parent that is in and does not say what the child is to ask with is a lack of input, not a failure of it."""
    rig = rig_of({"one": labelled(None)})

    told = await rig.open(of="x")

    assert (told.statuses()["one"], told.statuses()["child"]) == ("live", "default/input")


@in_virtual_time
async def test_the_wait_for_a_hung_parent_is_one_deadline_for_the_whole_chain() -> None:
    """However long the chain, all share the deadline of the open."""
    rig = rig_of({"child": HANGS})

    told = await rig.open(of="x")

    assert abs(told.took - 0.395) <= EXACTLY
    assert (told.statuses()["child"], told.statuses()["grandchild"]) == ("default/timeout", "default/dependency")
