"""The tier that is held and the one above, as Voucherify tells them."""

from typing import Any

import orjson
import pytest

from connector_samples import AT, answers_of
from connectors import Reply
from connectors.loyalty.signal import Loyalty, NextTier
from connectors.loyalty.voucherify import Member, Voucherify, VoucherifySettings

SETTINGS = {"app_id": "test-id", "app_token": "test-token", "program": "lprg_1"}
SILVER = {"tier": {"id": "t2", "name": "Silver"}, "points": {"current": 340, "min": 300, "max": 500}}
GOLD = {"type": "TIER_UPGRADE", "tier": {"id": "t3", "name": "Gold"}, "points": 160}


def ask(*progress: Any, wallet: str | None = None) -> Loyalty:
    """The account of a member whose cards w0, w1 and so on have these tiers."""
    cards = [
        {"tier_progress": one, "card": {"card_definition_id": f"w{index}", "balance": {"points": index}}}
        for index, one in enumerate(progress)
    ]
    body = {"member": {"id": "m", "customer_id": "c", "program_id": "p", "status": "ACTIVE"}, "cards": cards}
    connector = Voucherify(VoucherifySettings.model_validate({**SETTINGS, "wallet": wallet}))
    reply = Reply(AT, 200, {}, orjson.dumps(body))
    (answer,) = answers_of(connector, [Member(member="c")], lambda _: reply)
    assert isinstance(answer, Loyalty)
    return answer


def test_the_next_tier_is_what_is_still_missing() -> None:
    """The first opportunity names the tier above and the points to it."""
    answer = ask({"current": SILVER, "opportunities": [GOLD]})

    assert answer.next_tier == NextTier(name="Gold", basis="points", remaining=160)


@pytest.mark.parametrize("ends", [None, {}, {"min": 300}, {"min": 300, "max": None}])
def test_a_tier_without_an_upper_end_is_the_highest(ends: Any) -> None:
    """Above the highest tier there is none, whatever is listed as an opportunity."""
    answer = ask({"current": {**SILVER, "points": ends}, "opportunities": [GOLD]})

    assert answer.tier is not None
    assert answer.next_tier is None


@pytest.mark.parametrize(
    "opportunities",
    [
        *(None, [], {}, "Gold", [None], ["Gold"], [{}]),
        *([{**GOLD, "points": points}] for points in (None, -1, "160", True)),
        *([{**GOLD, "tier": tier}] for tier in (None, {}, {"name": ""}, {"name": 3})),
    ],
)
def test_an_opportunity_that_cannot_be_read_is_no_next_tier(opportunities: Any) -> None:
    """Without a name or a number of points there is nothing to strive for."""
    answer = ask({"current": SILVER, "opportunities": opportunities})

    assert answer.tier is not None
    assert answer.next_tier is None


@pytest.mark.parametrize(
    "progress",
    [
        *(None, {}, [], {"current": None}, {"current": {"tier": None}}, {"current": {"tier": {"id": "t2"}}}),
        *({"current": {"tier": {"id": "t2", "name": name}}} for name in ("", "x" * 129, 7)),
        {"current": {"tier": {"id": 2, "name": "Silver"}}},
    ],
)
def test_a_tier_that_cannot_be_read_is_null(progress: Any) -> None:
    """Without an id and a name, both of a sane length, there is no tier; the points stay."""
    answer = ask(progress)

    assert (answer.tier, answer.next_tier, answer.points_available) == (None, None, 0)


@pytest.mark.parametrize("instant", [None, "", "soon", "2026-06-15", "2026-06-15T00:00:00", 1781481600, {}])
def test_an_instant_that_is_none_is_null(instant: Any) -> None:
    """A date without a zone, a number or a word is no instant."""
    answer = ask({"current": {**SILVER, "start_at": instant, "expires_at": instant}})

    assert answer.tier is not None
    assert (answer.tier.since, answer.tier.expires_at) == (None, None)


@pytest.mark.parametrize(("wallet", "tier"), [(None, "Silver"), ("w0", "Silver"), ("w1", "Bronze"), ("w2", "Silver")])
def test_the_tier_is_of_the_wallet_shown_or_else_the_first(wallet: str | None, tier: str) -> None:
    """The wallet's own tier comes before that of the first card that has one."""
    bronze = {"current": {"tier": {"id": "t1", "name": "Bronze"}}}
    answer = ask({"current": SILVER}, bronze, None, wallet=wallet)

    assert answer.tier is not None
    assert answer.tier.name == tier
