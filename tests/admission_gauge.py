"""Admission whose ticker and clock are turned by hand."""

from collections.abc import Iterable

from gate_bench import Hand
from gateway.admission import Admission, AdmissionLaw, Level


class Gauge:
    """Admission, with its ticker turned by hand."""

    def __init__(self, law: AdmissionLaw | None = None) -> None:
        self.hand = Hand()
        self.admission = Admission(law or AdmissionLaw(), self.hand.clock)

    def enter(self, count: int) -> list[Level]:
        """So many opens come in at one instant."""
        return [self.admission.enter() for _ in range(count)]

    def leave(self, count: int, overshoot: float | None = -0.1) -> None:
        """So many are answered."""
        for _ in range(count):
            self.admission.leave(overshoot)

    def later(self, seconds: float, lags: Iterable[float] = ()) -> None:
        """The ticker ticks on for that long, every 10 ms, with these lags first and none after."""
        late = iter(lags)
        for _ in range(round(seconds / self.admission.law.ticker)):
            self.hand.later(self.admission.law.ticker)
            self.admission.tick(next(late, 0.0))

    @property
    def limit(self) -> float:
        """How many at once are well served."""
        return self.admission.statistics().limit
