"""The fault matrix: every way in which a vendor goes wrong, and what must come of it, as data.

A row is one fault; its forms are the ways to inject it. What is wanted is the same for every connector, but for those
that a form names; and whatever is wanted, each form is played on a new connection with nothing cached, and again on a
connection that has carried answers, with an older value in the cache. The table of `MATRIX.md` is made from here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from faults.evil import Fault

CONNECTORS = ("open-meteo", "shopify", "voucherify", "alpaca")
CONNECT_S = 0.15
TIMEOUT_S = 0.3
LIMITS = {"connect_timeout": CONNECT_S, "total_timeout": TIMEOUT_S, "dns_timeout": 0.05}
"""The limit that ends a call, by the cause that is told; what has another cause ends at once."""


@dataclass(frozen=True)
class Wanted:
    """What the first open must see of the source; `reason` None is a live value.

    `cause` is what the operator is told. `verdict` is what the breaker counts, once a call; `retried` says that it is
    tried again: each of these connectors declares that it may be.
    """

    reason: str | None
    cause: str | None = None
    verdict: str = "bad"
    retried: bool = False

    @property
    def calls(self) -> int:
        """The HTTP calls that are made for it."""
        return 2 if self.retried else 1

    @property
    def limit(self) -> float:
        """The seconds after which it must be over."""
        return LIMITS.get(self.cause or "", 0.0)

    def warm(self, connector: str) -> tuple[str, str | None]:
        """The status and reason where an older value stands in the cache."""
        if self.reason is None:
            return "live", None
        may_not_be_shown = self.reason == "unauthorized" and connector == "voucherify"
        return "default" if self.reason == "absent" or may_not_be_shown else "stale", self.reason

    def __str__(self) -> str:
        return "live" if self.reason is None else f"`{self.reason}` ({self.cause})"


LIVE = Wanted(None, verdict="good")
TIMEOUT = Wanted("timeout", "total_timeout")
PROTOCOL = Wanted("error", "protocol_error")
INVALID_JSON = Wanted("invalid", "invalid_json")
BAD = Wanted("invalid", "connector_fault")
ABSENT = Wanted("absent", "upstream_404", "good")
QUOTA = Wanted("quota", "upstream_429", "neutral")

Check = Callable[[str, Any], list[str]]
"""What else must be true of the first answer, given the connector: each thing that is not."""


@dataclass(frozen=True)
class Form:
    """One way to inject a fault.

    `warm` stands where the second time differs; `how` says whether the vendor is asked over TLS or by a name; `apart`
    gives the form a gateway of its own, since it leaves traces; `closes_gate` says that no further call is sent for a
    while; `heals` is how long the value may take to be live again, in seconds, None where that is longer than a test
    may wait: such a form is the last of its gateway.
    `opens_after` is the number of calls after which the breaker is open, in a form that is about nothing else.
    """

    name: str
    fault: Fault
    wanted: Wanted
    but: Mapping[str, Wanted] = field(default_factory=dict)
    only: tuple[str, ...] = CONNECTORS
    warm: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    apart: bool = False
    how: Literal["plain", "tls", "name"] = "plain"
    closes_gate: bool = False
    heals: float | None = 0.0
    check: Check | None = None
    opens_after: int = 0

    def of(self, connector: str) -> Wanted:
        """What is wanted of one connector."""
        return self.but.get(connector, self.wanted)

    def warm_of(self, connector: str) -> tuple[str, str | None]:
        """The status and reason of the second time."""
        return self.warm.get(connector) or self.of(connector).warm(connector)


@dataclass(frozen=True)
class Row:
    """One fault. `note` says what a reader would else wonder about."""

    id: str
    what: str
    forms: tuple[Form, ...]
    note: str = ""


def table(rows: tuple[Row, ...], held: Callable[[Row, Form, str], bool]) -> Iterator[str]:
    """The matrix as the lines of a Markdown table, with a mark for each connector where a form held."""
    yield f"| id | fault | injected as | required | {' | '.join(CONNECTORS)} | note |"
    yield f"|{'---|' * (len(CONNECTORS) + 5)}"
    for row in rows:
        for place, form in enumerate(row.forms):
            differs = [f"{name}: {wanted}" for name, wanted in form.but.items()]
            cells = [row.id, row.what, form.name, "; ".join([str(form.wanted), *differs])]
            cells += [_mark(held(row, form, name)) if name in form.only else "–" for name in CONNECTORS]
            yield f"| {' | '.join([*cells, row.note if place == 0 else ''])} |"


def _mark(held: bool) -> str:
    return "✔" if held else "✘"
