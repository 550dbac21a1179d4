"""The root of the command: its sub-commands with an example each, and its version.

What takes long to import is imported inside the commands, so that `--help` answers at once.
"""

from collections.abc import Callable
from typing import Annotated

import typer

from gateway.cli.check import check
from gateway.cli.demo import demo
from gateway.cli.open import open_
from gateway.cli.rehearse import rehearse
from gateway.cli.serve import serve
from gateway.cli.ticket import ticket

COMMANDS: tuple[tuple[str, Callable[..., None], str], ...] = (
    ("demo", demo, "moment demo --once"),
    ("serve", serve, "moment serve --config /etc/moment --port 8080"),
    ("open", open_, "moment open morning --place 51.51,-0.13 --product 41897239806 --sub member-1"),
    ("check", check, "moment check --config config"),
    ("rehearse", rehearse, "moment rehearse morning --persona member-1 --at 2026-11-28T08:00"),
    ("ticket", ticket, "moment ticket --sub member-1 --template morning --ttl 10m"),
)

# Plain help: the decorated one takes longer to import than everything else here together.
app = typer.Typer(
    name="moment",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _name, _command, _example in COMMANDS:
    app.command(_name, epilog=f"Example:  {_example}")(_command)


def _tell_version(is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import version

        typer.echo(f"moment {version('moment-gateway')}")
        raise typer.Exit


@app.callback(epilog="Example:  moment demo")
def _root(
    is_asked: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Tell the version and exit.")
    ] = False,
) -> None:
    """One call by a video player, one answer in time, always fit for its template."""


def main() -> None:
    """Run the command; ends the process with one of the codes of `gateway.cli.exits`."""
    app()
