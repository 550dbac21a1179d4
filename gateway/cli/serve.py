"""`moment serve`: the gateway as a process, until SIGTERM or Ctrl-C."""

import logging
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import logs
from gateway.cli.exits import OF_SIGNAL, bad_config_ends_it
from gateway.cli.options import Config

if TYPE_CHECKING:
    from gateway.app.serve import Address, Served
    from gateway.settings import Settings
    from gateway.tickets import TicketKey

_log = logging.getLogger("moment")


def serve(
    config: Config = None,
    is_dev: Annotated[
        bool, typer.Option("--dev", help="Take tickets that `moment ticket` mints. Not where real viewers are.")
    ] = False,
    host: Annotated[
        str | None, typer.Option(metavar="HOST", help="Where players reach it; else as configured.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(metavar="PORT", min=0, max=65_535, help="The port for players; else as configured.")
    ] = None,
    admin_port: Annotated[
        int | None, typer.Option(metavar="PORT", min=0, max=65_535, help="The port for operators; else as configured.")
    ] = None,
) -> None:
    """Serve the gateway until SIGTERM or Ctrl-C.

    Logs go to stderr: text at a terminal, else a JSON object a line.
    """
    from gateway.app.serve import Address
    from gateway.cli.keys import check_keys, development_key
    from gateway.cli.loops import run
    from gateway.settings import find_config, load_settings

    logs.begin(logging.INFO)
    with bad_config_ends_it():
        folder = find_config(config, os.environ, Path.cwd())

        def load() -> "Settings":
            read = load_settings(folder, os.environ)
            check_keys(read, os.environ)
            return read

        settings = load()
        stated = settings.gateway
        public = Address(host or stated.public.host, stated.public.port if port is None else port)
        admin = Address(stated.admin.host, stated.admin.port if admin_port is None else admin_port)
        keys = (development_key(os.environ),) if is_dev else ()
        raise typer.Exit(OF_SIGNAL[run(_serve(settings, public, admin, keys, load))])


async def _serve(
    settings: "Settings",
    public: "Address",
    admin: "Address",
    keys: "tuple[TicketKey, ...]",
    load: "Callable[[], Settings]",
) -> signal.Signals:
    from gateway.app.serve import until_told
    from gateway.cli.running import start

    if keys:
        _log.warning("tickets signed with the key of development are taken")
    number = await until_told(_tell, await start(settings, public, admin, keys, load))
    _log.info("stopped", extra={"facts": {"signal": number.name}})
    return number


def _tell(served: "Served") -> None:
    folder = served.assembly.settings.folder
    facts = {"public": served.public.url, "admin": served.admin.url, "config": str(folder)}
    _log.info("serving", extra={"facts": facts})
