"""Voucherify as it is asked and read: a real membership to the last point, both shapes, whose it is, what is null."""

from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest
from pydantic import SecretStr, ValidationError

from connector_samples import AT, Answer, answers_of, expected_only
from connectors import Absent, BadReply, Call, Reply, Scope
from connectors.contract.query import binding_of
from connectors.loyalty.signal import Balance, Expiring, Loyalty, Tier
from connectors.loyalty.voucherify import Member, Voucherify, VoucherifySettings
from vendor_bodies import body, raw

CUSTOMER = "cust_6onRrs4kCnvSVrTs5YtDPFBG"


def connector(**settings: Any) -> Voucherify:
    """A connector with the keys of a test."""
    told = {"app_id": "test-id", "app_token": "test-token", "program": "lprg_1"}
    return Voucherify(VoucherifySettings.model_validate(told | settings))


def ask(content: Any, member: str = CUSTOMER, status: int = 200, **settings: Any) -> Any:
    """What a member gets of a body."""
    reply = Reply(AT, status, {}, content if isinstance(content, bytes) else orjson.dumps(content))
    (answer,) = answers_of(connector(**settings), [Member(member=member)], lambda call: expected_only(call, reply))
    return answer


def membership(card: Any = None, tier_progress: Any = None, **member: Any) -> dict[str, Any]:
    """A small good body with one card."""
    about = {"id": "lmbr_1", "customer_id": CUSTOMER, "program_id": "lprg_1", "status": "ACTIVE"}
    shown = {"card_definition_id": "w1", "balance": {"points": 7, "pending_points": 3}} | (card or {})
    return {"member": about | member, "cards": [{"card": shown, "tier_progress": tier_progress}]}


def test_a_real_membership() -> None:
    """The first card has 160 to spend and 120 pending; 160 expire on 2026-08-08; Gold of which none is higher told."""
    answer: Answer = ask(raw("voucherify", "v2_membership.json"))

    assert answer == Loyalty(
        as_of=AT,
        program_id="lprg_128f58429f4c4bf7b2",
        member_id="lmbr_128f962dbc8c4ba5dc",
        member_state="member",
        points_available=160,
        display_points=160,
        points_pending=120,
        pending_activates_at=date(2026, 7, 20),
        points_expiring=Expiring(points=160, date=date(2026, 8, 8)),
        points_lifetime=740,
        points_spent=250,
        tier=Tier(
            id="lt_128f4a88414c4bed6a",
            name="Gold",
            since=datetime(2026, 6, 15, tzinfo=UTC),
            expires_at=datetime(2027, 6, 15, tzinfo=UTC),
        ),
        next_tier=None,
        balances=(
            Balance(id="lcdef_128f495f720c4bec8c", kind="spendable", available=160, pending=120),
            Balance(id="lcdef_128f49963c0c4becb7", kind="spendable", available=50, pending=160),
        ),
    )


def test_the_wallet_of_the_settings_is_the_one_shown() -> None:
    """With the second wallet named its 50 points and its dates are shown; the tier stays the member's."""
    answer = ask(raw("voucherify", "v2_membership.json"), wallet="lcdef_128f49963c0c4becb7")

    assert (answer.points_available, answer.points_pending, answer.points_lifetime) == (50, 160, 50)
    assert (answer.points_expiring, answer.tier.name) == (Expiring(points=50, date=date(2026, 12, 23)), "Gold")


def test_a_wallet_that_is_not_there_has_no_points() -> None:
    """A wallet that the member does not have is null, and no other wallet stands in for it."""
    answer = ask(raw("voucherify", "v2_membership.json"), wallet="lcdef_none")

    assert (answer.points_available, answer.display_points, answer.points_pending) == (None, None, None)
    assert [one.available for one in answer.balances] == [160, 50]


def test_the_member_may_stand_at_the_top() -> None:
    """The other shape of a real body, the member's own fields at its top, is read as well."""
    nested = body("voucherify", "v2_membership.json")
    cards = [{key: value for key, value in card.items() if key != "tier_progress"} for card in nested["cards"]]
    answer = ask({**nested["member"], "cards": cards})

    assert (answer.member_id, answer.points_available, answer.tier) == ("lmbr_128f962dbc8c4ba5dc", 160, None)


def test_the_code_of_a_card_stays_out() -> None:
    """The code of a card is as good as cash and is in no field."""
    told = ask(raw("voucherify", "v2_membership.json")).model_dump_json()

    assert "SummerTime" not in told
    assert "AutumnTime" not in told


def test_an_unknown_member_is_absent() -> None:
    """Voucherify answers 404 for an id that it does not know."""
    assert isinstance(ask(raw("voucherify", "v2_error_404_member.json"), status=404), Absent)


@pytest.mark.parametrize("customer", ["cust_2", "", None, 1, [CUSTOMER], CUSTOMER.lower(), f"{CUSTOMER} "])
def test_a_reply_that_is_not_this_members_is_refused(customer: Any) -> None:
    """Another member's account, or one that names nobody, is a bad reply, and the message names neither."""
    answer = ask(membership(customer_id=customer))

    assert isinstance(answer, BadReply)
    assert "cust_" not in str(answer).lower()


