"""From a `Call` to what goes on the wire: one piece of bytes, its secrets in plain text from here on."""

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote

import orjson
from pydantic import SecretStr

from connectors import Call
from gateway.pool.origin import Origin

_NOT_IN_A_VALUE = re.compile(r"[^\t\x20-\x7e]")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_DOT_SEGMENT = re.compile(r"/(\.|%2e){1,2}(/|$)", re.IGNORECASE)
_UNSAFE = re.compile(r"[^A-Za-z0-9_.~-]")
_OURS = frozenset({"connection", "content-length", "expect", "host", "te", "trailer", "transfer-encoding", "upgrade"})
_KEPT_IN_A_PATH = "/%:@!$&'()*+,;=-._~"
_MOST_BODY = 256 * 1024
_HAS_A_BODY = frozenset({"POST", "PUT", "PATCH"})


def request_of(call: Call, origin: Origin, *, alone: bool) -> bytes:
    """The whole request; `alone` says that its connection is used for no other.

    Log nothing of what this returns.

    Raises:
        ValueError: the call could be read as another by who receives it, or is too large.
        TypeError: its JSON has no form on the wire (orjson's JSONEncodeError).
    """
    head, own = origin.head, ""
    headers = call.headers
    if headers or call.json is not None or call.method in _HAS_A_BODY:
        lines, names = _lines(headers)
        body = _body_of(call)
        if call.json is not None and "content-type" not in names:
            lines.append("Content-Type: application/json\r\n")
        if body or call.method in _HAS_A_BODY:
            lines.append(f"Content-Length: {len(body)}\r\n")
        head, own = origin.head_without(frozenset(names)), "".join(lines)
    else:
        body = b""
    end = "Connection: close\r\n\r\n" if alone else "\r\n"
    return f"{call.method} {target_of(call, origin.prefix)}{head}{own}{end}".encode("ascii") + body


def target_of(call: Call, prefix: str) -> str:
    """The path and the query of a call, encoded once: what was checked is what is sent.

    Raises:
        ValueError: a parameter is no text and no finite number, or the path leaves its place once it is decoded.
    """
    path = call.path if call.path.isascii() else quote(call.path, safe=_KEPT_IN_A_PATH)
    if _DOT_SEGMENT.search(path):
        raise ValueError("a path holds no '.' or '..' segment")
    if not call.params:
        return prefix + path
    query = "&".join([f"{_name(name)}={_value(value)}" for name, value in call.params.items()])
    return f"{prefix}{path}?{query}"


def _lines(headers: Mapping[str, str | SecretStr]) -> tuple[list[str], set[str]]:
    """The headers of a call as they are sent, and their names in lower case.

    Raises:
        ValueError: a name is no token, or belongs to the connection; a value holds more than printable ASCII.
    """
    lines, names = [], set()
    for name, value in headers.items():
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not isinstance(plain, str) or _NOT_IN_A_VALUE.search(plain):
            raise ValueError("the value of a header is printable ASCII")
        names.add(_lower(name))
        lines.append(f"{name}: {plain}\r\n")
    return lines, names


@lru_cache(maxsize=512)
def _lower(name: str) -> str:
    lower = name.lower()
    if not _NAME.fullmatch(name) or lower in _OURS:
        raise ValueError("not a header that a call may set")
    return lower


def _body_of(call: Call) -> bytes:
    if call.json is None:
        return b""
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
