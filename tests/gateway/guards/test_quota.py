"""The quota gate: one token a call, time alone refills, and a vendor's wait closes the gate for as long as allowed."""

from dataclasses import replace

import pytest

from connectors import Quota, hours
from gate_bench import GOOD, NOT_SENT, OTHER, PLAIN, Hand, let_in, refused
from gateway.guards import Refusal
from gateway.guards.quota import QuotaGate
from gateway.outcome import Done, Reason, Verdict
from gateway.pool.statuses import retry_after
from stand_in import Of, source

COUNTED = source("counted", Of, quota=Quota(rate=2.0, burst=5.0))


def told_to_wait(seconds: float) -> Done:
    """What a call brings whose vendor asks for a wait."""
    return Done((), Verdict.NEUTRAL, wait=seconds)


def drained(hand: Hand, calls: int = 5) -> QuotaGate:
    """A gate whose bucket was just emptied by as many calls."""
    gate = QuotaGate(hand.clock)
    for _ in range(calls):
        let_in(gate, hand.errand(COUNTED)).leave(GOOD)
    return gate


def test_an_empty_bucket_refuses_and_says_why() -> None:
    """As many calls as the burst go through at one instant; the next is refused, for the reason of the payload."""
    hand = Hand()

    answer = drained(hand).enter(hand.errand(COUNTED))

    assert answer == Refusal(Reason.QUOTA, "bucket_empty")


@pytest.mark.parametrize(("seconds", "cause"), [(0.0, "bucket_empty"), (0.499, "bucket_empty"), (0.5, None)])
def test_the_bucket_refills_with_time_alone(seconds: float, cause: str | None) -> None:
    """At two tokens a second there is another after half of one, however often it was looked at in between."""
    hand = Hand()
    gate = drained(hand)
    for _ in range(10):
        assert refused(gate, hand.errand(COUNTED)) == "bucket_empty"
    hand.later(seconds)

    assert refused(gate, hand.errand(COUNTED)) == cause


def test_an_idle_hour_saves_up_no_more_than_the_burst() -> None:
    """After an hour without a call five go through at once, and no sixth."""
    hand = Hand()
    gate = drained(hand)
    hand.later(3600.0)

    causes = [refused(gate, hand.errand(COUNTED)) for _ in range(7)]

    assert causes == [None] * 5 + ["bucket_empty"] * 2


@pytest.mark.parametrize(("rate", "burst", "calls"), [(3.0, None, 3), (0.1, None, 1), (2.5, 7.9, 7), (1.0, 1.0, 1)])
def test_the_burst_is_a_second_of_the_rate_where_none_is_stated(rate: float, burst: float | None, calls: int) -> None:
    """And there is always room for one call, however slow the rate."""
    hand = Hand()
    gate = QuotaGate(hand.clock)
    of = replace(COUNTED, quota=Quota(rate=rate, burst=burst))

    causes = [refused(gate, hand.errand(of)) for _ in range(calls + 1)]

    assert causes == [None] * calls + ["bucket_empty"]


def test_the_other_calls_of_a_talk_are_paid_afterwards() -> None:
    """A talk of four calls costs four tokens: the balance goes below zero, and time pays it off before the next."""
    hand = Hand()
    gate = drained(hand, calls=4)

    let_in(gate, hand.errand(COUNTED)).leave(Done((), Verdict.GOOD, calls=4))

    assert gate.statistics()["counted"].tokens == -3.0
    hand.later(1.9)
    assert refused(gate, hand.errand(COUNTED)) == "bucket_empty"
    hand.later(0.1)
    assert refused(gate, hand.errand(COUNTED)) is None


def test_what_was_not_sent_is_given_back() -> None:
    """Refused further in, an errand has cost nothing; a hundred such leave the bucket as it was."""
    hand = Hand()
    gate = drained(hand, calls=4)
    for _ in range(100):
        let_in(gate, hand.errand(COUNTED)).leave(NOT_SENT)

    causes = [refused(gate, hand.errand(COUNTED)) for _ in range(2)]

    assert causes == [None, "bucket_empty"]


def test_a_refusal_costs_nothing() -> None:
    """Those who were refused have not put off the next token."""
    hand = Hand()
    gate = drained(hand)
    for _ in range(50):
        refused(gate, hand.errand(COUNTED))
    hand.later(2.5)

    causes = [refused(gate, hand.errand(COUNTED)) for _ in range(6)]

    assert causes == [None] * 5 + ["bucket_empty"]


