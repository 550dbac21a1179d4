"""The clock of the matrix: it leaves out what the computer takes, and nothing that the loop does itself."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Coroutine
from typing import Any

import pytest

from faults.steady import SteadyLoop

_SPINS = """
import time
print(flush=True)
until = time.monotonic() + 20
while time.monotonic() < until:
    pass
"""
_WAITS = """
import asyncio, time
from faults.steady import SteadyLoop

async def scenario():
    loop = asyncio.get_running_loop()
    began, real = loop.time(), time.monotonic()
    print(flush=True)
    await asyncio.sleep(1.0)
    print(loop.time() - began, time.monotonic() - real)

with asyncio.Runner(loop_factory=SteadyLoop) as runner:
    runner.run(scenario())
"""


def on_a_steady_loop(scenario: Coroutine[Any, Any, Any]) -> Any:
    """What a scenario returns."""
    with asyncio.Runner(loop_factory=SteadyLoop) as runner:
        return runner.run(scenario)


def works(seconds: float) -> None:
    """Keep the processor for that long, by the processor's own account."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


@pytest.mark.parametrize("act", [works, time.sleep], ids=["works", "sleeps"])
def test_what_the_loop_does_itself_counts(act) -> None:
    """Code that does not give the loop back is late by all of it, whether it works or sleeps."""

    async def scenario() -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        act(0.2)
        return loop.time() - began

    assert on_a_steady_loop(scenario()) >= 0.199


def test_a_wait_takes_its_time() -> None:
    """A timer is not early by its own clock, and no clock of the computer goes slower."""

    async def scenario() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        began, real = loop.time(), time.monotonic()
        await asyncio.sleep(0.2)
        return loop.time() - began, time.monotonic() - real

    counted, passed = on_a_steady_loop(scenario())
    assert 0.199 <= counted <= passed


def test_a_computer_that_stands_still_ends_no_wait() -> None:
    """A process that is stopped for 0.3 s, three times, waits longer by the time of the computer and not by its own."""
    with subprocess.Popen(
        [sys.executable, "-c", _WAITS],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as waiting:
        assert waiting.stdout is not None
        waiting.stdout.readline()
        for _ in range(3):
            waiting.send_signal(signal.SIGSTOP)
            time.sleep(0.3)  # to stand still is what it is about
            waiting.send_signal(signal.SIGCONT)
            time.sleep(0.1)
        counted, passed = map(float, waiting.stdout.readline().split())

    assert counted >= 0.999
    assert passed - counted >= 0.25  # what is stopped in the middle of its work is as good as asleep, and counts


def test_waiting_for_a_core_does_not_count() -> None:
    """With more to do than there are cores the loop's work takes longer, and its clock shows about the work alone."""
    spinning = [
        subprocess.Popen([sys.executable, "-c", _SPINS], stdout=subprocess.PIPE)
        for _ in range(3 * len(os.sched_getaffinity(0)))
    ]

    async def scenario() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        began, real = loop.time(), time.monotonic()
        works(0.3)
        return loop.time() - began, time.monotonic() - real

    try:
        for one in spinning:
            assert one.stdout is not None
            one.stdout.readline()
        counted, passed = on_a_steady_loop(scenario())
    finally:
        for one in spinning:
            one.send_signal(signal.SIGKILL)
            one.communicate()

    assert passed >= 0.6
    assert 0.299 <= counted <= 0.45
