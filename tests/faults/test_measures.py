"""Controls of the matrix: each of its measures finds what it is there for, and finds nothing where there is nothing."""

import asyncio
import logging
import os

import pytest

from exposition import Exposition
from faults.evil import Fault
from faults.hearing import Heard, listening
from faults.judging import of_beside, of_counts, of_signals, of_time, time_beside
from faults.matrix import TIMEOUT, Form, Wanted
from faults.traces import MOST_MEMORY, Traces
from gateway.clock import Clock
from gateway.pool import Pool

pytestmark = pytest.mark.asyncio

CUT = Wanted("error", "cut_short")
WELL = {"status": "live", "took_ms": 8}


def answer(**signals: dict[str, object]) -> dict[str, object]:
    """An answer of 12 ms in which all is well, but for these."""
    names = ("weather", "stock", "loyalty", "quotes", "portfolio")
    return {"signals": dict.fromkeys(names, WELL) | signals, "budget": {"used_ms": 12}}


async def test_memory_is_found_though_it_is_given_back() -> None:
    """More than a fault may cost counts, for however short a time; less does not."""
    for size, told in ((MOST_MEMORY + 2**20, 1), (MOST_MEMORY // 4, 0)):
        traces = Traces.begin()
        held = bytearray(size)
        held[::4096] = b"x" * len(held[::4096])
        del held
        assert len(traces.grown()) == told


async def test_a_descriptor_is_found() -> None:
    """One that stays open is told of, and one that is closed in time is not."""
    traces = Traces.begin()
    kept = os.open("/dev/null", os.O_RDONLY)
    left = await traces.left(0.0)
    asyncio.get_running_loop().call_later(0.02, os.close, kept)

    assert left == ["1 descriptors more than before"]
    assert await traces.left(2.0) == []


async def test_a_task_of_the_gateway_is_found() -> None:
    """A coroutine of the gateway's that nobody ended is told of."""
    pool = Pool(Clock(asyncio.get_running_loop().time))
    traces = Traces.begin()
    task = asyncio.ensure_future(pool.close())

    assert await traces.left(-1.0) == ["1 tasks more than before"]
    await task
    assert await traces.left(0.0) == []


@pytest.mark.parametrize(
    ("signals", "told"),
    [
        ({"stock": {"status": "default", "reason": "error", "took_ms": 9}}, 0),
        ({"stock": {"status": "default", "reason": "timeout", "took_ms": 9}}, 1),
        ({"stock": {"status": "stale", "reason": "error", "took_ms": 9}}, 1),
        ({}, 1),
        ({"stock": {"status": "default", "reason": "error"}, "weather": {**WELL, "status": "fresh"}}, 1),
        ({"stock": {"status": "default", "reason": "error"}, "quotes": {**WELL, "reason": "error"}}, 1),
    ],
)
async def test_a_wrong_outcome_is_found(signals, told) -> None:
    """Another status, another reason, and anything but live beside it."""
    assert len(list(of_signals(answer(**signals), "shopify", ("default", "error")))) == told


@pytest.mark.parametrize(
    ("wanted", "took", "told"), [(CUT, 90, 0), (CUT, 130, 1), (TIMEOUT, 301, 0), (TIMEOUT, 200, 1), (TIMEOUT, 430, 1)]
)
async def test_a_wrong_time_is_found(wanted, took, told) -> None:
    """Later than its limit and the slack, or before its limit."""
    assert len(list(of_time(answer(stock={**WELL, "took_ms": took}), "shopify", wanted))) == told


async def test_a_row_that_delays_the_others_is_found() -> None:
    """Half of its opens are later than well ones; of a fault with a limit of its own only what is beside it counts."""
    slow = {**WELL, "took_ms": 310}
    well = [10.0] * 99 + [40.0]

    assert time_beside(answer(stock=slow), "shopify", TIMEOUT) == 8
    assert time_beside(answer(stock=slow), "shopify", CUT) == 12
    assert time_beside(answer(loyalty=slow), "shopify", TIMEOUT) == 310
    assert list(of_beside({"F7": [12.0, 11.0, 300.0], "F9": [13.0, 11.0, 13.0]}, well)) == ["F9"]


@pytest.mark.parametrize(
    ("asks", "calls", "verdict", "told"), [(1, 1, "bad", 0), (2, 1, "bad", 2), (1, 2, "bad", 3), (1, 1, "good", 1)]
)
async def test_a_wrong_count_is_found(asks, calls, verdict, told) -> None:
    """Not asked once, not called once, and another verdict."""
    labels = frozenset({("connector", "shopify"), ("status", "default"), ("reason", "error")})
    judged = frozenset({("connector", "shopify"), ("verdict", verdict)})
    after = Exposition(
        {
            ("moment_asks_total", labels): asks,
            ("moment_upstream_calls_total", frozenset({("connector", "shopify")})): calls,
            ("moment_upstream_seconds_count", judged): calls,
        }
    )
    form = Form("cut", Fault(), CUT)

    assert len(list(of_counts(Exposition({}), after, form, "shopify"))) == told


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("read canary-body-91c4", 1),
        ("asking for m-91c4-7", 1),
        ("ticket eyJhbGciOiJIUzI1NiJ9", 1),
        ("GET http://127.0.0.1:8090/v1/forecast", 1),
        ("serving on http://127.0.0.1:8090", 0),
        ("alpaca failed: error", 0),
    ],
)
async def test_what_may_not_be_logged_is_heard(message, told) -> None:
    """A body, a viewer, a ticket, a URL with its path, at any level; an address alone is no secret."""
    heard = Heard()
    with listening(heard):
        logging.getLogger("moment.some").debug("%s", message)

    assert len(heard.leaks) == told
