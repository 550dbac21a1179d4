"""The lab as a server: inside a running loop, or as a process of its own."""

import asyncio
import multiprocessing
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection

from aiohttp import web

from gateway.clock import Clock
from gateway.lab.app import build_lab

# The lab owes nobody a graceful end; the server takes this long to give up on answers under way.
_PATIENCE_S = 0.1


async def serve_lab(host: str, port: int, clock: Clock) -> tuple[web.AppRunner, int]:
    """Serve the lab on the running loop; returns its runner, to be cleaned up, and the port it listens on.

    Port 0 takes a free one. A port that is taken raises OSError, and leaves nothing behind.
    """
    runner = web.AppRunner(build_lab(clock), access_log=None, handler_cancellation=True, shutdown_timeout=_PATIENCE_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner, runner.addresses[0][1]


async def serve_until_stopped(
    host: str, port: int, listening: Callable[[int], None], signals: tuple[signal.Signals, ...], lifeline: int | None
) -> None:
    """Serve the lab until one of the signals arrives, or the lifeline, a file descriptor, becomes readable."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in signals:
        loop.add_signal_handler(number, stop.set)
    runner, bound = await serve_lab(host, port, Clock(now=loop.time))
    if lifeline is not None:
        loop.add_reader(lifeline, stop.set)
    try:
        listening(bound)
        await stop.wait()
    finally:
        if lifeline is not None:
            loop.remove_reader(lifeline)
        await runner.cleanup()


def run_lab(
    host: str, port: int, listening: Callable[[int], None], signals: tuple[signal.Signals, ...], lifeline: int | None
) -> None:
    """`serve_until_stopped` on a loop of its own, the faster kind where it is installed."""
    with asyncio.Runner(loop_factory=_fast_loop()) as runner:
        runner.run(serve_until_stopped(host, port, listening, signals, lifeline))


def run_lab_child(host: str, port: int, ready: Connection) -> None:
    """The target of a spawned process: serves until SIGTERM, or until the parent is gone.

    Sends the port it listens on through `ready`, or, when it cannot listen, the error's text, and then exits with 1.
    Ctrl-C reaches the whole process group; it is ignored here, so that the parent ends before its upstreams do.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    try:
        run_lab(host, port, ready.send, (signal.SIGTERM,), parent.sentinel if parent else None)
    except OSError as error:
        with suppress(OSError):  # the parent may be gone, and that may be the very error
            ready.send(error.strerror or str(error))
        raise SystemExit(1) from None


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop]:
    """The constructor of the fastest loop at hand."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop
