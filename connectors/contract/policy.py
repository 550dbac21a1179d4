"""What a connector declares about being asked: who may share an answer, how long it may take and be kept, and where."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_LONGEST_TIMEOUT = timedelta(seconds=1)
_HOST = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def ms(count: float) -> timedelta:
    """A duration of that many milliseconds."""
    return timedelta(milliseconds=count)


def seconds(count: float) -> timedelta:
    """A duration of that many seconds."""
    return timedelta(seconds=count)


def minutes(count: float) -> timedelta:
    """A duration of that many minutes."""
    return timedelta(minutes=count)


def hours(count: float) -> timedelta:
    """A duration of that many hours."""
    return timedelta(hours=count)


class Scope(StrEnum):
    """Who may be given an answer that was fetched once: anybody with the same query, or that viewer alone."""

    SHARED = "shared"
    VIEWER = "viewer"


def host_pattern(host: str) -> str:
    """A host name in lower case, or one with `*.` in front, which stands for exactly one label."""
    if not _HOST.fullmatch(host) or (host.startswith("*.") and host.count(".") < 2):
        raise ValueError("a host is a literal name in lower case, or '*.' and a domain of at least two labels")
    return host


def is_named(host: str, pattern: str) -> bool:
    """Whether a host is the one named, or has exactly one label where the name has `*`."""
    if not pattern.startswith("*."):
        return host == pattern
    label, _, rest = host.partition(".")
    return bool(label) and rest == pattern[2:]


Host = Annotated[str, AfterValidator(host_pattern)]


class Quota(BaseModel):
    """What a vendor allows one key: `rate` calls a second, `burst` at once (a second's worth where left out).

    `window` is the hour or the day that the vendor counts by, where it does: a 429 then closes the gate for as long as
    the vendor asks, up to that length.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rate: float = Field(gt=0, allow_inf_nan=False)
    burst: float | None = Field(default=None, ge=1, allow_inf_nan=False)
    window: timedelta | None = Field(default=None, gt=timedelta(0), le=timedelta(days=1))


class Policy(BaseModel):
    """The required declarations of a connector. Operators may override most, never `scope`, `reuse`, `consent`.

    `timeout` covers all calls of one ask; `ttl` is how long a value is fresh and `stale` up to what age it may stand
    in when asking fails, both counted from the fetch. `hosts` are the only ones called; `()` leaves them to the
    operator. `batch` queries go out as one `read_many`. `reuse=False` gives each call a connection of its own, for a
    vendor of viewers' data whose reply does not name whose it is. `consent` names what `context.consent` must list.
    `max_bytes` caps a decoded reply body. `quota` is what the vendor allows; at a host that only the operator names it
    does not hold. `idempotent` says whether a call may be sent twice; left out, that is so for GET and HEAD alone.
    `negative_ttl` is how long a fact of absence is kept.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scope: Scope
    timeout: timedelta = Field(gt=timedelta(0), le=_LONGEST_TIMEOUT)
    ttl: timedelta = Field(ge=timedelta(0))
    stale: timedelta
    hosts: tuple[Host, ...]
    batch: int = Field(default=1, ge=1, le=1000)
    reuse: bool = True
    consent: tuple[str, ...] = ()
    max_bytes: int = Field(default=256 * 1024, ge=1024, le=1024 * 1024)
    quota: Quota | None = None
    idempotent: bool | None = None
    negative_ttl: timedelta = Field(default=timedelta(seconds=30), ge=timedelta(0), le=timedelta(hours=1))

    @model_validator(mode="after")
    def _stale_outlives_fresh(self) -> Self:
        if self.stale < self.ttl:
            raise ValueError("stale is a ceiling on the age of a value: it must not be below ttl")
        return self
