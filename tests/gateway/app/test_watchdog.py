"""The watchdog names who holds the loop, while it is held, and strikes nobody else."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from exposition import read_exposition
from gateway.app.serve import until_told
from gateway.app.watchdog import MUTE, NOBODY, WAKE_S, WAKES, Glimpses, Watchdog
from gateway.ask import Errand
from raw_upstream import Id, source_of
from running import config, running
from scripted_pool import GET, connector_of

PATIENCE_S = 2.0


def errand_of(read: Callable[..., Any] = lambda self, query: (yield GET)) -> Errand:
    """An errand to a source of this `read`."""
    return Errand(source_of(connector_of(read)), (Id(),), 0.0, 1.0, 1.0)


MINE, OTHER = errand_of(), errand_of()


def seen(wakes: Sequence[tuple[int, Errand | None]]) -> list[str | None]:
    """Who was named at each wake at which the loop was said to be held."""
    glimpses = Glimpses()
    return [glimpses.named for beats, at_work in wakes if glimpses.add(beats, at_work, 0.0)]


def test_who_is_at_work_at_each_wake_is_named_once() -> None:
    """It is told at the last of a few wakes without a beat, and not again while the same hold lasts."""
    assert seen([(1, None), *[(1, MINE)] * (WAKES - 1)]) == []
    assert seen([(1, None), *[(1, MINE)] * WAKES]) == ["plain"]
    assert seen([(1, None), *[(1, MINE)] * 50]) == ["plain"]


def test_a_second_hold_is_told_again() -> None:
    """One beat ends a hold, and what follows is another."""
    assert seen([(1, None), *[(1, MINE)] * 9, (2, MINE), *[(2, MINE)] * 9]) == ["plain", "plain"]


@pytest.mark.parametrize(
    "works", [(MINE, MINE, MINE, OTHER), (OTHER, MINE, MINE, MINE), (MINE, None, MINE, MINE), (None,) * WAKES]
)
def test_who_was_not_at_work_all_along_is_not_named(works: tuple[Errand | None, ...]) -> None:
    """Another errand, or none, at one of the wakes: the loop is held, and nobody is blamed."""
    assert seen([(1, MINE), *((1, one) for one in works)]) == [None]


def test_what_is_nobodys_is_told_once_in_a_while() -> None:
    """A second hold with nobody at work is not told of, one by a connector is, and after half a minute all are."""
    glimpses = Glimpses()
    holds = ((1, None, WAKES), (2, None, WAKES), (3, MINE, WAKES), (4, None, MUTE), (5, None, WAKES))
    wakes = [(beats, at_work) for beats, at_work, count in holds for _ in range(1 + count)]
    told = [(beats, glimpses.is_news()) for beats, at_work in wakes if glimpses.add(beats, at_work, 0.0)]

    assert told == [(1, True), (2, False), (3, True), (4, False), (5, True)]


def test_who_was_kept_from_running_is_not_named() -> None:
    """A connector in whose midst other processes got the processor has held nothing."""
    glimpses = Glimpses()
    named = [glimpses.named for wake in range(1 + WAKES) if glimpses.add(1, MINE, 7.0 + wake * WAKE_S)]

    assert named == [None]


def test_a_loop_that_beats_is_never_held() -> None:
    """However busy one connector is, a beat between two wakes is enough."""
    assert seen([(beats // 2, MINE) for beats in range(100)]) == []


def hold_until_told() -> None:
    """Hold the loop, as code does that does not return, until somebody has said so."""
    told = threading.Event()
    handler = logging.Handler()
    handler.emit = lambda record: told.set()  # type: ignore[method-assign]
    logging.getLogger("moment").addHandler(handler)
    try:
        assert told.wait(PATIENCE_S)
    finally:
        logging.getLogger("moment").removeHandler(handler)


async def held_by(at_work: Errand | None) -> tuple[list[str], dict[str, int]]:
    """Hold a watched loop that was beating until the watchdog has said so; who was struck, and what was counted."""
    struck: list[str] = []
    watchdog = Watchdog(lambda: at_work, struck.append)
    with watchdog.watching():
        watchdog.beat()
        hold_until_told()
        assert not struck, "it is for the loop to strike, once it turns"
    await asyncio.sleep(0)
    return struck, watchdog.statistics()


@pytest.mark.asyncio
async def test_the_blocker_is_named_while_it_blocks(caplog: pytest.LogCaptureFixture) -> None:
    """Its source is in the log as an error with the line it is at; it is struck and counted once the loop turns."""
    struck, counted = await held_by(MINE)

    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == ("ERROR", "the connector of plain holds the loop")
    assert "threading.py" in record.facts["at"]
    assert (struck, counted) == (["plain"], {"plain": 1})


@pytest.mark.asyncio
async def test_what_is_no_connectors_is_told_by_its_place_alone(caplog: pytest.LogCaptureFixture) -> None:
    """A warning, and nobody is struck."""
    struck, counted = await held_by(None)

    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert (struck, counted) == ([], {NOBODY: 1})


@pytest.mark.asyncio
async def test_its_thread_ends_with_the_watch() -> None:
    """Nothing is left running, and nothing was held."""
    watchdog = Watchdog(lambda: MINE, lambda name: None)
    with watchdog.watching():
        assert "watchdog" in [thread.name for thread in threading.enumerate()]

    assert "watchdog" not in [thread.name for thread in threading.enumerate()]
    assert watchdog.statistics() == {}


@pytest.mark.asyncio
async def test_a_gateway_in_service_is_watched(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """From when it serves until it is told to stop: who holds its loop is told, and counted in its metrics."""
    async with running(config(tmp_path)) as moment, asyncio.timeout(10):
        ready = asyncio.Event()
        serving = asyncio.create_task(until_told(lambda _: ready.set(), moment.served))
        await ready.wait()
        hold_until_told()
        exposed = read_exposition((await moment.ask("GET", "/metrics", admin=True)).body, "moment_loop_held_total")
        os.kill(os.getpid(), signal.SIGINT)
        await serving

    assert "the loop is held" in caplog.messages
    assert exposed.of("moment_loop_held_total", connector=NOBODY) == 1
