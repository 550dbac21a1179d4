"""One configuration after another: read whole, checked whole, and swapped by one reference, or not at all.

Opens in flight end on the configuration they began with. What keeps state (guards, pool, admission, ports) is made once
a process: where its sections have changed, the reload says that they want a restart.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from gateway.app.assembly import Assembly, assemble
from gateway.errors import ConfigError
from gateway.settings import GatewaySettings, Settings
from gateway.tickets import TicketKey

_log = logging.getLogger("moment")


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What came of a reload: in force, or every fault; and the sections that only a restart changes."""

    is_in_force: bool
    faults: tuple[str, ...]
    wants_restart: tuple[str, ...]


class Reloading:
    """Holds the assembly in force. `load` reads the settings anew; without it there is nothing to reload from."""

    def __init__(self, first: Assembly, keys: tuple[TicketKey, ...], load: Callable[[], Settings] | None) -> None:
        self.assembly = first
        self._keys = keys
        self._load = load
        self._turn = asyncio.Lock()
        self._began_with = first.settings.gateway

    async def reload(self) -> Reloaded:
        """Read, check and swap; the reading is done beside the loop, so that opens go on meanwhile."""
        if self._load is None:
            return Reloaded(False, ("this gateway was started without a folder to read from",), ())
        async with self._turn:
            try:
                fresh = await asyncio.get_running_loop().run_in_executor(None, self._fresh, self._load)
            except ConfigError as error:
                faults = tuple(map(str, error.faults))
                _log.error("reload refused, the old configuration stays: %s", "; ".join(faults))
                return Reloaded(False, faults, ())
            except Exception as error:  # a bug of ours must not take down what runs
                _log.exception("reload failed, the old configuration stays")
                return Reloaded(False, (f"the gateway failed to read it: {type(error).__name__}",), ())
            self.assembly = fresh
        waits = _changed(self._began_with, fresh.settings.gateway)
        _log.info("configuration reloaded%s", f"; a restart is wanted for {', '.join(waits)}" if waits else "")
        return Reloaded(True, (), waits)

    def _fresh(self, load: Callable[[], Settings]) -> Assembly:
        return assemble(load(), self.assembly.engine, self._keys)


def _changed(before: GatewaySettings, after: GatewaySettings) -> tuple[str, ...]:
    """The sections that differ in what only a restart changes."""
    return tuple(name for name in GatewaySettings.model_fields if _kept(name, before) != _kept(name, after))


def _kept(name: str, settings: GatewaySettings) -> object:
    """What of a section is read once a process."""
    if name == "tickets":
        return None
    if name == "open":
        return settings.open.min_useful
    return (settings.public.host, settings.public.port) if name == "public" else getattr(settings, name)
