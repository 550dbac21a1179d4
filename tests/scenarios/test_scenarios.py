"""Every scenario file holds: each is one claim about the engine, played in virtual time, exact to the microsecond."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import ConfigError
from scenario import Expected, Held, Open, Scenario, Then, read_scenario
from staging import Answered, Stage
from virtual_time import EXACTLY, in_virtual_time, wait

FILES = sorted(Path(__file__).parent.glob("*.yaml"))


async def play(scenario: Scenario) -> None:
    """Play it and hold all that it says against what comes; in the end nothing runs, waits or ticks."""
    stage = Stage(scenario)
    stage.set_up()
    copies = [(one, number) for one in scenario.opens for number in range(one.count)]
    answers = [check_open(stage, one, number) for one, number in copies]
    await in_parallel(*answers, *(check_then(stage, then) for then in scenario.then))
    await wait(scenario.rest.total_seconds())
    assert_held(stage, scenario.after)
    assert stage.left_over() == {}


async def in_parallel(*playing: Coroutine[Any, Any, None]) -> None:
    """All at once; the first that fails is what is told."""
    tasks = [asyncio.ensure_future(one) for one in playing]
    await asyncio.wait(tasks)
    for task in tasks:
        task.result()


async def check_open(stage: Stage, one: Open, number: int) -> None:
    """Open when the file says so, and check what came, or that nothing did."""
    later = number * one.every.total_seconds()
    await wait(one.at.total_seconds() + later)
    opening = asyncio.ensure_future(stage.open(one, number))
    stays = None if one.leaves is None else one.leaves.total_seconds() + later - stage.now
    await asyncio.wait({opening}, timeout=stays)
    opening.cancel()
    await asyncio.wait({opening})
    assert opening.cancelled() == (one.expect is None), "only who leaves may expect nothing, and nothing may come"
    if one.expect is not None:
        assert_told(opening.result(), one, later)


def assert_told(answered: Answered, one: Open, later: float) -> None:
    """An open was told what the file says, when it says so."""
    expect, payload = one.expect, answered.payload
    assert expect is not None
    assert answered.statuses() == expect.signals
    assert answered.at == pytest.approx(expect.answered.total_seconds() + later, abs=EXACTLY)
    assert {name: payload["data"].get(name, "no such field") for name in expect.data} == expect.data
    assert {name: payload["signals"][name].get("age_ms") for name in expect.age_ms} == expect.age_ms
    assert expect.defaulted in (None, payload["defaulted"])
    assert expect.complete in (None, payload["complete"])
    assert_streamed(answered, expect, later)


def assert_streamed(answered: Answered, expect: Expected, later: float) -> None:
    """A stream was told the patches that the file says, when it says so, and ended then."""
    told = [
        {"data": one.document["data"], "defaulted": one.document["defaulted"], "complete": one.document["complete"]}
        | {"signals": {name: entry["status"] for name, entry in one.document["signals"].items()}}
        for one in answered.patches
    ]
    assert told == [
        {"data": one.data, "defaulted": list(one.defaulted), "complete": one.complete}
        | {"signals": {one.signal: one.status}}
        for one in expect.patches
    ]
    instants = [one.at.total_seconds() + later for one in expect.patches]
    assert [one.at for one in answered.patches] == pytest.approx(instants, abs=EXACTLY)
    assert (answered.ended is None) == (expect.ended is None)
    if expect.ended is not None:
        assert answered.ended == pytest.approx(expect.ended.total_seconds() + later, abs=EXACTLY)


async def check_then(stage: Stage, then: Then) -> None:
    """At that instant it holds what the file says."""
    await wait(then.at.total_seconds())
    assert_held(stage, then)


def assert_held(stage: Stage, held: Held) -> None:
    """It holds what the file says: calls and what is out of every source, the rest of those that it names."""
    found = stage.held(held)

    assert found == {"calls": held.calls, "out": held.out, "breaker": held.breaker, "cache": held.cache}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_claim_holds(file: Path) -> None:
    """What one file claims is what happens."""
    scenario = read_scenario(file)

    in_virtual_time(play)(scenario)


def test_every_claim_is_made_once() -> None:
    """The files are many, and no two claim the same."""
    claims = [read_scenario(file).claim for file in FILES]

    assert len(claims) >= 44
    assert len(set(claims)) == len(claims)


GOOD = """
claim: A source that answers is shown, and asked once.
signals:
  weather: {value: 4}
opens:
  - expect: {answered: 20ms, signals: {weather: live}, data: {weather: 4}, defaulted: {}, complete: true}
then:
  - {at: 10ms, calls: {weather: 1}, out: {weather: 1}}
after: {calls: {weather: 1}, breaker: {weather: closed}, cache: {weather: 4}}
"""


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("answered: 20ms", "answered: 20.003ms"),
        ("{weather: live}", "{weather: fresh}"),
        ("{weather: live}", "{}"),
        ("data: {weather: 4}", "data: {weather: 5}"),
        ("data: {weather: 4}", "data: {wether: 4}"),
        ("defaulted: {}", "defaulted: {weather: error}"),
        ("complete: true", "complete: false"),
        ("at: 10ms, calls: {weather: 1}", "at: 10ms, calls: {}"),
        ("out: {weather: 1}", "out: {}"),
        ("after: {calls: {weather: 1}", "after: {calls: {weather: 2}"),
        ("weather: closed", "weather: open"),
        ("cache: {weather: 4}", "cache: {weather: null}"),
        ("  - expect:", "  - at: 1ms\n    expect:"),
        ("  - expect:", "  - leaves: 15ms\n    expect:"),
        ("opens:", "opens:\n  - at: 0ms"),
        ("{value: 4}", "{value: 4, latency: never, deaf: true}"),
    ],
)
def test_what_does_not_happen_is_found_out(tmp_path: Path, written: str, meant: str) -> None:
    """A claim with any one of its words wrong fails; as it was written, it holds."""
    file = tmp_path / "claim.yaml"
    file.write_text(GOOD)
    in_virtual_time(play)(read_scenario(file))

    file.write_text(GOOD.replace(written, meant, 1))

    with pytest.raises(AssertionError):
        in_virtual_time(play)(read_scenario(file))


@pytest.mark.parametrize(
    ("written", "meant", "place", "word"),
    [
        ("claim:", "clam:", "claim.yaml:2:1", "clam"),
        ("{value: 4}", "{vale: 4}", "claim.yaml:4:13", "vale"),
        ("{value: 4}", "{latency: 20}", "claim.yaml:4:22", "unit"),
        ("{value: 4}", "{fault: 5O3}", "claim.yaml:4:20", "fault"),
        ("answered: 20ms", "answerd: 20ms", "claim.yaml:6:14", "answerd"),
        ("opens:", "laws: {breaker: {in_a_rwo: 3}}\nopens:", "claim.yaml:5:28", "in_a_rwo"),
        ("after:", "before:", "claim.yaml", "after"),
    ],
)
def test_a_word_that_means_nothing_is_an_error(tmp_path: Path, written: str, meant: str, place: str, word: str) -> None:
    """An unknown key or word is refused with the name of the file and its place in it."""
    file = tmp_path / "claim.yaml"
    file.write_text(GOOD.replace(written, meant, 1))

    with pytest.raises(ConfigError) as caught:
        read_scenario(file)

    assert place in str(caught.value)
    assert word in str(caught.value)
