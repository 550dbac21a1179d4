"""What is left behind: after a thousand opens with faults, and after a storm of players who leave, nothing."""

import asyncio
import gc
import os
import random
from contextlib import suppress
from pathlib import Path

import orjson
import pytest

from gateway.lab.faults import Mode
from running import CONTEXT, SOURCES, Edit, Running, config, running, ticket

pytestmark = pytest.mark.asyncio

WAVES, IN_A_WAVE = 25, 40
IMPATIENT: Edit = ("connectors.yaml", "timeout: 1s", "timeout: 60ms, ttl: 1ms")


def descriptors() -> int:
    """The files and sockets that this process has open."""
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


def in_use(moment: Running) -> dict[str, int]:
    """What the gateway has out: connections that carry a call, calls, waiters, errands and refreshes."""
    assembly = moment.served.assembly
    engine = assembly.engine
    flight = engine.stack.flight.statistics()
    return {
        "connections": engine.pool.statistics().open - engine.pool.statistics().idle,
        "flying": flight.flying,
        "waiting": flight.waiting,
        "errands": engine.stack.batch.statistics().running,
        "refreshing": engine.stack.cache.statistics().refreshing,
    }


def busy() -> int:
    """The tasks that are more than a connection kept open for its next request."""
    return sum(task.get_coro().__qualname__ != "RequestHandler.start" for task in asyncio.all_tasks())


async def quiet(moment: Running) -> dict[str, int]:
    """What is in use once all that was begun has ended; it has five seconds for that."""
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            while any(in_use(moment).values()):
                await moment.ask("GET", "/livez", admin=True)
    return in_use(moment)


async def test_a_thousand_opens_with_faults_leave_nothing(tmp_path: Path) -> None:
    """Whatever the sources did, no task, no connection in use, no waiter and no descriptor stays behind."""
    chance = random.Random(11)
    before = descriptors()
    async with running(config(tmp_path, IMPATIENT)) as moment:
        tasks = busy()
        statuses: set[str] = set()
        for _ in range(WAVES):
            for source in SOURCES.values():
                await moment.turn(source, chance.choice(list(Mode)))
            bearings = [ticket(f"viewer-{chance.randrange(9)}") for _ in range(IN_A_WAVE)]
            products = [str(chance.randrange(9)) for _ in range(IN_A_WAVE)]
            opens = [
                moment.open(bearing=bearing, context={**CONTEXT, "product": product})
                for bearing, product in zip(bearings, products, strict=True)
            ]
            for heard in await asyncio.gather(*opens):
                statuses |= {status for status, _ in heard.signals.values()}
        left, more = await quiet(moment), busy() - tasks

    assert set(left.values()) == {0}
    assert more <= 2
    assert statuses >= {"live", "stale", "default"}
    assert abs(descriptors() - before) <= 2


async def test_a_storm_of_players_who_leave_stops_nobody(tmp_path: Path) -> None:
    """Three hundred players ask and go, before, while and after they are heard; the next twelve are served."""
    body = orjson.dumps({"template": "morning", "ticket": ticket(), "context": CONTEXT})
    request = b"POST /v1/open HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    chance = random.Random(13)
    async with running(config(tmp_path)) as moment:
        await moment.turn("loyalty", "hang")
        at = moment.served.public
        tasks = busy()

        async def leaves() -> None:
            _, writer = await asyncio.open_connection(at.host, at.port)
            writer.write(request[: chance.choice((10, len(request) // 2, len(request), len(request)))])
            await writer.drain()
            for _ in range(chance.randrange(6)):
                await asyncio.sleep(0)
            writer.transport.abort()

        for _ in range(10):
            await asyncio.gather(*(leaves() for _ in range(30)))
        await moment.turn("loyalty", "ok")
        left, more = await quiet(moment), busy() - tasks
        heard = await asyncio.gather(*(moment.open(bearing=ticket(f"next-{number}")) for number in range(12)))

    assert set(left.values()) == {0}
    assert more <= 2
    assert {status for one in heard for status, _ in one.signals.values()} <= {"live", "fresh"}
