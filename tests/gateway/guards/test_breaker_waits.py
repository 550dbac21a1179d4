"""How long a circuit stays open, when that is forgotten, and calls that do not even end when they are cancelled."""

from collections.abc import Callable

import pytest

from gate_bench import BAD, GOOD, Hand, let_in, refused
from gateway.guards import Refusal
from gateway.guards.breaker import Breaker, State
from gateway.laws import BreakerLaw


def fail(breaker: Breaker, hand: Hand) -> None:
    """Open a closed circuit."""
    for _ in range(8):
        let_in(breaker, hand.errand()).leave(BAD)


def wait_of(breaker: Breaker, hand: Hand) -> float:
    """How long an open circuit waits, found to a hundredth of a second by asking."""
    began = hand.now
    while True:
        answer = breaker.enter(hand.errand())
        assert isinstance(answer, Refusal)
        if answer.probe is not None:
            answer.probe.leave(BAD)
            return round(hand.now - began, 2)
        hand.later(0.01)


def close(breaker: Breaker, hand: Hand) -> None:
    """Three good probes."""
    for _ in range(3):
        answer = breaker.enter(hand.errand())
        assert isinstance(answer, Refusal)
        assert answer.probe is not None
        answer.probe.leave(GOOD)


@pytest.mark.parametrize(("chance", "factor"), [(0.0, 0.8), (0.5, 1.0), (1.0, 1.2)])
def test_the_wait_doubles_to_a_minute_give_or_take_a_fifth(chance: float, factor: float) -> None:
    """5, 10, 20, 40 and then 60 seconds, each moved by chance by up to a fifth, so that gateways do not ask in step."""
    hand = Hand()
    breaker = Breaker(BreakerLaw(), hand.clock, lambda: chance)
    fail(breaker, hand)

    waits = [wait_of(breaker, hand) for _ in range(7)]

    assert waits == pytest.approx([factor * wait for wait in (5, 10, 20, 40, 60, 60, 60)], abs=0.011)


def test_the_wait_stays_finite_for_ever() -> None:
    """After a thousand openings in a row the wait is a minute still."""
    hand = Hand()
    breaker = Breaker(BreakerLaw(), hand.clock, lambda: 0.5)
    fail(breaker, hand)
    for _ in range(1000):
        hand.later(60.0)
        answer = breaker.enter(hand.errand())
        assert isinstance(answer, Refusal)
        assert answer.probe is not None
        answer.probe.leave(BAD)

    assert wait_of(breaker, hand) == pytest.approx(60.0, abs=0.011)


@pytest.mark.parametrize(("calm", "wait"), [(59.0, 10.0), (60.0, 5.0)])
@pytest.mark.parametrize("how", ["bad calls", "strikes"])
def test_a_minute_of_calm_forgets_how_often_it_opened(calm: float, wait: float, how: str) -> None:
    """What opens again soon waits twice as long; after a minute it begins anew, however it opens."""
    hand = Hand()
    breaker = Breaker(BreakerLaw(), hand.clock, lambda: 0.5)
    fail(breaker, hand)
    hand.later(5.0)
    close(breaker, hand)
    hand.later(calm)
    opens: dict[str, Callable[[], object]] = {
        "bad calls": lambda: fail(breaker, hand),
        "strikes": lambda: [breaker.strike("plain") for _ in range(3)],
    }

    opens[how]()

    assert breaker.statistics()["plain"].state is State.OPEN
    assert wait_of(breaker, hand) == pytest.approx(wait, abs=0.011)


def test_strikes_in_half_open_are_no_calm() -> None:
    """A minute in which the circuit was open or half-open forgets nothing: the wait goes on doubling."""
    hand = Hand()
    breaker = Breaker(BreakerLaw(), hand.clock, lambda: 0.5)
    fail(breaker, hand)
    wait_of(breaker, hand)
    hand.later(3600.0)
    assert refused(breaker, hand.errand()) == "breaker_probe"

    for _ in range(3):
        breaker.strike("plain")

    assert wait_of(breaker, hand) == pytest.approx(20.0, abs=0.011)


@pytest.mark.parametrize(("every", "state"), [(29.0, State.OPEN), (31.0, State.CLOSED)])
def test_three_strikes_within_a_minute_open(every: float, state: State) -> None:
    """Calls that live on after they were cancelled open the circuit by the third, unless they are far between."""
    hand = Hand()
    breaker = Breaker(BreakerLaw(), hand.clock, lambda: 0.5)
    let_in(breaker, hand.errand()).leave(GOOD)

    for number in range(3):
        if number == 2:
            assert breaker.is_closed("plain")
        breaker.strike("plain")
        hand.later(every)

    assert breaker.statistics()["plain"].state is state


def test_good_calls_do_not_wash_strikes_away() -> None:
    """What does not end holds permits for ever: a source of which nine calls in ten are good is cut off as well."""
    hand = Hand()
    breaker = Breaker(BreakerLaw(), hand.clock, lambda: 0.5)
    for _ in range(3):
        for _ in range(9):
            let_in(breaker, hand.errand()).leave(GOOD)
        breaker.strike("plain")

    assert breaker.statistics()["plain"].state is State.OPEN


def test_strikes_before_an_opening_do_not_shorten_the_next_row() -> None:
    """Three strikes open once: after three good probes the next single strike does not."""
    hand = Hand()
    breaker = Breaker(BreakerLaw(), hand.clock, lambda: 0.5)
    let_in(breaker, hand.errand()).leave(GOOD)
    for _ in range(3):
        breaker.strike("plain")
    hand.later(5.0)
    close(breaker, hand)

    breaker.strike("plain")

    assert breaker.is_closed("plain")


def test_a_strike_while_open_prolongs_nothing() -> None:
    """A circuit that is open stays so for the wait it began with."""
    hand = Hand()
    breaker = Breaker(BreakerLaw(), hand.clock, lambda: 0.5)
    fail(breaker, hand)
    hand.later(4.0)
    for _ in range(5):
        breaker.strike("plain")
    hand.later(1.0)

    assert refused(breaker, hand.errand()) == "breaker_probe"


def test_a_strike_of_a_source_that_was_never_asked_is_nothing() -> None:
    """No circuit is made of it."""
    hand = Hand()
    breaker = Breaker(BreakerLaw(), hand.clock, lambda: 0.5)
    for _ in range(5):
        breaker.strike("plain")

    assert breaker.statistics() == {}
