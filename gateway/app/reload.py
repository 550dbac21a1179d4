"""One configuration after another: read whole, checked whole, and swapped by one reference, or not at all.

Opens in flight end on the configuration they began with. What keeps state (guards, pool, admission, ports) is made once
a process: where its sections have changed, the reload says that they want a restart.
"""

import asyncio
import gc
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gateway.app.assembly import Assembly, assemble
from gateway.errors import ConfigError, ConfigFault
from gateway.settings import TEMPLATES_FOLDER, GatewaySettings, Settings
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
                with _giving_way():
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
        settings = load()
        if not settings.templates:  # a volume that is not mounted yet, more likely than a wish to serve nothing
            raise ConfigError(ConfigFault(None, f"no template in {settings.folder / TEMPLATES_FOLDER}"))
        return assemble(settings, self.assembly.engine, self._keys, self.assembly.points)


@contextmanager
def _giving_way() -> Iterator[None]:
    """While a thread computes beside the loop: let the loop in when it wakes, and not after Python's 5 ms.

    The garbage of a reload is collected in small pieces: a collection lets nobody in, and one of a young generation as
    large as opens want it took up to 45 ms.
    """
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(_GIVES_WAY_AFTER)
    gc.set_threshold(_PIECE, _PIECE, thresholds[2])
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*thresholds)


_GIVES_WAY_AFTER = 0.0005
_PIECE = 1000


def _changed(before: GatewaySettings, after: GatewaySettings) -> tuple[str, ...]:
    """The sections that differ in what only a restart changes."""
    return tuple(name for name in GatewaySettings.model_fields if _kept(name, before) != _kept(name, after))


def _kept(name: str, settings: GatewaySettings) -> object:
    """What of a section is read once a process."""
    section = getattr(settings, name)
    if name in _READ_ANEW:
        return None
    if name == "open":
        return settings.open.min_useful
    return section.model_copy(update={"origins": ()}) if name == "public" else section


_READ_ANEW = frozenset({"tickets", "pace"})
