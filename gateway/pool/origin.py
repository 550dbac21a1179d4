"""Where a source is asked, and what every request there begins with: worked out once a source."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import Final
from urllib.parse import urlsplit

from connectors import Misconfigured
from connectors.contract.policy import is_named
from gateway.ask import Source
from gateway.pool.failures import failed

Key = tuple[str, int, bool]

_PORTS: Final = {"http": 80, "https": 443}
# The same for every viewer: what a shared connector sends must not tell two of them apart.
_FIXED: Final = {
    "accept": "Accept: */*\r\n",
    "accept-encoding": "Accept-Encoding: gzip\r\n",
    "user-agent": f"User-Agent: moment-gateway/{version('moment-gateway')}\r\n",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """The parts of a base address, which no call can change.

    `key` is the origin as the connections name it: host, port, and whether it speaks TLS. `prefix` is the path of the
    base address, `host` the header of that name, `head` the rest of the request's first line and the fixed headers.
    """

    key: Key
    prefix: str
    host: str
    head: str

    def head_without(self, names: frozenset[str]) -> str:
        """The head where a call sets some of the fixed headers itself; the names are in lower case."""
        return _head(self.host, names) if names & _FIXED.keys() else self.head


@lru_cache(maxsize=512)
def origin_of(source: Source) -> Origin:
    """The origin of a source; looked at once a source.

    Raises:
        Failed: the host of its base address is none of its hosts, or its port is none.
    """
    base = urlsplit(source.connector.settings.base_url)
    name = base.hostname or ""
    try:
        port = base.port or _PORTS[base.scheme]
    except ValueError:
        raise failed(Misconfigured, "connector_fault") from None
    if not any(is_named(name, pattern) for pattern in source.hosts):
        raise failed(Misconfigured, "connector_fault")
    host = f"[{name}]" if ":" in name else name
    if port != _PORTS[base.scheme]:
        host = f"{host}:{port}"
    key = (name, port, base.scheme == "https")
    return Origin(key, base.path.rstrip("/"), host, _head(host, frozenset()))


@lru_cache(maxsize=512)
def _head(host: str, without: frozenset[str]) -> str:
    fixed = "".join(line for name, line in _FIXED.items() if name not in without)
    return f" HTTP/1.1\r\nHost: {host}\r\n{fixed}"
