"""Who may try whether a source is back, how its circuit closes again, and whose word counts."""

import pytest

from circuit_bench import breaker_of, opened, probe, report, state_of
from gate_bench import BAD, GOOD, NEUTRAL, NOT_SENT, Hand, let_in, refused
from gateway.guards import Refusal
from gateway.guards.breaker import State
from gateway.outcome import Done, Reason


def test_an_open_circuit_answers_by_itself() -> None:
    """Until the wait is over all are refused, with no probe, and counted."""
    hand = Hand()
    breaker = opened(hand)
    hand.later(4.999)

    answers = {breaker.enter(hand.errand()) for _ in range(100)}

    assert answers == {Refusal(Reason.BREAKER, "breaker_open")}
    assert breaker.statistics()["plain"].short_circuits == 100


def test_one_probe_among_twenty_asks() -> None:
    """When the wait is over exactly one of those who ask at once sends a probe; it is refused like all the others."""
    hand = Hand()
    breaker = opened(hand)
    hand.later(5.0)

    answers = [breaker.enter(hand.errand()) for _ in range(20)]

    assert all(isinstance(one, Refusal) and one.reason is Reason.BREAKER for one in answers)
    assert [isinstance(one, Refusal) and one.probe is not None for one in answers] == [True] + [False] * 19
    assert [isinstance(one, Refusal) and one.cause for one in answers[:2]] == ["breaker_probe", "breaker_open"]


def test_no_traffic_changes_nothing() -> None:
    """A circuit that nobody asks stays as it is for a day; the first who comes then sends a probe."""
    hand = Hand()
    breaker = opened(hand)
    hand.later(86_400.0)

    assert state_of(breaker) is State.OPEN
    probe(breaker, hand)
    hand.later(0.1)
    assert state_of(breaker) is State.HALF_OPEN


def test_three_good_probes_close_and_nothing_of_before_is_held_against_it() -> None:
    """One after another they close the circuit, which then needs as much to open as a new one."""
    hand = Hand()
    breaker = opened(hand)
    hand.later(5.0)

    for state in (State.HALF_OPEN, State.HALF_OPEN, State.CLOSED):
        probe(breaker, hand).leave(GOOD)
        assert state_of(breaker) is state

    report(breaker, hand, [BAD] * 7)
    assert state_of(breaker) is State.CLOSED


def test_what_failed_before_an_opening_is_in_no_share_after_it() -> None:
    """A circuit that is closed again counts anew: ten bad of twenty open it, whatever leaves the window meanwhile."""
    hand = Hand()
    breaker = opened(hand)
    hand.later(5.0)
    for _ in range(3):
        probe(breaker, hand).leave(GOOD)
    hand.later(1.0)

    report(breaker, hand, [GOOD, BAD] * 9, every=0.25)
    assert state_of(breaker) is State.CLOSED
    report(breaker, hand, [GOOD, BAD])
    assert state_of(breaker) is State.OPEN


def test_a_bad_probe_undoes_the_good_ones() -> None:
    """Two good probes and a bad one: open again, and after that it takes three good ones anew."""
    hand = Hand()
    breaker = opened(hand)
    hand.later(5.0)
    for done in (GOOD, GOOD, BAD):
        probe(breaker, hand).leave(done)
    assert (state_of(breaker), breaker.statistics()["plain"].opened) == (State.OPEN, 2)
    hand.later(10.0)

    for _ in range(2):
        probe(breaker, hand).leave(GOOD)

    assert state_of(breaker) is State.HALF_OPEN


def test_a_probe_that_says_nothing_returns_its_lease() -> None:
    """Cancelled or refused further in, a probe makes way for the next ask's, and counts for neither side."""
    hand = Hand()
    breaker = opened(hand)
    hand.later(5.0)
    for done in (NEUTRAL, NOT_SENT, NEUTRAL):
        probe(breaker, hand).leave(done)

    assert state_of(breaker) is State.HALF_OPEN
    for _ in range(3):
        probe(breaker, hand).leave(GOOD)
    assert state_of(breaker) is State.CLOSED


def test_a_lost_probe_opens_the_circuit_again() -> None:
    """Its lease is over after twice the time-out: the next ask opens for twice as long, and its verdict is void."""
    hand = Hand()
    breaker = opened(hand)
    hand.later(5.0)
    lost = probe(breaker, hand)
    hand.later(0.599)
    assert refused(breaker, hand.errand()) == "breaker_open"
    assert state_of(breaker) is State.HALF_OPEN
    hand.later(0.002)

    assert refused(breaker, hand.errand()) == "breaker_open"

    assert (state_of(breaker), breaker.statistics()["plain"].opened) == (State.OPEN, 2)
    lost.leave(GOOD)
    hand.later(9.99)
    assert refused(breaker, hand.errand()) == "breaker_open"
    assert state_of(breaker) is State.OPEN
    hand.later(0.02)
    probe(breaker, hand)


@pytest.mark.parametrize("late", [GOOD, BAD])
def test_a_verdict_of_before_the_opening_is_dropped(late: Done) -> None:
    """What was let in while it was closed changes nothing in open, in half-open, or when it is closed again."""
    hand = Hand()
    breaker = breaker_of(hand)
    slow = [let_in(breaker, hand.errand()) for _ in range(60)]
    report(breaker, hand, [BAD] * 8)

    for permit in slow[:20]:
        permit.leave(late)
    assert state_of(breaker) is State.OPEN
    hand.later(5.0)
    lease = probe(breaker, hand)
    for permit in slow[20:40]:
        permit.leave(late)
    assert (state_of(breaker), refused(breaker, hand.errand())) == (State.HALF_OPEN, "breaker_open")
    lease.leave(GOOD)
    for _ in range(2):
        probe(breaker, hand).leave(GOOD)
    for permit in slow[40:]:
        permit.leave(late)
    assert state_of(breaker) is State.CLOSED
