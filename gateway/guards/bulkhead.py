"""How many calls may be out at once: of one source, and of the gateway.

The law of the state:
1. A permit is one errand that is out; it is given back once, whatever ended the errand: done, failed, cancelled, late.
2. No queue: who finds it full is refused on the spot. What ignores its cancellation keeps its permit until it ends.
"""

from collections import Counter

from gateway.ask import Errand
from gateway.guards import Refusal
from gateway.laws import BulkheadLaw
from gateway.outcome import Done, Reason

_FULL = Refusal(Reason.BULKHEAD, "bulkhead_full")


class Bulkhead:
    """The gate that bounds what is out."""

    def __init__(self, law: BulkheadLaw) -> None:
        self._law = law
        self._out: Counter[str] = Counter()
        self._most: dict[str, int] = {}
        self._all = 0

    def enter(self, errand: Errand) -> "_Permit | Refusal":
        """Let the errand in while there is room."""
        name = errand.source.name
        most = self._most[name] = errand.source.in_flight or self._law.in_flight
        if self._out[name] >= most or self._all >= self._law.gateway_wide:
            return _FULL
        self._out[name] += 1
        self._all += 1
        return _Permit(self, name)

    def share(self, name: str) -> float:
        """How full it is for a source, from 0 to 1, by the bound that its last errand had."""
        most = self._most.get(name, self._law.in_flight)
        return max(self._out[name] / most, self._all / self._law.gateway_wide)

    def statistics(self) -> dict[str, int]:
        """What is out now, by source."""
        return {name: count for name, count in self._out.items() if count}

    def _leave(self, name: str) -> None:
        self._out[name] -= 1
        self._all -= 1


class _Permit:
    __slots__ = ("_bulkhead", "_name")

    def __init__(self, bulkhead: Bulkhead, name: str) -> None:
        self._bulkhead = bulkhead
        self._name = name

    def leave(self, _: Done) -> None:
        self._bulkhead._leave(self._name)
