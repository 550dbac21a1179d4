"""The folder of the configuration: where it is, and all that is in it, read at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from gateway.errors import ConfigError, ConfigFault, Mark
from gateway.settings.connectors import ConnectorEntry, read_connectors
from gateway.settings.document import Document
from gateway.settings.gateway import GatewaySettings
from gateway.settings.reader import read_document
from gateway.settings.room import faults_of_room
from gateway.settings.validation import validate

T = TypeVar("T")

GATEWAY_FILE = "gateway.yaml"
CONNECTORS_FILE = "connectors.yaml"
TEMPLATES_FOLDER = "templates"

# The copy that an installed wheel carries; a checkout has the folder `config` instead.
PACKAGED = Path(str(files("gateway") / "_config"))


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the folder says. Templates are parsed and no more: what they mean is not a setting."""

    folder: Path
    gateway: GatewaySettings
    connectors: Mapping[str, ConnectorEntry]
    templates: tuple[Document, ...]


def find_config(explicit: Path | None, env: Mapping[str, str], cwd: Path, packaged: Path = PACKAGED) -> Path:
    """The folder of the configuration: `--config`, then `$MOMENT_CONFIG`, then `./config`, then the packaged copy.

    A place that somebody named is the only one looked at: a slip there must not start the gateway on something else.
    A folder `config` that is not the gateway's own, as many projects have one, is passed over.

    Raises:
        ConfigError: there is none; the message names each place.
    """
    named = _named(explicit, env)
    if named is not None:
        source, place = named
        if not (cwd / place).is_dir():
            raise ConfigError(ConfigFault(None, f"no configuration: {source} names {str(place)!r}, which is no folder"))
        return cwd / place
    looked_at = (cwd / "config", packaged)
    for place in looked_at:
        if (place / GATEWAY_FILE).is_file():
            return place
    places = ", ".join(["--config (not given)", "$MOMENT_CONFIG (not set)", *map(str, looked_at)])
    raise ConfigError(ConfigFault(None, f"no configuration: no {GATEWAY_FILE} in any of {places}"))


def _named(explicit: Path | None, env: Mapping[str, str]) -> tuple[str, Path] | None:
    if explicit is not None:
        return "--config", explicit
    variable = env.get("MOMENT_CONFIG")
    return ("$MOMENT_CONFIG", Path(variable)) if variable else None


def load_settings(folder: Path, env: Mapping[str, str]) -> Settings:
    """Read the whole folder; `env` is the environment that `${…}` may name.

    Raises:
        ConfigError: something in it is wrong; the faults of all files together.
    """
    faults: list[ConfigFault] = []

    def kept(read: Callable[[], T]) -> T | None:
        try:
            return read()
        except ConfigError as error:
            faults.extend(error.faults)
            return None

    document = kept(lambda: read_document(folder / GATEWAY_FILE, env))
    gateway = None if document is None else kept(lambda: validate(document, GatewaySettings))
    connectors = kept(lambda: read_connectors(read_document(folder / CONNECTORS_FILE, env)))
    paths = kept(lambda: _template_files(folder / TEMPLATES_FOLDER)) or ()
    templates = [kept(partial(read_document, path, env)) for path in paths]
    if document is not None and gateway is not None and connectors is not None:
        faults.extend(faults_of_room(document, gateway, connectors))
    if faults or gateway is None or connectors is None:
        raise ConfigError(*faults)
    return Settings(folder, gateway, connectors, tuple(document for document in templates if document is not None))


def _template_files(folder: Path) -> tuple[Path, ...]:
    """The files of the templates by name; none where there is no such folder. Hidden files are an editor's own."""
    found = sorted(path for path in folder.glob("*") if not path.name.startswith("."))
    ignored = [path for path in found if path.suffix == ".yml"]
    if ignored:
        message = "a template's file ends in .yaml, so this one would not be read"
        raise ConfigError(*(ConfigFault(Mark(str(path), 1, 1), message, path.stem + ".yaml") for path in ignored))
    return tuple(path for path in found if path.suffix == ".yaml")
