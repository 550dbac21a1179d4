"""The time of one open: what it may take, what is kept back to answer, and the instant at which collecting ends."""

import math
from dataclasses import dataclass

TICK = 0.001
"""Slack in every comparison with a deadline, in seconds: uvloop's clock moves in whole milliseconds."""


@dataclass(frozen=True, slots=True)
class BudgetLaw:
    """The numbers of the budget, all in seconds but `reserve_factor` and `reserve_fraction`."""

    default: float = 0.400
    least: float = 0.030
    most: float = 2.0
    reserve_least: float = 0.005
    reserve_factor: float = 1.5
    reserve_fraction: float = 0.15


@dataclass(frozen=True, slots=True)
class Deadline:
    """The instants of one open on the loop's monotonic clock, and the durations they came from, all in seconds."""

    began: float
    total: float
    reserve: float

    @property
    def collect(self) -> float:
        """The instant at which collecting ends and the answer is built."""
        return self.began + self.total - self.reserve

    @property
    def end(self) -> float:
        """The instant at which the budget is spent."""
        return self.began + self.total


def asked_seconds(budget_ms: object) -> float | None:
    """The budget a player asked for, in seconds; None for anything that is not a finite number of at least 0.

    Junk is ignored rather than refused: a malformed budget must not cost a viewer the answer.
    """
    if isinstance(budget_ms, bool) or not isinstance(budget_ms, int | float):
        return None
    try:
        milliseconds = float(budget_ms)
    except OverflowError:
        return None
    if not math.isfinite(milliseconds) or milliseconds < 0:
        return None
    return milliseconds / 1000


def deadline(began: float, asked: float | None, template: float | None, finish_p99: float, law: BudgetLaw) -> Deadline:
    """The deadline of an open that began at `began`.

    `asked` and `template` are budgets in seconds or None; `finish_p99` is the measured 99th percentile, in seconds,
    of the way from the end of the fan-out to the last byte handed to the transport. A player may ask for less than
    the template's budget, never for more; 0 is clamped up like any other small number and does not mean "off".
    """
    stated = law.default if template is None else template
    ceiling = min(stated, law.most)
    total = max(law.least, min(stated if asked is None else asked, ceiling))
    reserve = min(max(law.reserve_least, law.reserve_factor * finish_p99), law.reserve_fraction * total)
    return Deadline(began, total, reserve)
