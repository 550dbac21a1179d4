"""When a circuit opens: enough calls and half of them bad, or eight in a row; and what is no call at all."""

from dataclasses import replace

import pytest

from circuit_bench import breaker_of, opened, report, state_of
from gate_bench import BAD, GOOD, NEUTRAL, NOT_SENT, OTHER, PLAIN, Hand, refused
from gateway.guards.breaker import State
from gateway.laws import BreakerLaw

UNHURRIED = BreakerLaw(in_a_row=10**9)
"""Opens by the share of what failed alone."""


def test_nineteen_bad_of_nineteen_are_not_enough_calls_and_the_twentieth_opens() -> None:
    """A share of few calls says nothing: the circuit opens with the twentieth in the window."""
    hand = Hand()
    breaker = breaker_of(hand, UNHURRIED)

    report(breaker, hand, [BAD] * 19)
    assert state_of(breaker) is State.CLOSED
    report(breaker, hand, [BAD])
    assert state_of(breaker) is State.OPEN


@pytest.mark.parametrize(("good", "state"), [(10, State.OPEN), (11, State.CLOSED)])
def test_it_opens_where_half_were_bad(good: int, state: State) -> None:
    """Ten of twenty are half; ten of twenty-one are less."""
    hand = Hand()
    breaker = breaker_of(hand, UNHURRIED)

    report(breaker, hand, [GOOD] * good + [BAD] * 10)

    assert state_of(breaker) is state


def test_what_is_older_than_the_window_is_forgotten() -> None:
    """Nineteen bad calls, and ten seconds later one more: that is one call in the window."""
    hand = Hand()
    breaker = breaker_of(hand, UNHURRIED)
    report(breaker, hand, [BAD] * 19)
    hand.later(10.0)

    report(breaker, hand, [BAD] * 19)

    assert state_of(breaker) is State.CLOSED


def test_a_call_within_the_window_still_counts() -> None:
    """The same, a tenth of a second earlier, is twenty calls."""
    hand = Hand()
    breaker = breaker_of(hand, UNHURRIED)
    report(breaker, hand, [BAD] * 19)
    hand.later(9.9)

    report(breaker, hand, [BAD])

    assert state_of(breaker) is State.OPEN


@pytest.mark.parametrize("every", [0.0, 60.0])
def test_eight_bad_in_a_row_open_at_any_traffic(every: float) -> None:
    """Even at a call a minute, of which there are never twenty in a window."""
    hand = Hand()
    breaker = breaker_of(hand)

    report(breaker, hand, [BAD] * 7, every)
    assert state_of(breaker) is State.CLOSED
    report(breaker, hand, [BAD], every)
    assert state_of(breaker) is State.OPEN


def test_one_good_call_ends_the_row() -> None:
    """Seven bad, one good, seven bad: no eight in a row, and too few calls for a share."""
    hand = Hand()
    breaker = breaker_of(hand)

    report(breaker, hand, ([BAD] * 7 + [GOOD]) * 2)

    assert state_of(breaker) is State.CLOSED


def test_a_storm_of_neutral_calls_changes_nothing() -> None:
    """429s, cancellations and starved time-outs are no calls: they neither open nor end a row, nor make up a number."""
    hand = Hand()
    breaker = breaker_of(hand)

    report(breaker, hand, [NEUTRAL, NOT_SENT] * 500)
    assert state_of(breaker) is State.CLOSED
    report(breaker, hand, [BAD] * 7)
    assert state_of(breaker) is State.CLOSED
    report(breaker, hand, [NEUTRAL] * 500 + [BAD])
    assert state_of(breaker) is State.OPEN


def test_sources_have_circuits_of_their_own() -> None:
    """One that is open holds up nobody else."""
    hand = Hand()
    breaker = opened(hand)

    assert refused(breaker, hand.errand(OTHER)) is None
    assert (breaker.is_closed("plain"), breaker.is_closed("other"), breaker.is_closed("never asked")) == (
        False,
        True,
        True,
    )


def test_other_settings_are_another_circuit() -> None:
    """A source whose settings changed may be another host: what the old one did is not held against it."""
    hand = Hand()
    breaker = opened(hand)
    assert refused(breaker, hand.errand()) == "breaker_open"

    assert refused(breaker, hand.errand(replace(PLAIN, digest="other"))) is None
    assert breaker.is_closed("plain")
