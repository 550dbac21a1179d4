"""The talk of a connector with its source: a `Call` out, a `Reply` in, in turns."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

import orjson
from pydantic import SecretStr

S = TypeVar("S")
Talk = Generator["Call", "Reply", S]

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_NOT_IN_A_PATH = frozenset("?#\\") | {chr(code) for code in (*range(33), 127)}
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One HTTP call, described and not performed.

    `path` is joined to the connector's `base_url`; a value inside it must be quoted with `quote(value, safe="")`.
    `params` are encoded by the gateway. A secret may stand in `headers` only, as a `SecretStr`. A status named in
    `expect` comes back as a `Reply`; any other becomes its fault.

    Raises:
        ValueError: the method is unknown, the path could leave its place, or a secret stands in `params`.
    """

    method: str
    path: str
    params: Mapping[str, str | int | float] = field(default_factory=dict)
    headers: Mapping[str, str | SecretStr] = field(default_factory=dict)
    json: Any = None
    expect: tuple[int, ...] = (200,)

    def __post_init__(self) -> None:
        """Check what a vendor's value could have bent."""
        if self.method not in _METHODS:
            raise ValueError(f"unknown method: {self.method[:16]!r}")
        if not self.path.startswith("/") or "//" in self.path or not _NOT_IN_A_PATH.isdisjoint(self.path):
            raise ValueError("a path starts with one '/' and holds no '//', '?', '#', backslash, blank or control")
        if "." in self.path and not {".", ".."}.isdisjoint(self.path.split("/")):
            raise ValueError("a path holds no '.' or '..' segment")
        if any(isinstance(value, SecretStr) for value in self.params.values()):
            raise ValueError("a secret in params would end up in logs: send it in a header")


class Reply:
    """What came back: `at` is the instant of arrival (UTC), the only time a connector sees.

    `headers` are case-insensitive; `body` is decoded and under the policy's cap.
    """

    def __init__(self, at: datetime, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.at = at
        self.status = status
        self.headers = headers
        self.body = body

    @cached_property
    def json(self) -> Any:
        """The body as JSON, parsed once; raises `orjson.JSONDecodeError` (a ValueError) on anything else."""
        return orjson.loads(self.body.removeprefix(_BOM))

    @property
    def text(self) -> str:
        """The body as UTF-8 text; raises UnicodeDecodeError (a ValueError) on anything else."""
        return self.body.decode("utf-8-sig")
