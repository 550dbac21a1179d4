"""What is known not to be there, or not to work, for a short while: so that one bad key costs one call.

The law of the state: an entry is the outcome of a call that failed for this very key, and stands for seconds. A fact of
absence stands as long as the policy says; a failure for a second, doubling with each in a row, or as long as the vendor
asked. A good reading removes it at once. What says nothing of the key (a time-out, a refusal of a guard, a credential)
is never here. The number of entries is bounded; the least recently used goes first.
"""

from dataclasses import dataclass

from cachetools import TLRUCache

from gateway.ask import Ask, Key
from gateway.clock import Clock
from gateway.laws import NegativeLaw
from gateway.outcome import Outcome, Reason

_LONGEST = 60.0
_FAILURES = frozenset({Reason.ERROR, Reason.INVALID, Reason.PLUGIN})


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    outcome: Outcome
    until: float
    in_a_row: int
    forgotten: float


class Negatives:
    """The failures of keys."""

    def __init__(self, law: NegativeLaw, clock: Clock) -> None:
        self._law = law
        self._clock = clock
        self._table: TLRUCache[Key, _Entry] = TLRUCache(max(1, law.entries), _forgotten, timer=clock.now)

    def of(self, key: Key) -> Outcome | None:
        """The failure that stands for a key."""
        if not self._table:
            return None
        entry = self._table.get(key)
        return entry.outcome if entry is not None and self._clock.now() < entry.until else None

    def keep(self, ask: Ask, outcome: Outcome) -> None:
        """Take in what a call brought."""
        if outcome.reading is not None:
            self._table.pop(ask.key, None)
        elif outcome.reason is Reason.ABSENT:
            self._put(ask.key, outcome, ask.source.negative_ttl, 0)
        elif outcome.reason in _FAILURES:
            before = self._table.get(ask.key)
            in_a_row = 1 if before is None else before.in_a_row + 1
            stands = min(self._law.failure_most, self._law.failure_least * 2.0 ** (in_a_row - 1))
            self._put(ask.key, outcome, max(stands, min(outcome.retry_after or 0.0, _LONGEST)), in_a_row)

    def __len__(self) -> int:
        """How many are held."""
        return len(self._table)

    def _put(self, key: Key, outcome: Outcome, seconds: float, in_a_row: int) -> None:
        until = self._clock.now() + seconds
        self._table[key] = _Entry(outcome, until, min(in_a_row, 32), until + self._law.failure_most)


def _forgotten(_: Key, entry: _Entry, __: float) -> float:
    return entry.forgotten
