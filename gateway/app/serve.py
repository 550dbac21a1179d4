"""The life of the process: both ports opened, kept, and closed in an order that loses no open."""

import asyncio
import logging
import secrets
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Self

from aiohttp import web

from gateway.app.admin import Admin, ending_soon
from gateway.app.assembly import Assembly, assemble
from gateway.app.cors import Origins
from gateway.app.http import Server
from gateway.app.public import Public
from gateway.clock import Clock
from gateway.ids import ulid
from gateway.settings import Settings
from gateway.tickets import TicketKey

_GRACE = 5.0  # seconds for the answers in flight, more than the longest budget

_log = logging.getLogger("moment")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a port listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address as a URL, as somebody on this computer would type it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host and '[' not in host else host}:{self.port}"


class CannotListen(OSError):  # noqa: N818 - it says what is the matter
    """A port that cannot be had: which of the two, and where it was wanted."""

    def __init__(self, which: Literal["public", "admin"], at: Address, error: OSError) -> None:
        super().__init__(error.errno, error.strerror or str(error))
        self.which = which
        self.at = at


class Served:
    """A gateway that listens on its two ports."""

    def __init__(self, assembly: Assembly) -> None:
        self.assembly = assembly
        self.is_draining = False
        self._runners: list[web.ServerRunner] = []
        self.public: Address
        self.admin: Address

    @classmethod
    async def start(
        cls, settings: Settings, public: Address, admin: Address, extra_keys: tuple[TicketKey, ...] = ()
    ) -> Self:
        """Assemble the gateway and open both ports; port 0 takes a free one.

        Raises:
            ConfigError: the configuration cannot be used.
            CannotListen: a port is taken, or is not ours to take.
        """
        clock = Clock(asyncio.get_running_loop().time)
        served = cls(assemble(settings, clock, extra_keys))
        try:
            await served._listen(public, admin)
        except BaseException:
            await served.stop()
            raise
        for warning in ending_soon(served.assembly):
            _log.warning("%s", warning)
        return served

    async def stop(self) -> None:
        """Refuse new connections, let the answers in flight finish, then close everything."""
        self.is_draining = True
        for runner in self._runners:
            await runner.cleanup()
        await self.assembly.pool.close()

    async def _listen(self, public: Address, admin: Address) -> None:
        clock = self.assembly.clock

        def new_id() -> str:
            return ulid(clock.wall(), secrets.token_bytes(10))

        origins = Origins(self.assembly.settings.gateway.public.origins)
        faces = Public(lambda: self.assembly.gateway, origins)
        outside = Server(faces.routes(), new_id, faces.find, origins.headers)
        self.public = await self._open_port("public", outside, public)
        inside = Admin(lambda: self.assembly, lambda: self.is_draining)
        self.admin = await self._open_port("admin", Server(inside.routes(), new_id), admin)

    async def _open_port(self, which: Literal["public", "admin"], server: Server, at: Address) -> Address:
        runner = web.ServerRunner(server, shutdown_timeout=_GRACE)
        self._runners.append(runner)
        await runner.setup()
        try:
            await web.TCPSite(runner, at.host, at.port, backlog=1024).start()
        except OSError as error:
            raise CannotListen(which, at, error) from None
        return Address(at.host, runner.addresses[0][1])


async def until_told(told: Callable[[Served], None], served: Served) -> signal.Signals:
    """Serve until SIGTERM or SIGINT, and say which. `told` is called once both ports are open."""
    stop = asyncio.Event()
    heard: list[signal.Signals] = []
    loop = asyncio.get_running_loop()

    def hear(number: signal.Signals) -> None:
        heard.append(number)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, hear, number)
    try:
        told(served)
        await stop.wait()
        return heard[0]
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
        await served.stop()
