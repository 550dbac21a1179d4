"""Installed plugins, and the running of their code: whatever that raises costs the plugin and nobody else."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TypeVar

from connectors import contract
from gateway.errors import ConfigError, ConfigFault

GROUP = "moment.connectors"

T = TypeVar("T")

_CHECKS = Path(contract.__file__).parent


@dataclass(frozen=True, slots=True)
class Broken:
    """A plugin that could not be loaded: where it came from, why in one line, and the whole of it."""

    name: str
    distribution: str
    message: str
    detail: str


def installed() -> dict[str, EntryPoint]:
    """The entry points of all installed connectors and derivations, by name.

    Raises:
        ConfigError: two distributions give the same name.
    """
    found: dict[str, EntryPoint] = {}
    faults = []
    for point in entry_points(group=GROUP):
        other = found.setdefault(point.name, point)
        if (other.value, distribution_of(other)) != (point.value, distribution_of(point)):
            owners = f"{distribution_of(other)} and {distribution_of(point)}"
            faults.append(ConfigFault(None, f"connector {point.name!r} is installed twice, by {owners}"))
    if faults:
        raise ConfigError(*faults)
    return found


def distribution_of(point: EntryPoint) -> str:
    """The name and version of what an entry point came with."""
    return f"{point.dist.name} {point.dist.version}" if point.dist else "an unknown distribution"


def attempt(point: EntryPoint, run: Callable[[], T], *, knows_secrets: bool = False) -> T | Broken:
    """Run a plugin's code, which may raise anything, `SystemExit` too.

    Where it knows the settings, its own words are not repeated: they could hold a secret.

    Raises:
        ConfigError: what the operator wrote does not fit.
        KeyboardInterrupt: somebody wants the whole process to end.
    """
    try:
        return run()
    except (ConfigError, KeyboardInterrupt):
        raise
    except BaseException as error:
        kind = type(error).__name__
        trace = "".join(traceback.format_tb(error.__traceback__))
        if knows_secrets:
            return broken(point, f"{kind}{_where(error)}", f"{trace}{kind}\n")
        message = " ".join(traceback.format_exception_only(error)[-1].split())
        return broken(point, f"{message}{_where(error)}", "".join(traceback.format_exception(error)))


def broken(point: EntryPoint, message: str, detail: str = "") -> Broken:
    """The plugin of an entry point as one that could not be loaded."""
    return Broken(point.name, distribution_of(point), message, detail or message)


def _where(error: BaseException) -> str:
    """The line that failed: the last one that is neither the import machinery's nor that of a check of ours."""
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [one for one in frames if not one.filename.startswith("<") and Path(one.filename).parent != _CHECKS]
    last = (theirs or frames)[-1]
    return f" ({Path(last.filename).name}, line {last.lineno})"
