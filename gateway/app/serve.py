"""The life of the process: both ports opened, kept, and closed in an order that loses no open."""

import asyncio
import gc
import logging
import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Self

from aiohttp import web

from gateway.app.admin import Admin, warnings_of
from gateway.app.assembly import Assembly, assemble
from gateway.app.connections import Connections
from gateway.app.console import Console
from gateway.app.demo import Demo, Sessions
from gateway.app.engine import start_engine
from gateway.app.http import Server
from gateway.app.laws import connections_law_of, patience_of
from gateway.app.pages import served as files_of
from gateway.app.public import Public
from gateway.app.reload import Reloaded, Reloading
from gateway.clock import Clock
from gateway.ids import ulid
from gateway.settings import Settings
from gateway.tickets import TicketKey
from gateway.web import page, player

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

    def __init__(self, reloading: Reloading) -> None:
        self._reloading = reloading
        self.is_draining = False
        self._runners: list[web.ServerRunner] = []
        self._ticker: asyncio.TimerHandle | None = None
        self._console: Console | None = None
        self.public: Address
        self.admin: Address

    @property
    def assembly(self) -> Assembly:
        """The configuration in force, on its engine."""
        return self._reloading.assembly

    @classmethod
    async def start(
        cls,
        settings: Settings,
        public: Address,
        admin: Address,
        extra_keys: tuple[TicketKey, ...] = (),
        load: Callable[[], Settings] | None = None,
        demo: Demo | None = None,
    ) -> Self:
        """Assemble the gateway and open both ports; port 0 takes a free one. `load` reads the settings for a reload.

        `demo` is what the page of the demo may play with; without it that page has nobody to show itself to.

        Raises:
            ConfigError: the configuration cannot be used.
            CannotListen: a port is taken, or is not ours to take.
        """
        engine = start_engine(settings.gateway, Clock(asyncio.get_running_loop().time))
        try:
            served = cls(Reloading(assemble(settings, engine, extra_keys), extra_keys, load))
        except BaseException:
            await engine.pool.close()
            raise
        try:
            await served._listen(public, admin, demo)
        except BaseException:
            await served.stop()
            raise
        for warning in warnings_of(served.assembly):
            _log.warning("%s", warning)
        served._tick(asyncio.get_running_loop().time())
        return served

    async def reload(self) -> Reloaded:
        """Read the configuration anew and put it in force, whole or not at all."""
        return await self._reloading.reload()

    async def drain(self, told_again: asyncio.Event) -> None:
        """Say that this gateway is not ready, and go on answering until whoever sends opens has noticed."""
        self.is_draining = True
        delay = self.assembly.settings.gateway.drain.delay.total_seconds()
        if delay > 0:
            waiting = asyncio.ensure_future(told_again.wait())
            await asyncio.wait({waiting}, timeout=delay)
            waiting.cancel()

    async def stop(self) -> None:
        """Refuse new connections, let the answers in flight finish and the streams say their end, then close all."""
        self.is_draining = True
        self.assembly.engine.streams.end()
        if self._console is not None:
            self._console.feed.end()
        if self._ticker is not None:
            self._ticker.cancel()
        for runner in self._runners:
            await runner.cleanup()
        await self.assembly.engine.pool.close()

    def _tick(self, due: float) -> None:
        """Tell admission how late the loop wakes."""
        loop = asyncio.get_running_loop()
        engine = self.assembly.engine
        engine.watchdog.beat()
        admission = engine.admission
        admission.tick(loop.time() - due)
        due = loop.time() + admission.law.ticker
        self._ticker = loop.call_at(due, self._tick, due)

    async def _listen(self, public: Address, admin: Address, demo: Demo | None) -> None:
        clock = self.assembly.engine.clock

        def new_id() -> str:
            return ulid(clock.wall(), secrets.token_bytes(10))

        settings, engine = self.assembly.settings.gateway, self.assembly.engine
        patience = patience_of(settings)
        faces = Public(lambda: self.assembly, lambda: self.is_draining, patience.body)
        pages = files_of(player() | page("demo"))
        sessions = {} if demo is None else Sessions(demo, lambda: self.assembly).routes()
        outside = Server(
            {**faces.routes(), **pages, **sessions},
            new_id,
            engine.connections,
            patience,
            faces.find,
            lambda origin: self.assembly.origins.headers(origin),
            engine.metrics,
        )
        self.public = await self._open_port("public", outside, public)
        inside = Admin(lambda: self.assembly, lambda: self.is_draining, self.reload)
        lab = None if demo is None else demo.lab
        console = self._console = Console(
            lambda: self.assembly, lambda: self.is_draining, lambda: f"{self.public.url}/demo/", lab, admin.host
        )
        operators = Connections(connections_law_of(settings))
        watched = Server({**inside.routes(), **console.routes()}, new_id, operators, patience, console.find)
        self.admin = await self._open_port("admin", watched, admin)

    async def _open_port(self, which: Literal["public", "admin"], server: Server, at: Address) -> Address:
        grace = self.assembly.settings.gateway.drain.grace.total_seconds()
        runner = web.ServerRunner(server, shutdown_timeout=grace)
        self._runners.append(runner)
        await runner.setup()
        try:
            await web.TCPSite(runner, at.host, at.port, backlog=1024).start()
        except OSError as error:
            raise CannotListen(which, at, error) from None
        return Address(at.host, runner.addresses[0][1])


async def until_told(told: Callable[[Served], None], served: Served) -> signal.Signals:
    """Serve until SIGTERM or SIGINT, and say which. `told` is called once both ports are open.

    SIGHUP reads the configuration anew. SIGTERM drains first, and a second signal ends that at once; SIGINT, which is
    somebody at a terminal, does not drain.
    """
    loop = asyncio.get_running_loop()
    stop, again = asyncio.Event(), asyncio.Event()
    heard: list[signal.Signals] = []
    reloads: set[asyncio.Task[Reloaded]] = set()

    def hear(number: signal.Signals) -> None:
        heard.append(number)
        (again if stop.is_set() else stop).set()

    def reload() -> None:
        if stop.is_set():
            return
        task = loop.create_task(served.reload())
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    loop.add_signal_handler(signal.SIGHUP, reload)
    for number in _ENDS:
        loop.add_signal_handler(number, hear, number)
    try:
        told(served)
        with _settled_heap(), served.assembly.engine.watchdog.watching():
            await stop.wait()
            if heard[0] is signal.SIGTERM:
                await served.drain(again)
        return heard[0]
    finally:
        # Ours until all is closed: the system's own answer to a second signal would be to lose what is in flight.
        await served.stop()
        for number in (signal.SIGHUP, *_ENDS):
            loop.remove_signal_handler(number)


_ENDS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def _settled_heap() -> Iterator[None]:
    """What was loaded lives as long as the process: the collector need not walk it again and again.

    An open makes many objects and few cycles, so that a young generation of thousands costs no memory worth the name;
    with Python's own thresholds the collector took a sixth of the time of a cold open.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


_YOUNG = 20_000
