"""Voucherify's Loyalty v2, one call: a customer's membership in a programme, with cards, points and tier."""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from gateway.lab.seeded import Seeded
from gateway.lab.vendor import Asked, Source, Told, Vendor

NOBODY = "nobody"
_IDENTIFIED_BY = ("customer_id", "customer_source_id", "member_id")
_CREDENTIALS = ("X-App-Id", "X-App-Token")
_DAY_S = 86_400
_ENROLLED = (1_577_836_800, 1_672_531_200)  # the years 2020 to 2022

# (name, lifetime points from, up to), lowest first; the highest has no end.
_TIERS: tuple[tuple[str, int, int | None], ...] = (("Bronze", 0, 1000), ("Silver", 1000, 2500), ("Gold", 2500, None))
_NO_MOVES = ("purchased", "purchased_reversed", "subtracted", "refunded", "returned", "locked", "unlocked")


def tell(asked: Asked) -> Told:
    """Answer `GET /v2/loyalties/programs/{program}/memberships/{member}`."""
    program, wanted = asked.path["program"], asked.path["member"]
    by = asked.query.get("identification_type", "customer_id")
    request = f"v-{asked.values.token(18, 'request', wanted, asked.wall)}"
    if not all(asked.headers.get(name, "").strip() for name in _CREDENTIALS):
        return _refusal(HTTPStatus.UNAUTHORIZED, "unauthorized", "Invalid X-App-Id or X-App-Token", request)
    if by not in _IDENTIFIED_BY:
        return _refusal(HTTPStatus.BAD_REQUEST, "invalid_query_params", "Invalid identification_type", request)
    if wanted.startswith(NOBODY):
        about = {"resource_id": wanted, "resource_type": "member"}
        return _refusal(HTTPStatus.NOT_FOUND, "not_found", f"Cannot find member with id {wanted}", request, about)
    values = asked.values.of(Source.LOYALTY, program, by, wanted)
    return Told(HTTPStatus.OK, _membership(values, program, by, wanted, int(asked.wall)), 1)


def _refusal(status: HTTPStatus, key: str, details: str, request: str, about: Mapping[str, str] | None = None) -> Told:
    """The vendor's own shape of an error."""
    message = "Resource not found" if status is HTTPStatus.NOT_FOUND else status.phrase
    body = {"code": status.value, "key": key, "message": message, "details": details, "request_id": request}
    return Told(status, {**body, **(about or {})}, 1)


def _membership(values: Seeded, program: str, by: str, wanted: str, wall: int) -> dict[str, Any]:
    """The body of one membership: the member, the programme, and one card or two."""
    enrolled = values.whole(*_ENROLLED, "enrolled")
    cards = [_card(values.of("card", 1), enrolled, wall, with_tier=True)]
    if values.fraction("second card") < 0.5:
        cards.append(_card(values.of("card", 2), enrolled, wall, with_tier=False))
    return {
        "member": {
            "id": wanted if by == "member_id" else f"lmbr_{values.token(18, 'member')}",
            "customer_id": wanted if by == "customer_id" else f"cust_{values.token(24, 'customer')}",
            "program_id": program,
            "status": "ACTIVE",
            "metadata": {},
            "created_at": _instant(enrolled),
            "updated_at": None,
            "object": "member",
        },
        "program": {"id": program, "name": "Morning Rewards", "status": "ACTIVE", "metadata": {}, "object": "program"},
        "cards": cards,
        "object": "membership",
    }


def _card(values: Seeded, enrolled: int, wall: int, *, with_tier: bool) -> dict[str, Any]:
    """One card of a member; points trickle in by the minute, and each day begins afresh."""
    today = wall % _DAY_S // 60
    added, spent = values.whole(100, 2000, "added"), values.whole(0, 60, "spent")
    earned, pending = today * values.whole(1, 2, "pace"), values.whole(0, 200, "pending")
    expired = values.whole(0, 40, "expired")
    balance = added + earned - spent - expired
    points = {"total": added + earned, "earned": earned, "added": added, "expired": expired, "spent": spent}
    card = {
        "id": f"lcrd_{values.token(18, 'card')}",
        "card_definition_id": f"lcdef_{values.token(18, 'definition') if not with_tier else '0' * 18}",
        "card_type": "INDIVIDUAL",
        "code": f"Morning-{values.token(10, 'code')}",
        "lifetime_bucket": {
            "points": {**points, **dict.fromkeys(_NO_MOVES, 0)},
            "pending_points": {"total": pending, "activated": 0, "canceled": 0},
        },
        "balance": {"points": balance, "pending_points": pending},
        "next_expiration": {"points": balance // 4, "date": _date(wall + _DAY_S * values.whole(20, 200, "expires"))},
        "next_activation": _activation(values, pending, wall),
        "object": "card",
    }
    held: dict[str, Any] = {"member_role": "OWNER", "created_at": _instant(enrolled)}
    if with_tier:
        held["tier_progress"] = _tier_progress(points["total"], enrolled, wall)
    return {**held, "card": card, "object": "member_card"}


def _activation(values: Seeded, pending: int, wall: int) -> dict[str, Any] | None:
    """When points that wait become points to spend; None where none wait."""
    if not pending:
        return None
    return {"points": pending, "type": "PERIOD_BASED", "date": _date(wall + _DAY_S * values.whole(1, 14, "activates"))}


def _tier_progress(total: int, enrolled: int, wall: int) -> dict[str, Any]:
    """Where a member stands in the tiers, and what the next one takes."""
    at = max(index for index, (_, least, _most) in enumerate(_TIERS) if total >= least)
    _, least, most = _TIERS[at]
    reached: dict[str, Any] = {"current": total, "min": least}
    opportunities: list[dict[str, Any]] = []
    if most is not None:
        reached["max"] = most
        opportunities.append({"type": "TIER_UPGRADE", "points": most - total, "tier": _tier(at + 1)})
    year = 365 * _DAY_S
    since = wall - (wall - enrolled) % year if wall > enrolled else enrolled
    return {
        "current": {
            "tier": _tier(at),
            "start_at": _instant(since),
            "expires_at": _instant(since + year),
            "points": reached,
        },
        "tier_structure": {"id": f"lts_{'0' * 18}", "object": "tier_structure"},
        "deferred": [],
        "risks": [{"type": "TIER_DOWNGRADE", "date": _instant(since + year), "tier": _tier(at - 1)}] if at else [],
        "opportunities": opportunities,
        "object": "member_tier_progress",
    }


def _tier(index: int) -> dict[str, str]:
    """One tier by its place in the order."""
    return {"id": f"lt_{index + 1:018d}", "name": _TIERS[index][0]}


def _instant(at: int) -> str:
    """An instant as the vendor writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _date(at: int) -> str:
    """The day of an instant, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def _misshaped(body: Any) -> Any:
    """The same member with cards that are not a list and a balance in words."""
    return {**body, "cards": {"card": {"balance": {"points": "plenty"}}}}


VENDOR = Vendor(
    source=Source.LOYALTY,
    method="GET",
    path="/voucherify/v2/loyalties/programs/{program}/memberships/{member}",
    tell=tell,
    misshape=_misshaped,
    failed={
        "code": 500,
        "key": "internal_error",
        "message": "Internal server error",
        "details": "Try again later",
        "request_id": "v-0000000000000000",
    },
    throttled={
        "code": 429,
        "key": "too_many_requests",
        "message": "Too many requests hit the API too quickly",
        "details": "The API limit of the organization is reached",
        "request_id": "v-0000000000000000",
    },
)
