"""What is paid for is what was written: through the real pool, against an upstream that answers or does not."""

import asyncio

import pytest

from connectors import Call, Talk
from raw_upstream import Asked, Id, Plain, Thing, reply
from virtual_time import in_virtual_time
from wired_bench import bench, until, until_asked


class Twice(Plain):
    """Asks two calls, one after the other."""

    def read(self, query: Id) -> Talk[Thing]:
        yield Call("GET", "/v1/first", params={"id": query.id})
        reply = yield Call("GET", "/v1/second", params={"id": query.id})
        return Thing.model_validate(reply.json)


async def silent(asked: Asked) -> None:
    """Takes the request, and says nothing."""


@pytest.mark.parametrize("turns", [1, 2])
@in_virtual_time
async def test_what_is_cancelled_before_it_is_written_costs_nothing(turns: int) -> None:
    """The connection is still to be made: the token is back, nothing is counted, and nothing came in."""
    async with bench(silent) as made:
        task = made.begin()
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})

        assert made.rig.pool.statistics().calls == 1
        assert (made.paid, made.told, made.rig.upstream.requests) == (0.0, [], [])


@in_virtual_time
async def test_what_is_cancelled_after_it_was_written_costs_one() -> None:
    """The vendor has it, and counts it, whether anybody waits or not."""
    async with bench(silent) as made:
        task = made.begin()
        await until_asked(made, 1)
        task.cancel()
        await asyncio.wait({task})

        assert (made.paid, made.told) == (1.0, [1])


@in_virtual_time
async def test_a_talk_that_is_cancelled_in_its_second_call_costs_two() -> None:
    """Each call that was written is one, though the errand was one."""

    async def first_only(asked: Asked) -> None:
        if asked.number == 1:
            await asked.send(reply())

    async with bench(first_only, Twice) as made:
        task = made.begin()
        await until_asked(made, 2)
        task.cancel()
        await asyncio.wait({task})

        assert (made.paid, made.told) == (2.0, [2])


@in_virtual_time
async def test_an_attempt_is_not_charged_for_the_one_before_it() -> None:
    """The first failed and was paid for; the second is cut short before it is written: one call in all."""

    async def unwell(asked: Asked) -> None:
        await asked.send(reply(b"", "503 Service Unavailable", "Connection: close"))

    async with bench(unwell) as made:
        task = made.begin()
        await until(lambda: made.rig.pool.statistics().calls == 2)
        task.cancel()
        await asyncio.wait({task})

        assert (made.paid, made.told) == (1.0, [1])


@in_virtual_time
async def test_what_is_answered_costs_its_calls() -> None:
    """As ever: one for a plain read, two for a talk of two."""

    async def named(asked: Asked) -> None:
        await asked.send(reply())

    async with bench(named, Twice) as made:
        await made.begin()
        assert (made.paid, made.told) == (2.0, [2])
    async with bench(named) as made:
        await made.begin()
        assert (made.paid, made.told) == (1.0, [1])
