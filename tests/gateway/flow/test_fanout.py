"""The only wait of an open: how long it lasts, for whom, and what it leaves behind."""

import asyncio
from typing import Any

import pytest

from gateway.budget import TICK
from gateway.clock import Clock
from gateway.flow.fanout import fan_out
from gateway.flow.plan import make_plan
from gateway.outcome import Reading, live
from stand_in import HANGS, Figure, Of, Script, source
from virtual_time import EXACTLY, NOW, Rig, in_virtual_time, wait

SOURCES = tuple(source(f"of-{name}", Of, timeout=1.0) for name in "abcd")


def template(**classes: str) -> str:
    """A template of independent signals, each of a class."""
    signals = "".join(
        f"  {name}: {{connector: of-{name}, with: {{of: context.of}}, class: {kind}}}\n"
        for name, kind in classes.items()
    )
    fields = "".join(
        f"  f_{name}: {{from: {name}.value, type: number, nullable: true, default: null}}\n" for name in classes
    )
    return f"template: morning\nversion: 3\nbudget: 400ms\nsignals:\n{signals}data:\n{fields}"


def rig_of(text: str, latencies: dict[str, float], **more: Any) -> Rig:
    """Sources that answer after so many seconds each."""
    return Rig(lambda errand, query: Script(latency=latencies[errand.source.name[-1]]), SOURCES, text, **more)


@in_virtual_time
async def test_signals_are_asked_side_by_side() -> None:
    """The open takes as long as its slowest signal, not as long as all of them."""
    rig = rig_of(template(a="required", b="required", c="required"), {"a": 0.1, "b": 0.2, "c": 0.3})

    told = await rig.open(of="x")

    assert abs(told.took - 0.3) <= EXACTLY
    assert set(told.statuses().values()) == {"live"}
    assert rig.leftovers() == {}


@pytest.mark.parametrize("kinds", [("required",) * 3, ("required", "optional", "optional"), ("optional",) * 3])
@in_virtual_time
async def test_each_signal_took_its_own_time(kinds: tuple[str, ...]) -> None:
    """What an entry says it took is when that signal came, however long the open went on waiting for others."""
    rig = rig_of(template(**dict(zip("abc", kinds, strict=True))), {"a": 0.32, "b": 0.01, "c": 0.15})

    told = await rig.open(of="x")

    assert {name: one["took_ms"] for name, one in told.payload["signals"].items()} == {"a": 320, "b": 10, "c": 150}


@in_virtual_time
async def test_a_signal_still_out_took_until_the_deadline() -> None:
    """An entry that timed out says how long was waited for it, and those beside it their own time."""
    rig = rig_of(template(a="required", b="required"), {"a": 3600.0, "b": 0.01})

    told = await rig.open(of="x")

    assert {name: one["took_ms"] for name, one in told.payload["signals"].items()} == {"a": 395, "b": 10}


@pytest.mark.parametrize(
    ("required", "optional", "took", "status"),
    [
        (0.1, 0.12, 0.12, "live"),  # in within the grace: not a tick longer is waited
        (0.1, 0.149, 0.149, "live"),
        (0.1, 0.151, 0.15, "default/timeout"),
        (0.1, 3600.0, 0.15, "default/timeout"),
        (0.2, 0.1, 0.2, "live"),
        (0.38, 3600.0, 0.395, "default/timeout"),  # the grace never goes past the deadline
        (3600.0, 0.394, 0.395, "live"),  # as long as a required one is out the grace has not begun
    ],
)
@in_virtual_time
async def test_an_optional_signal_has_a_grace(required: float, optional: float, took: float, status: str) -> None:
    """Once the last required signal is in, an optional one has 50 ms more, and no longer than to the deadline."""
    rig = rig_of(template(a="required", b="optional"), {"a": required, "b": optional})

    told = await rig.open(of="x")

    assert abs(told.took - took) <= EXACTLY
    assert told.statuses()["b"] == status


@in_virtual_time
async def test_a_required_signal_from_the_cache_begins_the_grace_at_once() -> None:
    """The grace counts from the moment the last required one is in, if that is the moment of the open."""
    rig = rig_of(template(a="required", b="optional"), {"a": 0.02, "b": 3600.0})
    await rig.open(of="x")

    told = await rig.open(of="x")

    assert abs(told.took - 0.05) <= EXACTLY
    assert told.statuses() == {"a": "fresh", "b": "default/timeout"}


@in_virtual_time
async def test_with_optional_signals_alone_the_wait_is_to_the_deadline() -> None:
    """Without a required one no grace begins: a template of optional signals alone is not empty at once."""
    rig = rig_of(template(a="optional", b="optional"), {"a": 0.01, "b": 0.39})

    told = await rig.open(of="x")

    assert abs(told.took - 0.39) <= EXACTLY
    assert told.statuses() == {"a": "live", "b": "live"}


@in_virtual_time
async def test_a_late_signal_is_never_waited_for() -> None:
    """A late one comes from the cache or not at all, is not asked, and does not hold the open up."""
    rig = rig_of(template(a="required", b="late"), {"a": 0.02, "b": 0.0})

    told = await rig.open(of="x")

    assert (told.statuses(), rig.stand_in.asked("of-b")) == ({"a": "live", "b": "default/budget"}, [])
    assert abs(told.took - 0.02) <= EXACTLY


