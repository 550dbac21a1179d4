"""A name with several addresses is reached by the first that answers, and by none that is not allowed."""

import asyncio
import ipaddress
import os
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from connectors import Call
from gateway.pool.opening import Opener, of_the_system
from raw_upstream import LOOPBACK, Rig, always, reply

Play = Callable[..., Any]
ANSWERS, REFUSES, SILENT, FORBIDDEN = "127.0.0.1", "127.0.0.2", "127.0.0.3", "10.0.0.1"


class Book:
    """Knows the addresses of every name, without asking anybody."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(self, host: str) -> tuple[str, ...]:
        return self.addresses

    def close(self) -> None:
        pass


async def fate(rig: Rig) -> tuple[tuple[str, str | None], float]:
    """How a call ends, and after how long."""
    began = rig.clock.now()
    return await rig.fate(), rig.clock.now() - began


@pytest.fixture
def silence() -> Iterator[Callable[[int], None]]:
    """Makes an address that takes connections at this port and never answers."""
    kept: list[socket.socket] = []

    def make(port: int) -> None:
        full = socket.socket()
        kept.append(full)
        full.bind((SILENT, port))
        full.listen(0)
        filling = socket.create_connection((SILENT, port))
        kept.append(filling)

    yield make
    for one in kept:
        one.close()


LIVE = ("live", '{"id": "a"}')


@pytest.mark.parametrize(
    ("addresses", "found", "blocked"),
    [
        ((ANSWERS,), LIVE, 0),
        ((REFUSES, ANSWERS), LIVE, 0),
        ((REFUSES, REFUSES, ANSWERS, REFUSES), LIVE, 0),
        ((FORBIDDEN, ANSWERS), LIVE, 1),
        ((REFUSES,), ("error", "connect_refused"), 0),
        ((REFUSES, REFUSES), ("error", "connect_refused"), 0),
        ((FORBIDDEN, REFUSES), ("error", "connect_refused"), 1),
        ((FORBIDDEN, FORBIDDEN), ("error", "blocked_address"), 2),
        (("::1", ANSWERS), LIVE, 0),
    ],
)
def test_a_no_costs_no_time(addresses: tuple[str, ...], found: Any, blocked: int, play: Play) -> None:
    """Where an address refuses or may not be reached the next is tried at once; of all that failed one word is told."""

    async def scenario(rig: Rig) -> None:
        assert await fate(rig) == (found, pytest.approx(0, abs=0.005))
        assert rig.pool.statistics().blocked == blocked

    play(always(reply()), scenario, host="localhost", resolver=Book(*addresses))


def test_silence_costs_a_moment(silence: Callable[[int], None], play: Play) -> None:
    """An address that says nothing is passed by after 25 ms, and the one that answers is used."""

    async def scenario(rig: Rig) -> None:
        silence(rig.upstream.port)
        assert await fate(rig) == (LIVE, pytest.approx(0.025, abs=0.005))
        assert rig.upstream.connections == 1

    play(always(reply()), scenario, host="localhost", resolver=Book(SILENT, ANSWERS))


@pytest.mark.parametrize("addresses", [(SILENT,), (SILENT, SILENT), (SILENT, REFUSES), (FORBIDDEN, SILENT)])
def test_silence_everywhere_ends_with_the_connect_limit(
    addresses: tuple[str, ...], silence: Callable[[int], None], play: Play
) -> None:
    """Nobody answers: the call has its limit for connecting and no more, and at most half of what it has."""

    async def scenario(rig: Rig) -> None:
        silence(rig.upstream.port)
        assert await fate(rig) == (("timeout", "connect_timeout"), pytest.approx(0.1, abs=0.005))
        began = rig.clock.now()
        assert await rig.fate(within=0.06) == ("timeout", "connect_timeout")
        assert rig.clock.now() - began == pytest.approx(0.03, abs=0.005)
        assert rig.pool.statistics().open == 0

    play(always(reply()), scenario, host="localhost", resolver=Book(*addresses))


class Delayed(Opener):
    """Takes so long to begin with the first address, and so many turns of the loop more."""

    delay = 0.0
    turns = 0

    async def _reach(self, address: str, port: int) -> socket.socket:
        if address == ANSWERS:
            await asyncio.sleep(self.delay)
            for _ in range(self.turns):
                await asyncio.sleep(0)
        return await super()._reach(address, port)


@pytest.mark.parametrize(
    ("delay", "turns"), [(0.0, 0), (0.024, 0), *((0.025, turns) for turns in range(8)), (0.026, 0), (0.03, 0)]
)
def test_two_that_answer_leave_one_connection(delay: float, turns: int, play: Play) -> None:
    """Of connections that come one after the other, or at the same time, one is used and the other closed."""

    async def scenario(rig: Rig) -> None:
        other = await asyncio.start_server(rig.upstream.serve, REFUSES, rig.upstream.port)
        opener = Delayed(Book(), of_the_system(), LOOPBACK, lambda: None)  # type: ignore[arg-type]
        opener.delay, opener.turns = delay, turns
        before = sockets_out(rig.upstream.port)
        won = await opener._race((ANSWERS, REFUSES), rig.upstream.port)
        await asyncio.sleep(0.05)
        other.close()

        assert sockets_out(rig.upstream.port) - before == {won.fileno()}
        won.close()

    play(always(reply()), scenario)


def sockets_out(port: int) -> set[int]:
    """The descriptors of this process that are connected to a port."""
    found = set()
    for number in map(int, os.listdir("/proc/self/fd")):
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                with socket.socket(fileno=os.dup(number)) as one:
                    found |= {number} if one.getpeername()[1:] == (port,) else set()
    return found


@pytest.mark.parametrize("k", [0.0, 0.01, 0.03, 0.06])
def test_leaving_a_race_leaves_nothing(k: float, silence: Callable[[int], None], play: Play) -> None:
    """Whoever leaves while addresses are tried takes every try along."""

    async def scenario(rig: Rig) -> None:
        silence(rig.upstream.port)
        files, tasks = len(os.listdir("/proc/self/fd")), len(asyncio.all_tasks())
        call = asyncio.ensure_future(rig.ask(Call("GET", "/v1")))
        await asyncio.sleep(k)
        call.cancel()
        await asyncio.wait({call})
        for _ in range(5):
            await asyncio.sleep(0)

        assert call.cancelled()
        assert (len(os.listdir("/proc/self/fd")), len(asyncio.all_tasks())) == (files, tasks)
        assert rig.pool.statistics().open == 0

    play(always(reply()), scenario, host="localhost", resolver=Book(SILENT, SILENT))


def test_where_a_connection_goes_is_looked_at_and_not_what_was_said(play: Play) -> None:
    """A name that pointed to an allowed address and now points to another one is refused there."""
    book = Book(ANSWERS)

    async def scenario(rig: Rig) -> None:
        assert (await rig.fate(reuse=False))[0] == "live"
        book.addresses = (REFUSES,)
        assert await rig.fate(reuse=False) == ("error", "blocked_address")

    play(always(reply()), scenario, host="localhost", resolver=book, allow_private=(ipaddress.ip_network(ANSWERS),))
