"""Tokens for extra calls: a share earned a good first attempt, a whole one spent, none lent, and a trickle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_bench import Hand
from gateway.allowance import Allowance
from gateway.laws import AllowanceLaw

RETRIES = AllowanceLaw(tokens=10, ratio=0.2, trickle_up_to=2)
HEDGES = AllowanceLaw(tokens=5, ratio=0.05)


def spent(allowance: Allowance, name: str = "plain") -> int:
    """How many tokens could be spent at once, all of them being so."""
    count = 0
    while allowance.spend(name):
        count += 1
    return count


def test_it_begins_full_and_lends_nothing() -> None:
    """Ten tokens to begin with, and not one more, however often it is asked for."""
    allowance = Allowance(RETRIES, Hand().clock)

    assert spent(allowance) == 10
    assert [allowance.spend("plain") for _ in range(100)] == [False] * 100


@pytest.mark.parametrize(("law", "attempts"), [(RETRIES, 5), (HEDGES, 20)])
def test_good_attempts_earn_a_token_between_them(law: AllowanceLaw, attempts: int) -> None:
    """A fifth or a twentieth of a token each: one short of a whole one cannot be spent."""
    allowance = Allowance(law, Hand().clock)
    spent(allowance)
    for _ in range(attempts - 1):
        allowance.earn("plain")

    assert not allowance.has("plain")
    allowance.earn("plain")
    allowance.earn("plain")  # what a sum of fifths lacks of a whole
    assert spent(allowance) == 1


def test_no_more_is_saved_than_it_began_with() -> None:
    """A good week pays for ten extra calls, and not for a thousand."""
    allowance = Allowance(RETRIES, Hand().clock)
    for _ in range(10_000):
        allowance.earn("plain")

    assert spent(allowance) == 10


def test_looking_costs_nothing() -> None:
    """Whether there is a token may be asked any number of times."""
    allowance = Allowance(AllowanceLaw(tokens=1, ratio=0.0), Hand().clock)

    assert [allowance.has("plain") for _ in range(10)] == [True] * 10
    assert (spent(allowance), allowance.has("plain")) == (1, False)


@pytest.mark.parametrize(("seconds", "tokens"), [(9.99, 0), (10.0, 1), (19.99, 1), (20.0, 2), (3600.0, 2)])
def test_a_token_trickles_in_every_ten_seconds_up_to_two(seconds: float, tokens: int) -> None:
    """Without one success recovery can be noticed, at the price of a call in ten seconds."""
    hand = Hand()
    allowance = Allowance(RETRIES, hand.clock)
    spent(allowance)
    hand.later(seconds)

    assert spent(allowance) == tokens


def test_the_trickle_is_one_in_ten_seconds_however_often_it_is_looked_at() -> None:
    """Over a hundred seconds of asking ten times a second ten tokens come, not more for asking and not fewer."""
    hand = Hand()
    allowance = Allowance(RETRIES, hand.clock)
    spent(allowance)
    total = 0
    for _ in range(1005):
        hand.later(0.1)
        total += spent(allowance)

    assert total == 10


def test_time_adds_nothing_to_what_is_enough() -> None:
    """With two or more left nothing trickles in, and hours of plenty are not paid out later."""
    hand = Hand()
    allowance = Allowance(RETRIES, hand.clock)
    for _ in range(8):
        allowance.spend("plain")
    hand.later(3600.0)
    assert allowance.statistics() == {"plain": 2.0}
    assert spent(allowance) == 2
    hand.later(9.0)

    assert spent(allowance) == 0


def test_hedges_have_no_trickle() -> None:
    """A second call for speed is worth nothing in an outage: without success there is never a token again."""
    hand = Hand()
    allowance = Allowance(HEDGES, hand.clock)
    spent(allowance)
    hand.later(10.0**6)

    assert spent(allowance) == 0


def test_sources_have_tokens_of_their_own() -> None:
    """What one source's outage cost is not missing at another's."""
    allowance = Allowance(RETRIES, Hand().clock)
    spent(allowance, "sick")

    assert spent(allowance, "well") == 10


@given(st.lists(st.sampled_from(["good", "spend", "wait"]), max_size=300))
def test_extra_calls_never_exceed_what_was_earned(events: list[str]) -> None:
    """Whatever the order: spent is at most ten, a fifth of the good ones, and one in ten seconds."""
    hand = Hand()
    allowance = Allowance(RETRIES, hand.clock)
    paid = 0
    for event in events:
        if event == "good":
            allowance.earn("plain")
        elif event == "wait":
            hand.later(3.0)
        else:
            paid += allowance.spend("plain")

    assert paid <= 10 + 0.2 * events.count("good") + 3.0 * events.count("wait") / 10
    assert all(0 <= tokens <= 10 for tokens in allowance.statistics().values())
