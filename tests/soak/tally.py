"""What is sent, what an answer is judged to be, and what came of a run."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Open:
    """One request as bytes, and the word that its viewer's own value would be."""

    request: bytes
    canary: str


Judge = Callable[[int, bytes, Open], str]
"""What an answer is: `ok`, `refused`, or what is wrong with it."""


@dataclass
class Tally:
    """What came of a run. Times are in seconds; `late` are answers beyond the budget, the generator's lag taken off.

    `timely` are the good answers that were not late, `lost` had been sent and has no answer, `unsent` the generator
    never came to send. `kept` is how long the gateway was ready to run and did not.
    """

    seconds: float
    due: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    unsent: int = 0
    unconnected: int = 0
    left: int = 0
    late: list[float] = field(default_factory=list)
    timely: int = 0
    kept: float = 0.0
    latencies: list[float] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)

    @property
    def answered(self) -> int:
        """All that was answered, in any way."""
        return self.kinds.total()

    @property
    def wrong(self) -> dict[str, int]:
        """What was answered and should not have been."""
        return {kind: count for kind, count in self.kinds.items() if kind not in ("ok", "refused")}

    def quantile(self, share: float) -> float:
        """The latency of a good answer from its due time, in ms."""
        return _quantile(self.latencies, share) * 1000

    def lag(self, share: float) -> float:
        """How late the generator sent, in ms."""
        return _quantile(self.lags, share) * 1000


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[round(share * (len(values) - 1))] if values else 0.0
