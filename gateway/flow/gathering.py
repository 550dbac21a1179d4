"""One signal between being asked and being in: what of it came so far, in the order of its elements."""

from typing import Self

from gateway.flow.plan import Asked
from gateway.outcome import Outcome


class Gathering:
    """One signal on its way: its outcomes in element order, how many are missing, when it was begun and last came."""

    __slots__ = ("asked", "began", "ended", "missing", "outcomes")

    def __init__(self, asked: Asked, began: float) -> None:
        self.asked = asked
        self.began = self.ended = began
        self.outcomes: list[Outcome | None] = []
        self.missing = 0

    def copied(self) -> Self:
        """Another one that stands where this one stands."""
        other = type(self)(self.asked, self.began)
        other.ended, other.outcomes, other.missing = self.ended, list(self.outcomes), self.missing
        return other
