"""Whatever Voucherify sends, a member gets a reading within bounds that is theirs, or a fault."""

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from connector_samples import AT, Answer, answers_of
from connectors import BadReply, Fault, Reply
from connectors.loyalty.signal import Loyalty
from connectors.loyalty.voucherify import Member, Voucherify, VoucherifySettings
from hostile_bodies import any_json, one_part_replaced

NAMES = ("member", "customer_id", "status", "cards", "card", "balance", "points", "tier_progress", "current", "tier")
SETTINGS = VoucherifySettings.model_validate({"app_id": "id", "app_token": "token", "program": "p"})
CARD = {
    "tier_progress": {
        "current": {
            "tier": {"id": "t2", "name": "Silver"},
            "start_at": "2026-01-01T00:00:00.000Z",
            "expires_at": "2027-01-01T00:00:00.000Z",
            "points": {"current": 340, "min": 300, "max": 500},
        },
        "opportunities": [{"type": "TIER_UPGRADE", "tier": {"id": "t3", "name": "Gold"}, "points": 160}],
    },
    "card": {
        "card_definition_id": "w1",
        "lifetime_bucket": {"points": {"total": 340, "spent": 100}},
        "balance": {"points": 240, "pending_points": 30},
        "next_expiration": {"points": 40, "date": "2026-06-30"},
        "next_activation": {"points": 30, "date": "2026-03-10"},
    },
}
MEMBER = {"id": "m1", "customer_id": "c1", "program_id": "p", "status": "ACTIVE"}
GOOD = {"member": MEMBER, "cards": [CARD]}


def ask(body: Any) -> Answer:
    """The answer to one member; raises what would be the connector's own fault."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    (answer,) = answers_of(Voucherify(SETTINGS), [Member(member="c1")], lambda _: Reply(AT, 200, {}, content))
    return answer


def test_the_good_body_is_good() -> None:
    """The body that the other tests break comes out whole when nobody breaks it."""
    answer = ask(GOOD)

    assert isinstance(answer, Loyalty)
    assert [name for name, value in answer if value is None] == ["unit"]


@given(any_json(*NAMES))
def test_any_json_is_a_fault_and_never_our_own(body: Any) -> None:
    """No JSON at all makes the connector raise anything but what counts as the vendor's fault."""
    assert isinstance(ask(body), Fault)


@given(one_part_replaced(GOOD))
def test_a_body_with_one_wrong_part_is_a_reading_or_a_fault(body: Any) -> None:
    """A good body with any part replaced or missing is read within bounds, or is a fault."""
    answer = ask(body)

    assert isinstance(answer, Fault) or Loyalty.model_validate(answer.model_dump()) == answer


@given(st.lists(one_part_replaced(CARD) | any_json(*NAMES), max_size=4))
def test_a_wrong_card_harms_no_neighbour(others: list[Any]) -> None:
    """Whatever other cards come, the first card's points are shown and its wallet is the first that is listed."""
    answer = ask({"member": MEMBER, "cards": [CARD, *others]})

    assert isinstance(answer, Loyalty)
    assert (answer.points_available, answer.balances[0].available) == (240, 240)


@given(any_json().filter(lambda value: value != "c1"), one_part_replaced(GOOD))
def test_no_body_of_another_is_ever_a_reading(customer: Any, body: Any) -> None:
    """Unless the body names this customer, there is no reading at all, however good the rest."""
    named = body.get("member") if isinstance(body, dict) else None
    member = {**named, "customer_id": customer} if isinstance(named, dict) else customer

    assert isinstance(ask({**GOOD, "member": member}), Fault)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_json_are_a_bad_reply(body: bytes) -> None:
    """Garbage is a bad reply."""
    try:
        orjson.loads(body)
    except ValueError:
        assert isinstance(ask(body), BadReply)
