"""The life of the process: both ports opened or none, and closed without losing an answer."""

import asyncio
import errno
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from gateway.app.serve import Address, CannotListen, Served, until_told
from gateway.errors import ConfigError
from gateway.settings import load_settings
from gateway.tickets import TicketKey
from running import FREE, config, running

pytestmark = pytest.mark.asyncio


def descriptors() -> int:
    """The files and sockets that this process has open."""
    return len(os.listdir("/proc/self/fd"))


@contextmanager
def taken() -> Iterator[Address]:
    """An address on which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield Address(*other.getsockname())


async def settled() -> None:
    """Let what is ending end."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.mark.parametrize("which", ["public", "admin"])
async def test_a_taken_port_is_an_error_and_leaves_nothing_open(tmp_path: Path, which: str) -> None:
    """If either port is taken, it is named and nothing is served: no socket, task or other port stays behind."""
    settings = load_settings(config(tmp_path), {})
    with taken() as busy:
        before, tasks = descriptors(), asyncio.all_tasks()
        ports = {"public": FREE, "admin": FREE, which: busy}
        for _ in range(3):
            with pytest.raises(CannotListen, match="in use") as told:
                await Served.start(settings, ports["public"], ports["admin"])
            assert (told.value.which, told.value.at, told.value.errno) == (which, busy, errno.EADDRINUSE)
            await settled()

        assert (descriptors(), asyncio.all_tasks()) == (before, tasks)


async def test_a_configuration_that_cannot_be_used_opens_nothing(tmp_path: Path) -> None:
    """A fault is told as one of the configuration, before a port is opened, without the key it is about."""
    settings = load_settings(config(tmp_path), {})
    before = descriptors()

    with pytest.raises(ConfigError) as told:
        await Served.start(settings, FREE, FREE, (TicketKey("short", "HS256", "canary"),))

    assert "short" in str(told.value)
    assert "canary" not in str(told.value)
    assert descriptors() == before


async def test_an_answer_under_way_is_finished(tmp_path: Path) -> None:
    """Stopping refuses the next player, lets the answers in flight finish whole, and then holds nothing open."""
    before = descriptors()
    async with running(config(tmp_path)) as moment:
        await moment.turn("weather", "hang")
        last = asyncio.create_task(moment.open())
        while (await moment.calls())["weather"] == 0:
            continue
        stopping = asyncio.create_task(moment.served.stop())
        await settled()
        with pytest.raises(aiohttp.ClientConnectorError):
            await moment.open()
        await stopping

        assert last.done()
        heard = last.result()
    await settled()

    assert heard.signals["weather"] == ("default", "timeout")
    assert heard.signals["stock"] == ("live", None)
    assert descriptors() == before


async def test_stopping_twice_is_stopping_once(tmp_path: Path) -> None:
    """A second stop changes nothing."""
    async with running(config(tmp_path)) as moment:
        await moment.served.stop()
        await moment.served.stop()

        assert moment.served.is_draining


async def test_both_ports_are_told_and_differ(tmp_path: Path) -> None:
    """Port 0 takes a free one for each face, and the addresses are told as they are."""
    async with running(config(tmp_path)) as moment:
        public, admin = moment.served.public, moment.served.admin

    assert 0 not in (public.port, admin.port)
    assert public.port != admin.port
    assert public.url == f"http://127.0.0.1:{public.port}"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
        ("gateway.test", "http://gateway.test:80"),
    ],
)
async def test_an_address_is_told_as_one_would_type_it(host: str, url: str) -> None:
    """What listens on all addresses is reached on this computer's own; IPv6 stands in brackets."""
    assert Address(host, 80).url == url


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_service(tmp_path: Path, number: signal.Signals) -> None:
    """It serves until it is told, says by which signal, takes its signal handlers away and stops."""
    settings = load_settings(config(tmp_path), {})
    served = await Served.start(settings, FREE, FREE)
    told: list[Served] = []

    def tell(one: Served) -> None:
        told.append(one)
        os.kill(os.getpid(), number)

    async with asyncio.timeout(5):
        heard = await until_told(tell, served)

    assert (told, heard) == ([served], number)
    assert served.is_draining
    assert not asyncio.get_running_loop().remove_signal_handler(number)