@in_virtual_time
async def test_a_late_signal_is_taken_from_the_cache() -> None:
    """What another template has fetched is shown for a late signal: fresh, and stale once it has grown old."""
    rig = rig_of(template(a="required", b="late"), {"a": 0.02, "b": 0.0})
    eager = rig_of(template(a="required", b="required"), {"a": 0.02, "b": 0.0})
    eager.gateway = type(rig.gateway)(eager.gateway.front, rig.stack.cache, 0.05, lambda: 0.0)
    await eager.open(of="x")

    fresh = await rig.open(of="x")
    await wait(300.0)
    stale = await rig.open(of="x")

    assert (fresh.statuses()["b"], stale.statuses()["b"]) == ("fresh", "stale/budget")


@in_virtual_time
async def test_with_late_signals_alone_nothing_is_waited_for() -> None:
    """A template of late signals alone is answered at once."""
    rig = rig_of(template(a="late", b="late"), {})

    told = await rig.open(of="x")

    assert (told.took, set(told.statuses().values())) == (0.0, {"default/budget"})


@in_virtual_time
async def test_a_template_without_signals_is_answered_at_once() -> None:
    """Nothing to ask is nothing to wait for, and the moment's own fields are there."""
    text = "template: morning\nversion: 3\ndata: {today: {from: moment.weekday, type: string, default: today}}\n"
    rig = Rig(lambda errand, query: HANGS, (), text)

    told = await rig.open()

    assert (told.took, told.payload["signals"], told.payload["complete"]) == (0.0, {}, True)


@in_virtual_time
async def test_results_are_in_the_order_of_the_template() -> None:
    """Whoever comes first, entries and fields are in template order."""
    latencies = {"a": 0.09, "b": 0.01, "c": 0.3, "d": 3600.0}
    rig = rig_of(template(d="required", a="optional", c="required", b="late"), latencies)

    told = await rig.open(of="x")

    assert list(told.payload["signals"]) == ["d", "a", "c", "b"]


class Board:
    """A step whose answers are futures that the test holds in its hand."""

    def __init__(self) -> None:
        self.futures: list[asyncio.Future[Any]] = []

    def start(self, ask: Any) -> Any:
        self.futures.append(asyncio.get_running_loop().create_future())
        return self.futures[-1]

    def settle(self, ask: Any, outcome: Any) -> Any:
        return outcome

    def peek(self, ask: Any, reason: Any) -> Any:
        raise AssertionError("nothing is late here")


async def collected(rig: Rig, step: Any, clock: Clock | None = None) -> Any:
    """What a fan-out over another step makes of an open that begins now."""
    opening = (await rig.open(of="x")).answered.payload.opening
    opening.deadline = type(opening.deadline)(rig.clock.now(), 0.4, 0.005)
    return await fan_out(make_plan(opening), step, clock or rig.clock, 0.05)


@in_virtual_time
async def test_what_comes_as_the_open_goes_on_took_its_time() -> None:
    """A result that came after the open was woken, and before it went on, took as long as that, and not nothing."""
    rig, step = rig_of(template(a="optional", b="optional"), {"a": 0.0, "b": 0.0}), Board()
    loop = asyncio.get_running_loop()
    outcome = live(Reading.of(Figure(value=1.0), 0.0, NOW))

    def first() -> None:
        a, b = step.futures
        loop.call_soon(loop.call_soon, b.set_result, outcome)  # in the turn in which the open goes on, just before it
        a.set_result(outcome)

    loop.call_at(loop.time() + 0.02, first)

    found = await collected(rig, step)

    assert [round(one.took, 3) for one in found.results.values()] == [0.02, 0.02]


@in_virtual_time
async def test_what_comes_in_the_turn_of_the_deadline_counts() -> None:
    """A result that is there when the wait ends is taken, though it came at the very instant of the deadline."""
    rig, step = rig_of(template(a="required", b="required"), {"a": 0.0, "b": 0.0}), Board()
    loop = asyncio.get_running_loop()
    outcome = live(Reading.of(Figure(value=1.0), 0.0, NOW))
    loop.call_at(loop.time() + 0.395, lambda: [one.set_result(outcome) for one in step.futures])

    found = await collected(rig, step)

    assert {name: one.status.value for name, one in found.results.items()} == {"a": "live", "b": "live"}
    assert found.stragglers == ()


@in_virtual_time
async def test_a_stray_cancel_costs_its_own_signal_only() -> None:
    """A future that somebody else cancelled is as good as out of time, and the open goes on."""
    rig, step = rig_of(template(a="required", b="required"), {"a": 0.0, "b": 0.0}), Board()
    asyncio.get_running_loop().call_later(0.1, lambda: [one.cancel() for one in step.futures])

    found = await collected(rig, step)

    assert {(one.status.value, one.reason) for one in found.results.values()} == {("default", "timeout")}


@pytest.mark.parametrize("early", [TICK / 2, TICK * 0.9])
@in_virtual_time
async def test_a_clock_that_is_a_tick_early_does_not_spin(early: float) -> None:
    """Where the loop counts whole milliseconds a wait may end early; a tick of slack ends the fan-out then."""
    rig, step = rig_of(template(a="required"), {"a": 0.0}), Board()
    reads = 0

    def rounded() -> float:
        nonlocal reads
        reads += 1
        return rig.clock.now() - early

    await collected(rig, step, Clock(rounded, rig.wall))

    assert reads < 20


@in_virtual_time
async def test_a_cancelled_open_leaves_all_that_it_asked() -> None:
    """An open that is cancelled while it waits leaves every one of its futures."""
    rig, step = rig_of(template(a="required", b="optional"), {"a": 0.0, "b": 0.0}), Board()
    task = asyncio.ensure_future(collected(rig, step))
    await wait(0.01)
    task.cancel()
    await wait(0.0)

    assert len(step.futures) == 2
    assert all(future.cancelled() for future in step.futures)
