"""What is asked: a source, one query of one open, and the errand that carries several of them to the source."""

from dataclasses import dataclass
from typing import Any

from connectors import Connector, Query, Quota, Scope

Key = tuple[str, str | None, Query]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A configured connector with its effective policy. Durations are in seconds.

    `hosts` are the only ones called. `digest` names the settings, so that a changed setting changes every cache key
    and no secret stands in one. `idempotent` None means: GET and HEAD alone may be sent twice. `in_flight` None is the
    gateway's own bound.
    """

    name: str
    connector: Connector[Any, Any, Any]
    scope: Scope
    timeout: float
    ttl: float
    stale: float
    hosts: tuple[str, ...]
    batch: int
    reuse: bool
    max_bytes: int
    consent: tuple[str, ...]
    digest: str
    quota: Quota | None = None
    idempotent: bool | None = None
    negative_ttl: float = 30.0
    in_flight: int | None = None
    hedge: bool = False
    retry: bool = True


@dataclass(slots=True, eq=False)
class Ask:
    """One signal wanted by one open.

    `key` is who may share the answer: the space (tenant, connector, signal's major, settings), the viewer or None, and
    the whole query. `until` is the open's collect deadline on the monotonic clock, `timeout` what this ask may take.
    A cached value is served unasked only if it is at most `fresh_within` seconds old, and used at all only if at most
    `usable_within`. A template may forbid extra calls for its own asks. A patient one gives its source
    more time than any answer in one piece has.
    """

    source: Source
    query: Query
    key: Key
    until: float
    timeout: float
    fresh_within: float
    usable_within: float
    may_hedge: bool = True
    may_retry: bool = True
    is_patient: bool = False

    @property
    def longest(self) -> float:
        """What the call may take, in seconds: one that others may join is not cut short by a hasty first asker."""
        return max(self.timeout, self.source.timeout)


@dataclass(slots=True, eq=False)
class Errand:
    """One to `source.batch` queries that go to the source together.

    All instants are monotonic. It began at `began` and is waited for until `limit`; `until` is when it must be back at
    the latest, which is later where what comes late still fills the cache. `sent` counts the calls that were written
    for it. Once its one extra call has gone out, be it a hedge or a retry, it `has_extra`. Attempts that run side by
    side have a copy each.
    """

    source: Source
    queries: tuple[Query, ...]
    began: float
    timeout: float
    until: float
    may_hedge: bool = True
    may_retry: bool = True
    sent: int = 0
    has_extra: bool = False
    is_patient: bool = False

    def note_sent(self) -> None:
        """A call was written."""
        self.sent += 1

    @property
    def promised(self) -> float:
        """What the source must have had, in seconds, before to be late is its own doing."""
        return self.timeout if self.is_patient else self.source.timeout

    @property
    def limit(self) -> float:
        """The instant until which somebody may be waiting."""
        return self.began + self.timeout
