"""The parts that outlive a configuration: the measured reserve, and what is recorded of an answer."""

import asyncio
from pathlib import Path

import pytest

from gateway.budget import deadline
from running import config, running, ticket


@pytest.mark.asyncio
async def test_the_reserve_is_measured_once_there_are_enough_answers(tmp_path: Path) -> None:
    """What is kept back is one and a half times how long nearly all answers take, known from a hundred of them on."""
    async with running(config(tmp_path)) as moment:
        engine = moment.served.assembly.engine
        law = moment.served.assembly.gateway.front.law
        for _ in range(99):
            engine.finishes.add("finish", 0.004)
        before = engine.finish_p99()
        engine.finishes.add("finish", 0.004)
        engine.finishes._windows["finish"].reckoned = float("-inf")

        assert before == 0.0
        assert engine.finish_p99() == 0.004
        assert deadline(0.0, None, 0.4, engine.finish_p99(), law).reserve == pytest.approx(0.006)


@pytest.mark.asyncio
async def test_every_answer_is_measured(tmp_path: Path) -> None:
    """Each open adds the time from the end of collecting to the answer's last byte."""
    async with running(config(tmp_path)) as moment:
        for _ in range(3):
            await moment.open(bearing=ticket())
        await asyncio.sleep(0)
        engine = moment.served.assembly.engine

        assert len(engine.finishes._windows["finish"].samples) == 3
        assert all(0 <= seconds < 1 for _, seconds in engine.finishes._windows["finish"].samples)


@pytest.mark.asyncio
async def test_a_player_who_leaves_ends_what_nobody_else_needs(tmp_path: Path) -> None:
    """With the connection gone the open is over: its waiters leave, and admission counts it no more."""
    async with running(config(tmp_path, ("connectors.yaml", "timeout: 1s", "timeout: 1s, ttl: 0s"))) as moment:
        for source in ("weather", "inventory", "loyalty", "market"):
            await moment.turn(source, "hang")
        engine = moment.served.assembly.engine
        host, port = moment.served.public.host, moment.served.public.port
        _, writer = await asyncio.open_connection(host, port)
        body = b'{"template": "morning", "context": {"place": {"lat": 51.5, "lon": -0.1}, "product": "41897239806"}}'
        writer.write(b"POST /v1/open HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        async with asyncio.timeout(2):
            while engine.stack.flight.statistics().waiting < 2:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0)
            inside = engine.admission.statistics().in_flight
            writer.close()
            while engine.stack.flight.statistics().waiting:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0)

        assert inside == 1
        assert engine.admission.statistics().in_flight == 0
