"""How the command ends: the codes, and the ways to get there with a clear line on stderr."""

import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

import typer

from gateway.errors import ConfigError, ConfigFault, Mark


class ExitCode(IntEnum):
    """What a script may rely on; 78 is EX_CONFIG, 130 what a shell makes of Ctrl-C."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    BAD_CONFIG = 78
    INTERRUPTED = 130


OF_SIGNAL: Mapping[signal.Signals, ExitCode] = MappingProxyType(
    {signal.SIGTERM: ExitCode.OK, signal.SIGINT: ExitCode.INTERRUPTED}
)


def complain(message: str) -> None:
    """Say what is wrong, on stderr."""
    print(f"moment: {message}", file=sys.stderr)


def fail(message: str) -> NoReturn:
    """End with the code of a failure."""
    complain(message)
    raise typer.Exit(ExitCode.FAILURE)


@contextmanager
def bad_config_ends_it() -> Iterator[None]:
    """Where the configuration cannot be used, print every fault, one a line, and end with its code."""
    try:
        yield
    except ConfigError as error:
        for fault in error.faults:
            print(nearby(fault, Path.cwd()), file=sys.stderr)
        raise typer.Exit(ExitCode.BAD_CONFIG) from None


def nearby(fault: ConfigFault, cwd: Path) -> ConfigFault:
    """The fault with its file as somebody in this folder would type it."""
    if fault.mark is None or not Path(fault.mark.file).is_relative_to(cwd):
        return fault
    near = Mark(str(Path(fault.mark.file).relative_to(cwd)), fault.mark.line, fault.mark.column)
    return ConfigFault(near, fault.message, fault.fix)
