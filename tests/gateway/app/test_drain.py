"""The end of a gateway: it says that it is not ready, still answers, then stops; a second signal ends that at once."""

import asyncio
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import orjson
import pytest

from command_line import PATIENCE_S, Shell
from gateway.app.serve import until_told
from running import Edit, Running, config, running, ticket


def draining(delay: str) -> Edit:
    """How long it still answers."""
    return ("gateway.yaml", "drain: {delay: 0ms", f"drain: {{delay: {delay}")


@asynccontextmanager
async def serving(folder: Path, delay: str) -> AsyncIterator[tuple[Running, asyncio.Task[signal.Signals]]]:
    """A gateway that waits for its signals, in this process."""
    async with running(config(folder, draining(delay))) as moment, asyncio.timeout(10):
        ready = asyncio.Event()
        task = asyncio.create_task(until_told(lambda _: ready.set(), moment.served))
        await ready.wait()
        yield moment, task


async def told(moment: Running, number: signal.Signals = signal.SIGTERM) -> None:
    """Send the signal, and wait until it is heard."""
    os.kill(os.getpid(), number)
    while (await moment.ask("GET", "/readyz", admin=True)).status == 200:
        continue


def wait_until_draining(admin: str) -> None:
    """Ask a process whether it is ready, until it says no."""
    until = time.monotonic() + PATIENCE_S
    while is_ready(admin):
        assert time.monotonic() < until, "it never said so"


def is_ready(admin: str) -> bool:
    """Whether a process says that it is ready: 200 or 503."""
    try:
        urllib.request.urlopen(f"{admin}/readyz", timeout=PATIENCE_S).close()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code != 503
    return True


@pytest.mark.asyncio
async def test_it_says_so_and_still_answers(tmp_path: Path) -> None:
    """After SIGTERM it is alive and not ready; opens are answered whole, on new connections too, each the last."""
    async with serving(tmp_path, "1s") as (moment, task):
        before = await moment.open(bearing=ticket())
        await told(moment)
        ready = await moment.ask("GET", "/readyz", admin=True)
        alive = await moment.ask("GET", "/livez", admin=True)
        async with aiohttp.ClientSession() as another:
            heard = [await Running(moment.served, moment.lab, one).open(bearing=ticket()) for one in (another,) * 2]
        is_over = task.done()
        number = await task
        with pytest.raises(aiohttp.ClientConnectorError):
            await moment.open()

    assert "Connection" not in before.headers
    assert (ready.status, ready.json, alive.status) == (503, {"status": "draining"}, 200)
    assert [(one.status, one.headers["Connection"]) for one in heard] == [(200, "close")] * 2
    assert heard[0].json["complete"] is True
    assert (is_over, number) == (False, signal.SIGTERM)


@pytest.mark.asyncio
async def test_an_open_that_came_in_is_answered(tmp_path: Path) -> None:
    """What is under way when it stops accepting is finished whole."""
    async with serving(tmp_path, "100ms") as (moment, task):
        await moment.turn("weather", "ok", latency_ms=800.0)
        under_way = asyncio.create_task(moment.open(bearing=ticket()))
        while (await moment.calls())["weather"] == 0:
            continue
        await told(moment)
        await task
        heard = await under_way

    assert heard.signals["weather"] == ("live", None)


@pytest.mark.asyncio
async def test_a_second_signal_ends_it_now(tmp_path: Path) -> None:
    """A delay of half a minute is not waited out once somebody says it again."""
    async with serving(tmp_path, "30s") as (moment, task):
        await told(moment)
        assert (await moment.open()).status == 200
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(2):
            number = await task

    assert number is signal.SIGTERM


@pytest.mark.asyncio
async def test_somebody_at_a_terminal_is_not_kept_waiting(tmp_path: Path) -> None:
    """SIGINT does not drain."""
    async with serving(tmp_path, "30s") as (_, task):
        os.kill(os.getpid(), signal.SIGINT)
        async with asyncio.timeout(2):
            assert await task is signal.SIGINT


@pytest.mark.parametrize("signals", [1, 2])
def test_the_process_ends_with_0(tmp_path: Path, signals: int) -> None:
    """Told once or twice, `moment serve` ends with 0, its log in JSON and nothing on stdout."""
    folder = config(tmp_path, draining("300ms" if signals == 1 else "60s"))
    free = ("--host", "127.0.0.1", "--port", "0", "--admin-port", "0")
    with Shell(tmp_path).start("serve", "--config", str(folder), *free) as process:
        assert process.stderr is not None
        addresses = next(event for line in process.stderr if (event := orjson.loads(line))["event"] == "serving")
        process.terminate()
        if signals == 2:
            wait_until_draining(addresses["admin"])
            process.terminate()
        out, rest = process.communicate(timeout=PATIENCE_S)

    assert (process.returncode, out) == (0, "")
    assert [orjson.loads(line)["event"] for line in rest.splitlines()] == ["stopped"]
