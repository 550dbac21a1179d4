"""Who the viewer is, by the ticket alone.

The law of what is kept here:
* The keys, the audience and the issuer never change in the life of a `Tickets`; with other keys another one is built,
  so a verdict never outlives the key it rests on.
* A verdict holds only what does not depend on when and where it is asked for: a good signature, well-formed claims,
  and the window in which they count. The window and the template are checked at every call, kept verdict or not.
  So keeping a verdict changes the price of an answer and never the answer, whichever way the wall clock is moved.
* A verdict comes in once a ticket has been found good at that instant, under the SHA-256 of the whole ticket, and
  goes when its window has closed or when it is the least recently used of too many.
* A refusal is never kept. Whoever floods can change a byte each time, so keeping refusals would save him nothing
  and cost us memory; without it each bad ticket costs at most one check of a signature, and no byte.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal

from cachetools import TLRUCache

from gateway.tickets.claims import Statement, read_statement
from gateway.tickets.keys import TicketKey, usable_keys
from gateway.tickets.signature import signed_payload

MOST_TICKET_BYTES = 2048

Cause = Literal["no_ticket", "ticket_invalid", "ticket_expired", "wrong_template"]


@dataclass(frozen=True, slots=True)
class Viewer:
    """A viewer known by a ticket: `claims` as the issuer signed them, shared between calls and only to be read."""

    subject: str = field(repr=False)
    template: str
    claims: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why there is no viewer. For telemetry alone: to the outside every refusal looks the same."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class _Verdict:
    """A statement with a good signature, and the half-open window of Unix times in which it counts."""

    statement: Statement
    opens: float
    closes: float


_NO_TICKET = Refused("no_ticket")
_INVALID = Refused("ticket_invalid")
_EXPIRED = Refused("ticket_expired")
_WRONG_TEMPLATE = Refused("wrong_template")


def _closes(_: bytes, verdict: _Verdict, __: float) -> float:
    """When the cache is to let go of a verdict."""
    return verdict.closes


class Tickets:
    """Verifies tickets against one set of keys; with no keys there is no good ticket.

    Times are in seconds: `leeway` is how far the clocks of issuer and gateway may differ, `max_age` how far ahead a
    ticket may expire, `wall` the system clock.
    """

    def __init__(
        self,
        keys: Sequence[TicketKey],
        *,
        audience: str,
        issuer: str | None,
        leeway: float,
        max_age: float,
        wall: Callable[[], float],
        cache_size: int = 10_000,
    ) -> None:
        if keys and not audience:
            raise ValueError("tickets cannot be told from those for others without an audience")
        if cache_size < 1:
            raise ValueError("the cache of verified tickets needs room for one")
        self._keys = usable_keys(keys)
        self._audience = audience
        self._issuer = issuer
        self._leeway = leeway
        self._max_age = max_age
        self._wall = wall
        self._verdicts: TLRUCache[bytes, _Verdict] = TLRUCache(cache_size, _closes, timer=wall)

    def verify(self, ticket: str | None, template: str) -> Viewer | Refused:
        """The viewer that the ticket proves for this template, or why it proves none; never raises."""
        if not ticket:
            return _NO_TICKET
        if len(ticket) > MOST_TICKET_BYTES or not ticket.isascii():
            return _INVALID
        digest = sha256(ticket.encode("ascii")).digest()
        now = self._wall()
        try:
            verdict = self._verdicts[digest]
        except KeyError:
            read = self._read(ticket)
            if read is None:
                return _INVALID
            verdict = read
            if verdict.opens <= now < verdict.closes:
                self._verdicts[digest] = verdict
        if now >= verdict.closes:
            return _EXPIRED
        if now < verdict.opens:
            return _INVALID
        if template not in verdict.statement.templates:
            return _WRONG_TEMPLATE
        return Viewer(verdict.statement.subject, template, verdict.statement.claims)

    def _read(self, ticket: str) -> _Verdict | None:
        """What can be said of a ticket without a clock."""
        payload = signed_payload(ticket, self._keys)
        statement = None if payload is None else read_statement(payload, self._audience, self._issuer)
        if statement is None:
            return None
        # A ticket that expires too far ahead counts as one not valid yet: the library would take the year 1e308.
        opens = max(statement.begins, statement.expires - self._max_age) - self._leeway
        return _Verdict(statement, opens, statement.expires + self._leeway)
