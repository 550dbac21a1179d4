"""The breaker's picture: every row of the table that opens its file is played, and no row is told but these."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from gate_bench import BAD, GOOD, NEUTRAL, Hand, let_in
from gateway.guards import Permit, Refusal, breaker
from gateway.guards.breaker import Breaker, State
from gateway.laws import BreakerLaw
from gateway.outcome import Done

NAMES = {State.CLOSED: "closed", State.OPEN: "open", State.HALF_OPEN: "half-open"}
SHIPPED = BreakerLaw()


class Player:
    """A circuit whose life can be told in events."""

    def __init__(self, law: BreakerLaw) -> None:
        self.hand = Hand()
        self.breaker = Breaker(law, self.hand.clock, lambda: 0.5)
        self.lease: Permit | None = None

    @property
    def state(self) -> str:
        """The state, by its name in the table."""
        return NAMES[self.breaker.statistics()["plain"].state]

    @property
    def opened(self) -> int:
        """How often it opened in a row."""
        return self.breaker.statistics()["plain"].opened

    def calls(self, count: int, done: Done) -> None:
        """Calls of a closed circuit."""
        for _ in range(count):
            let_in(self.breaker, self.hand.errand()).leave(done)

    def ask(self) -> None:
        """Ask, and hold the lease where one is given out."""
        answer = self.breaker.enter(self.hand.errand())
        assert isinstance(answer, Refusal)
        self.lease = answer.probe or self.lease

    def report(self, done: Done) -> None:
        """The probe that is out ends so."""
        assert self.lease is not None
        lease, self.lease = self.lease, None
        lease.leave(done)

    def waits_exactly(self, seconds: float) -> None:
        """An open circuit gives out no lease before so many seconds, and one then."""
        assert self.state == "open"
        self.hand.later(seconds - 0.001)
        self.ask()
        assert self.lease is None
        self.hand.later(0.001)
        self.ask()
        assert self.lease is not None


def open_by_row(player: Player) -> None:
    """Eight in a row."""
    player.calls(8, BAD)


def open_by_share(player: Player) -> None:
    """Twenty calls, half of them bad and no two bad in a row."""
    for _ in range(10):
        player.calls(1, GOOD)
        player.calls(1, BAD)


def wait_and_ask(player: Player) -> None:
    """The wait of a first opening, and an ask."""
    player.hand.later(5.0)
    player.ask()


def lose_the_lease(player: Player) -> None:
    """Twice the time-out of the source, and an ask."""
    player.lease = None
    player.hand.later(0.601)
    player.ask()


def third_good_closes(player: Player) -> None:
    """Two more good probes."""
    for number in range(2):
        assert player.state == "half-open", number
        player.ask()
        player.report(GOOD)
    assert player.state == "closed"


def leaves_with_a_lease(player: Player) -> None:
    """A lease is out, and nobody else gets one."""
    lease = player.lease
    assert lease is not None
    player.ask()
    assert player.lease is lease


def may_probe_again(player: Player) -> None:
    """The next ask gets the lease."""
    assert player.lease is None
    player.ask()
    assert player.lease is not None


def calm(player: Player) -> None:
    """Close it after an opening, and let a minute pass with one call."""
    wait_and_ask(player)
    player.report(GOOD)
    third_good_closes(player)
    assert player.opened == 1
    player.hand.later(60.0)
    player.calls(1, GOOD)


def nothing(_: Player) -> None:
    """A new circuit is closed."""


@dataclass(frozen=True)
class Row:
    """A row of the table: how to come to `start`, how its event is brought about, how its last column shows."""

    start: str
    event: str
    to: str
    then: str
    comes: Callable[[Player], None]
    does: Callable[[Player], None]
    shows: Callable[[Player], None]
    opened: int
    law: BreakerLaw = SHIPPED


def half_open(player: Player) -> None:
    """Opened once, with a probe out."""
    open_by_row(player)
    wait_and_ask(player)


ONLY_SHARE = BreakerLaw(in_a_row=10**9)
ROWS = (
    Row(
        "closed",
        "enough calls in the window, and half bad",
        "open",
        "wait 5 s · 2^opened, at most 60 s, ±20 %",
        nothing,
        open_by_share,
        lambda player: player.waits_exactly(5.0),
        1,
        ONLY_SHARE,
    ),
    Row("closed", "8 bad in a row", "open", "the same", nothing, open_by_row, lambda p: p.waits_exactly(5.0), 1),
    Row(
        "open",
        "the wait is over, and somebody asks",
        "half-open",
        "one probe leaves, with a lease",
        open_by_row,
        wait_and_ask,
        leaves_with_a_lease,
        1,
    ),
    Row(
        "half-open",
        "a probe is good",
        "half-open",
        "the third good one: closed",
        half_open,
        lambda player: player.report(GOOD),
        third_good_closes,
        1,
    ),
    Row(
        "half-open",
        "a probe is bad, or its lease is over",
        "open",
        "opened + 1",
        half_open,
        lambda player: player.report(BAD),
        lambda player: player.waits_exactly(10.0),
        2,
    ),
    Row(
        "half-open",
        "a probe is bad, or its lease is over",
        "open",
        "opened + 1",
        half_open,
        lose_the_lease,
        lambda player: player.waits_exactly(10.0),
        2,
    ),
    Row(
        "half-open",
        "a probe says nothing",
        "half-open",
        "the lease is returned, the next ask may probe",
        half_open,
        lambda player: player.report(NEUTRAL),
        may_probe_again,
        1,
    ),
    Row("closed", "60 s without opening", "closed", "opened = 0", open_by_row, calm, nothing, 0),
)


def told() -> list[tuple[str, ...]]:
    """The rows of the table in the file's own words."""
    assert breaker.__doc__ is not None
    lines = [line.strip() for line in breaker.__doc__.splitlines()]
    rows = [tuple(re.split(r"\s{2,}", line)) for line in lines if re.match(r"(closed|open|half-open)\s{2,}", line)]
    assert all(len(row) == 4 for row in rows)
    return rows


def test_the_picture_is_the_table() -> None:
    """The docstring tells these rows in this order, and no other; where it changes, what is played must change too."""
    assert told() == list(dict.fromkeys((row.start, row.event, row.to, row.then) for row in ROWS))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.start}: {row.does.__name__}: {row.event}")
def test_a_row_is_what_happens(row: Row) -> None:
    """From its state, by its event, to its next state and what then holds."""
    player = Player(row.law)
    row.comes(player)
    if row.comes is not nothing:
        assert player.state == row.start or row.does is calm

    row.does(player)

    assert (player.state, player.opened) == (row.to, row.opened)
    row.shows(player)