@pytest.mark.parametrize("name", ["v2_customer_memberships.json", "v1_member_card.json", "v2_card_pending_points.json"])
def test_the_body_of_another_endpoint_is_refused(name: str) -> None:
    """What names no member in its place cannot be told to be this member's."""
    assert isinstance(ask(raw("voucherify", name)), BadReply)


def test_the_call() -> None:
    """One GET by customer id; the keys travel in headers, the token as a secret."""
    call = next(connector().read(Member(member="auth0|7:a.b-c")))

    assert isinstance(call, Call)
    assert call.path == "/v2/loyalties/programs/lprg_1/memberships/auth0%7C7%3Aa.b-c"
    assert (call.method, call.params) == ("GET", {"identification_type": "customer_id"})
    assert call.headers == {"X-App-Id": "test-id", "X-App-Token": SecretStr("test-token")}
    assert "test-token" not in repr(call)


def test_the_declarations() -> None:
    """The account is the viewer's alone, asked for by claims of the ticket, at Voucherify's own clusters."""
    binding = binding_of(Member.model_fields["member"])

    assert Voucherify.policy.scope is Scope.VIEWER
    assert Voucherify.policy.reuse  # the reply names whose it is
    assert Voucherify.policy.hosts == ("api.voucherify.io", "*.api.voucherify.io")
    assert binding is not None
    assert binding.path is not None
    assert binding.path.text == "ticket.loyalty_id || ticket.sub"


@pytest.mark.parametrize("member", ["", "a@example.com", "..", "../x", "a/b", "a?b", "a b", "a\n", "x" * 65, "é"])
def test_what_is_no_customer_id_is_no_query(member: str) -> None:
    """An e-mail address, and whatever could bend a path, is refused before any call."""
    with pytest.raises(ValidationError):
        Member(member=member)


@pytest.mark.parametrize(
    "wrong", [{"program": "../x"}, {"program": ""}, {"app_id": ""}, {"wallet": ""}, {"token": "x"}]
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, str]) -> None:
    """The programme is an identifier, and no key is empty or unknown."""
    with pytest.raises(ValidationError):
        connector(**wrong)


def test_a_negative_balance_is_told_and_not_displayed() -> None:
    """After a refund a card may owe points: available is negative, displayed is 0."""
    answer = ask(membership({"balance": {"points": -40, "pending_points": 0}}))

    assert (answer.points_available, answer.display_points, answer.points_pending) == (-40, 0, 0)
    assert answer.balances == (Balance(id="w1", kind="spendable", available=-40, pending=0),)


@pytest.mark.parametrize("balance", [None, {}, {"points": None}])
def test_a_balance_that_is_not_told_is_null(balance: Any) -> None:
    """Null, or left out, is null: never 0."""
    answer = ask(membership({"balance": balance}))

    assert (answer.points_available, answer.display_points, answer.points_pending) == (None, None, None)
    assert (answer.member_state, answer.balances) == ("member", ())


@pytest.mark.parametrize("cards", [{"card": {"balance": {"points": 7}}}, "cards", 7, True])
def test_cards_that_are_no_list_are_a_bad_reply(cards: Any) -> None:
    """Another shape is no membership without cards: the whole reply is refused."""
    assert isinstance(ask(membership() | {"cards": cards}), BadReply)


@pytest.mark.parametrize("points", ["7", True, [7], {}, 10**13, -(10**13), 1e300])
def test_a_balance_that_is_no_number_is_a_bad_reply(points: Any) -> None:
    """The balance that is shown has to be right; of another card it would only be left out."""
    wrong = {"card_definition_id": "w2", "balance": {"points": points}}
    good = membership()

    assert isinstance(ask(membership(wrong)), BadReply)
    assert ask({**good, "cards": [*good["cards"], {"card": wrong}]}) == ask(good)


@pytest.mark.parametrize(
    "part",
    [
        {"next_expiration": {"points": 5}},
        {"next_expiration": {"points": "5", "date": "2026-08-08"}},
        {"next_expiration": {"points": 5, "date": "soon"}},
        {"next_expiration": [5]},
        {"next_activation": {"points": 5, "type": "EVENT_BASED", "cancel_date": "2026-08-08"}},
        {"next_activation": {"date": 1}},
        {"lifetime_bucket": {"points": 5}},
        {"lifetime_bucket": {"points": {"total": "5", "spent": None}}},
    ],
)
def test_an_optional_part_that_cannot_be_read_is_null(part: dict[str, Any]) -> None:
    """An expiry without a day, an activation by an event, a bucket of the wrong shape: null, and the points stay."""
    assert ask(membership(part)) == ask(membership())


@pytest.mark.parametrize(("status", "state"), [("INACTIVE", "blocked"), ("DELETED", "not_found")])
def test_who_is_no_active_member_has_no_points(status: str, state: str) -> None:
    """Blocked and deleted members have null points, whatever the card says, and no tier."""
    answer = ask(membership(tier_progress={"current": {"tier": {"id": "t", "name": "Gold"}}}, status=status))

    assert answer == Loyalty(as_of=AT, program_id="lprg_1", member_id="lmbr_1", member_state=state)
