"""The two kinds of step between a plan and its sources, and what stands between two steps.

Per ask (cache, flight): `start(ask)` says at once what came of it, or gives a future of it; cancelling that future is
leaving, and changes nobody else's answer. `settle(ask, outcome)` is the last word on what came from within, without
waiting; for an ask that is still out at the deadline, what came is `TIMED_OUT`.

Per errand (hedge, retry, the gates, upstream): a coroutine function, one outcome a query, and a verdict on the source.
A gate decides without waiting, and each permit is left exactly once. Batch is the seam, and alone knows both kinds.
"""

from asyncio import Future
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from gateway.ask import Ask, Errand
from gateway.outcome import Done, Outcome, Reason


class AskStep(Protocol):
    """The outermost step per ask, as fan-out sees it."""

    def start(self, ask: Ask) -> Outcome | Future[Outcome]:
        """What came of the ask, if that can be said at once; else a future, to be cancelled by who leaves."""

    def settle(self, ask: Ask, outcome: Outcome) -> Outcome:
        """What is made of what came from within; no waiting, no side effect but counters."""

    def peek(self, ask: Ask, reason: Reason) -> Outcome:
        """What can be said of an ask that must not be asked, for that reason."""


ErrandStep = Callable[[Errand], Awaitable[Done]]

OUTDONE = "outdone"
"""The word with which a call is cancelled because another one was faster: it says nothing of the source."""


class Permit(Protocol):
    """The right to go on, given by one gate for one errand."""

    def leave(self, done: Done) -> None:
        """Give the permit back with what was done under it; called exactly once."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A gate's no, with the reason that the payload will say.

    A `probe` is a permit for the same errand to go out behind the refusal, without anybody waiting for it.
    """

    reason: Reason
    cause: str | None = None
    probe: Permit | None = None


class Gate(Protocol):
    """A guard that decides on the spot whether an errand may go on."""

    def enter(self, errand: Errand) -> Permit | Refusal:
        """Let the errand in, or refuse it; never waits."""
