"""From a `Call` to what goes on the wire: an address, headers with their secrets in plain text, the bytes of a body."""

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import orjson
from pydantic import SecretStr
from yarl import URL

from connectors import Call, Misconfigured
from connectors.contract.policy import is_named
from gateway.ask import Source
from gateway.upstream.failures import failed

_NOT_IN_A_VALUE = re.compile(r"[^\t\x20-\x7e]")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_DOT_SEGMENT = re.compile(r"/(\.|%2e){1,2}(/|$)", re.IGNORECASE)
_UNSAFE = re.compile(r"[^A-Za-z0-9_.~-]")
_OURS = frozenset({"connection", "content-length", "expect", "host", "te", "trailer", "transfer-encoding", "upgrade"})
_KEPT_IN_A_PATH = "/%:@!$&'()*+,;=-._~"
_JSON = "application/json"
_MOST_BODY = 256 * 1024


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a source is asked: the parts of its base address, which no call can change.

    `key` is the origin as the connections name it: host, port, and whether it speaks TLS.
    """

    scheme: str
    authority: str
    prefix: str
    key: tuple[str, int | None, bool]


@lru_cache(maxsize=128)
def origin_of(source: Source) -> Origin:
    """The origin of a source; looked at once a source.

    Raises:
        Failed: the host of its base address is none of its hosts.
    """
    base = URL(source.connector.settings.base_url)
    host = base.raw_host or ""
    if not any(is_named(host, pattern) for pattern in source.hosts):
        raise failed(Misconfigured, "connector_fault")
    key = (host, base.port, base.scheme == "https")
    return Origin(base.scheme, base.raw_authority, base.raw_path.rstrip("/"), key)


def url_of(call: Call, origin: Origin) -> URL:
    """The address of a call, encoded once: what was checked is what is sent.

    Raises:
        ValueError: a parameter is no text and no finite number, or the path leaves its place once it is decoded.
    """
    path = call.path if call.path.isascii() else quote(call.path, safe=_KEPT_IN_A_PATH)
    if _DOT_SEGMENT.search(path):
        raise ValueError("a path holds no '.' or '..' segment")
    query = "&".join([f"{_name(name)}={_value(value)}" for name, value in call.params.items()])
    return URL.build(
        scheme=origin.scheme, authority=origin.authority, path=origin.prefix + path, query_string=query, encoded=True
    )


def headers_of(call: Call) -> dict[str, str]:
    """The headers of a call. A secret is plain text from here on: log nothing of what this returns.

    Raises:
        ValueError: a name or a value could end the header, or the header is the transport's own.
    """
    headers = {name: _text(name, value) for name, value in call.headers.items()} if call.headers else {}
    if call.json is not None and not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = _JSON
    return headers


def body_of(call: Call) -> bytes | None:
    """The body of a call.

    Raises:
        TypeError: the object has no JSON form (orjson's JSONEncodeError).
        ValueError: it is too large to be handed over without holding up the loop.
    """
    if call.json is None:
        return None
    body = orjson.dumps(call.json)
    if len(body) > _MOST_BODY:
        raise ValueError("the body of a call has at most 256 KiB")
    return body


@lru_cache(maxsize=512)
def _name(name: str) -> str:
    return quote(name, safe="")


def _value(value: str | int | float) -> str:
    if isinstance(value, str):
        return _UNSAFE.sub(_escaped, value) if value.isascii() else quote(value, safe="")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and math.isfinite(value):
        return str(value).replace("+", "%2B")
    raise ValueError("a parameter is a text or a finite number")


def _escaped(match: re.Match[str]) -> str:
    return f"%{ord(match[0]):02X}"


def _text(name: str, value: Any) -> str:
    plain = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(plain, str) or _NOT_IN_A_VALUE.search(plain):
        raise ValueError("the value of a header is printable ASCII")
    if not _NAME.fullmatch(name) or name.lower() in _OURS:
        raise ValueError("not a header that a call may set")
    return plain