NOW = "Mon, 02 Mar 2026 15:02:00 GMT"


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "-5"}, 1.0),
        ({"Retry-After": "abc"}, 1.0),
        ({}, 1.0),
        ({"Retry-After": "99999"}, 60.0),
        ({"Retry-After": "Mon, 02 Mar 2026 15:02:09 GMT", "Date": NOW}, 9.0),
        ({"Retry-After": "Mon, 02 Mar 2026 14:00:00 GMT", "Date": NOW}, 1.0),
        ({"Retry-After": "Tue, 03 Mar 2037 14:00:00 GMT", "Date": NOW}, 60.0),
    ],
    ids=str,
)
def test_the_gate_is_closed_for_the_wait_in_all_its_shapes(stated: dict[str, str], seconds: float) -> None:
    """Seconds, a date by the vendor's own clock, junk: closed to the last instant, then open by time alone."""
    hand = Hand()
    gate = QuotaGate(hand.clock)

    let_in(gate, hand.errand()).leave(told_to_wait(retry_after(stated, 1e9)))

    assert gate.enter(hand.errand()) == Refusal(Reason.QUOTA, "upstream_429")
    assert gate.statistics()["plain"].closed_for == seconds
    hand.later(seconds - 0.001)
    assert refused(gate, hand.errand()) == "upstream_429"
    hand.later(0.001)
    assert refused(gate, hand.errand()) is None


def test_a_wait_of_nothing_closes_nothing() -> None:
    """`Retry-After: 0` leaves the gate open."""
    hand = Hand()
    gate = QuotaGate(hand.clock)

    let_in(gate, hand.errand()).leave(told_to_wait(0.0))

    assert refused(gate, hand.errand()) is None


def test_the_longer_of_two_waits_holds() -> None:
    """A reply that asks for less does not open the gate earlier than the one before it asked."""
    hand = Hand()
    gate = QuotaGate(hand.clock)
    permits = [let_in(gate, hand.errand()) for _ in range(2)]
    permits[0].leave(told_to_wait(30.0))
    permits[1].leave(told_to_wait(1.0))
    hand.later(29.0)

    assert refused(gate, hand.errand()) == "upstream_429"


@pytest.mark.parametrize(("window", "most"), [(None, 60.0), (hours(1), 3600.0), (hours(24), 86_400.0)])
def test_a_wait_is_capped_at_a_minute_or_the_declared_window(window: object, most: float) -> None:
    """No vendor's word closes the gate for good."""
    hand = Hand()
    gate = QuotaGate(hand.clock)
    of = replace(COUNTED, quota=Quota.model_validate({"rate": 100.0, "window": window}))

    let_in(gate, hand.errand(of)).leave(told_to_wait(10.0**7))

    assert gate.statistics()["counted"].closed_for == most


def test_a_closed_gate_takes_no_token() -> None:
    """While the gate is closed the bucket fills; asking then empties nothing."""
    hand = Hand()
    gate = drained(hand, calls=4)
    let_in(gate, hand.errand(COUNTED)).leave(told_to_wait(10.0))
    for _ in range(20):
        refused(gate, hand.errand(COUNTED))
    hand.later(10.0)

    assert [refused(gate, hand.errand(COUNTED)) for _ in range(6)] == [None] * 5 + ["bucket_empty"]


def test_a_source_without_a_quota_never_runs_out() -> None:
    """No bucket: a thousand calls at one instant go through, and statistics tell of no tokens."""
    hand = Hand()
    gate = QuotaGate(hand.clock)

    assert {refused(gate, hand.errand()) for _ in range(1000)} == {None}
    assert gate.statistics()["plain"].tokens is None


def test_sources_have_buckets_and_gates_of_their_own() -> None:
    """One vendor's limit is not another's."""
    hand = Hand()
    gate = drained(hand)
    let_in(gate, hand.errand()).leave(told_to_wait(60.0))

    assert refused(gate, hand.errand(OTHER)) is None
    assert (refused(gate, hand.errand(COUNTED)), refused(gate, hand.errand(PLAIN))) == ("bucket_empty", "upstream_429")


def test_a_new_quota_holds_from_the_next_call() -> None:
    """The buckets outlive a configuration: one without a quota lets all in again, and a smaller one holds at once."""
    hand = Hand()
    gate = drained(hand)

    assert {refused(gate, hand.errand(replace(COUNTED, quota=None))) for _ in range(20)} == {None}
    smaller = replace(COUNTED, quota=Quota(rate=1.0, burst=2.0, window=hours(1)))
    assert [refused(gate, hand.errand(smaller)) for _ in range(3)] == [None, None, "bucket_empty"]
    hand.later(1.0)
    let_in(gate, hand.errand(smaller)).leave(told_to_wait(1800.0))
    assert gate.statistics()["counted"].closed_for == 1800.0
