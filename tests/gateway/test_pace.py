"""The pace of one viewer: a burst, then a rate, each viewer for themselves, in a table that stays small."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_bench import Hand
from gateway.pace import Pace, PaceLaw

KEY = b"k" * 16
LAW = PaceLaw(rate=5.0, burst=10, viewers=100)


class Paced:
    """A pace and the clock it goes by."""

    def __init__(self, law: PaceLaw = LAW) -> None:
        self.hand = Hand()
        self.pace = Pace(law, self.hand.clock, KEY)

    def enter(self, count: int, viewer: str = "ann") -> list[float]:
        """So many opens of one viewer at one instant."""
        return [self.pace.enter("main", viewer) for _ in range(count)]


def test_a_burst_is_let_in_and_the_next_is_told_how_long() -> None:
    """Ten reloads at once are nobody's flood; the eleventh waits for a fifth of a second, and so does the twelfth."""
    waits = Paced().enter(12)

    assert waits == [0.0] * 10 + [pytest.approx(0.2)] * 2


def test_who_waits_as_long_as_told_is_let_in() -> None:
    """After the wait one open is let in and no more; after two seconds of quiet, the whole burst."""
    paced = Paced()
    wait = paced.enter(11)[-1]
    paced.hand.later(wait)
    assert [one > 0 for one in paced.enter(2)] == [False, True]
    paced.hand.later(2.0)

    assert [one > 0 for one in paced.enter(11)] == [False] * 10 + [True]


def test_insisting_costs_no_more_waiting() -> None:
    """A hundred refused opens leave the wait as it was."""
    paced = Paced()
    paced.enter(110)
    paced.hand.later(0.2)

    assert paced.enter(1) == [0.0]


def test_each_viewer_has_a_bucket_of_their_own() -> None:
    """One viewer's flood refuses that viewer alone; one name under two tenants is two viewers."""
    paced = Paced()
    paced.enter(50, "ann")

    assert paced.enter(1, "bob") == [0.0]
    assert paced.pace.enter("other", "ann") == 0.0
    assert paced.enter(1, "ann")[0] > 0


def test_half_a_surrogate_pair_is_a_viewer_too() -> None:
    """A subject that is no proper text is counted like any other, and is not the one without it."""
    paced = Paced(PaceLaw(rate=1.0, burst=1, viewers=9))

    assert [paced.enter(2, name)[0] for name in ("a\ud800", "a", "a\ud801")] == [0.0] * 3


def test_no_name_of_a_viewer_is_kept() -> None:
    """What the table holds says nothing of who it is about."""
    paced = Paced()
    paced.enter(1, "canary-viewer")

    assert b"canary" not in b"".join(paced.pace._full_at)


def test_the_table_is_bounded() -> None:
    """Of a thousand viewers the last hundred are known; the first begins anew."""
    paced = Paced()
    for number in range(1000):
        paced.enter(10, f"viewer-{number}")

    assert len(paced.pace) == 100
    assert paced.enter(1, "viewer-999")[0] > 0
    assert paced.enter(1, "viewer-0") == [0.0]


@given(st.lists(st.floats(0.0, 3.0), max_size=60), st.floats(0.5, 50.0), st.integers(1, 20))
def test_never_more_than_the_burst_and_the_rate(gaps: list[float], rate: float, burst: int) -> None:
    """However opens come, those let in are never more than the burst and what the rate gave meanwhile."""
    paced = Paced(PaceLaw(rate, burst, 9))
    took, let_in = 0.0, 0
    for gap in (0.0, *gaps):
        paced.hand.later(gap)
        took += gap
        let_in += paced.enter(1) == [0.0]

        assert let_in <= burst + rate * (took + 0.001) + 1e-6
