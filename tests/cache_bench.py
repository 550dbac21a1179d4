"""A cache whose clocks are turned by hand, in front of a step that only counts what reaches it."""

from datetime import UTC, datetime
from typing import Any

from connectors import Query
from gateway.ask import Ask
from gateway.clock import Clock
from gateway.guards.cache import Cache
from gateway.laws import CacheLaw, NegativeLaw
from gateway.negatives import Negatives
from gateway.outcome import TIMED_OUT, Outcome, Reading, live
from stand_in import Figure, Of, ask_of, source

TTL, CEILING = 60.0, 86_400.0
QUOTE = source("quote", Of, ttl=TTL, stale=CEILING)


class CacheBench:
    """Whatever must be asked times out; `asks` and `refreshes` are what reached the step within."""

    def __init__(self, law: CacheLaw | None = None, chance: float = 0.0) -> None:
        self.now, self.wall = 1000.0, 1_800_000_000.0
        self.clock = Clock(lambda: self.now, lambda: self.wall)
        self.asks: list[Ask] = []
        self.refreshes: list[Ask] = []
        negatives = Negatives(NegativeLaw(failure_least=0.0, failure_most=0.0), self.clock)
        self.cache = Cache(law or CacheLaw(jitter=0.0), self.clock, lambda: chance, negatives=negatives).around(self)

    def start(self, ask: Ask) -> Outcome:
        """Time out."""
        self.asks.append(ask)
        return TIMED_OUT

    def refresh(self, ask: Ask) -> None:
        """Renew, some day."""
        self.refreshes.append(ask)

    def ask(self, of: Any = QUOTE, query: Query | None = None, **changed: Any) -> Ask:
        """An ask of now."""
        return ask_of(of, query or Of(of="a"), self.clock, **changed)

    def fetched(self, value: float, ask: Ask | None = None, *, old: float = 0.0) -> None:
        """Let a call bring a value that is `old` seconds old by its source's own time."""
        observed = datetime.fromtimestamp(self.wall - old, UTC)
        brought = Reading.of(Figure(value=value, as_of=observed), self.now, self.wall)
        self.cache.keep(ask or self.ask(), live(brought))

    def read(self, ask: Ask | None = None) -> Outcome:
        """What an ask is told in the end."""
        ask = ask or self.ask()
        answer = self.cache.start(ask)
        assert isinstance(answer, Outcome)
        return self.cache.settle(ask, answer)

    def later(self, seconds: float) -> None:
        """Let both clocks go on."""
        self.now += seconds
        self.wall += seconds


def told(outcome: Outcome) -> tuple[str, str | None, float | None]:
    """The status, reason and value of an outcome."""
    value = None if outcome.reading is None else outcome.reading.document["value"]
    return outcome.status.value, outcome.reason and outcome.reason.value, value
