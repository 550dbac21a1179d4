"""The gateway in this process: its ports, and which option changes one that cannot be had."""

import asyncio
import errno
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType

import typer

from gateway.app.demo import Demo
from gateway.app.serve import Address, CannotListen, Served
from gateway.cli import logs
from gateway.cli.exits import ExitCode, complain
from gateway.settings import Settings
from gateway.tickets import TicketKey

_FLAGS: Mapping[str, str] = MappingProxyType({"public": "--port", "admin": "--admin-port"})


async def start(
    settings: Settings,
    public: Address,
    admin: Address,
    keys: tuple[TicketKey, ...],
    load: Callable[[], Settings] | None = None,
    demo: Demo | None = None,
) -> Served:
    """Open both ports. `load` reads the settings anew, for a reload; `demo` is for its page.

    Raises:
        ConfigError: the configuration cannot be used.
        typer.Exit: a port cannot be had; which, and what to do about it, is said.
    """
    asyncio.get_running_loop().set_exception_handler(logs.lost_exception)
    sys.unraisablehook = logs.thrown_away
    try:
        return await Served.start(settings, public, admin, keys, load, demo)
    except CannotListen as error:
        complain(cannot_listen(error.at.host, error.at.port, error, _FLAGS[error.which]))
        raise typer.Exit(ExitCode.FAILURE) from None


def cannot_listen(host: str, port: int, error: OSError, flag: str) -> str:
    """The line about a port that cannot be had, with the option that changes it."""
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is taken; take another by {flag}"
    return f"cannot listen on {host} at port {port} ({error.strerror or error}); see {flag} and the host"
