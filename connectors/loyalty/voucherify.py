"""Points, expiry and tier of the signed-in member, from Voucherify's loyalty programmes (API v2)."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from pydantic import Field, SecretStr

from connectors import (
    BadReply,
    Call,
    Connector,
    From,
    Policy,
    Query,
    Quota,
    Scope,
    Settings,
    Talk,
    minutes,
    ms,
    seconds,
)
from connectors.loyalty.signal import (
    MOST_BALANCES,
    MOST_POINTS,
    UNKNOWN,
    Balance,
    Expiring,
    Loyalty,
    MemberState,
    NextTier,
    Tier,
)

_STATES: Final[Mapping[str, MemberState]] = {"ACTIVE": "member", "INACTIVE": "blocked", "DELETED": "not_found"}
_LONGEST_ID, _LONGEST_NAME = 64, 128

_Row = Mapping[str, Any]


class AnothersReply(BadReply):
    """The reply is about another member: what must alarm an operator."""

    cause = "identity_mismatch"


class VoucherifySettings(Settings):
    """Where the project lives, its keys, and which programme and wallet are shown."""

    base_url: str = Field(
        default="https://api.voucherify.io",
        description="API endpoint of the project's cluster, such as https://us1.api.voucherify.io",
    )
    app_id: str = Field(min_length=1, max_length=128, description="Application ID of a server-side key")
    app_token: SecretStr = Field(description="Secret key that belongs to the application ID")
    program: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", description="ID of the loyalty programme")
    wallet: str | None = Field(
        default=None,
        min_length=1,
        max_length=64,
        description="card_definition_id of the wallet whose points are shown; the first card if left out",
    )


class Member(Query):
    """Whose account it is: the customer ID of Voucherify, from the ticket alone. No e-mail address fits it."""

    member: str = From(
        "ticket.loyalty_id || ticket.sub", pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.:|-]{0,63}$", max_length=64
    )


class Voucherify(Connector[VoucherifySettings, Member, Loyalty]):
    """Points, expiry and tier of the signed-in member, from Voucherify's loyalty programmes (API v2)."""

    name = "voucherify"
    default = UNKNOWN
    policy = Policy(
        scope=Scope.VIEWER,
        timeout=ms(300),
        ttl=seconds(30),
        stale=minutes(15),
        idempotent=True,
        hosts=("api.voucherify.io", "*.api.voucherify.io"),
        quota=Quota(rate=1, burst=40),  # the smallest plan: 100 calls a minute; who goes beyond is blocked
    )

    def read(self, who: Member) -> Talk[Loyalty]:
        """Read the membership: the one endpoint that carries balances and tier at once and names its customer."""
        program, member = quote(self.settings.program, safe=""), quote(who.member, safe="")
        reply = yield Call(
            "GET",
            f"/v2/loyalties/programs/{program}/memberships/{member}",
            params={"identification_type": "customer_id"},
            headers={"X-App-Id": self.settings.app_id, "X-App-Token": self.settings.app_token},
        )
        return _membership(reply.json, who, self.settings.wallet, reply.at)


def _membership(body: Any, who: Member, wallet: str | None, at: datetime.datetime) -> Loyalty:
    """The reading of a body, the member inside it or at its top; the vendor states no time of its own."""
    member = body.get("member", body)
    customer = member.get("customer_id")
    if customer is None:
        raise BadReply("the reply names no member")
    if customer != who.member:
        raise AnothersReply("the reply names another member")
    state = _STATES.get(member.get("status"))
    if state is None:
        raise BadReply("the status of the member is none that is known")
    read: dict[str, Any] = {
        "as_of": at,
        "program_id": _text(member.get("program_id"), _LONGEST_ID),
        "member_id": _text(member.get("id"), _LONGEST_ID),
        "member_state": state,
    }
    if state == "member":  # the points of a blocked member cannot be spent: no number would be a true one
        entries = _entries(body.get("cards"))
        read |= _points_of(entries, wallet) | _tiers_of(entries, wallet)
    return Loyalty.model_validate(read)


def _entries(cards: Any) -> list[_Row]:
    """The cards of a membership: none where the vendor gives none, and nothing but a list is one."""
    if cards is not None and not isinstance(cards, list):
        raise BadReply("the cards are no list")
    return [entry for entry in cards or () if isinstance(entry, dict)]


def _points_of(entries: Sequence[_Row], wallet: str | None) -> dict[str, Any]:
    """The points of the wallet that is shown, and the balance of each; nothing where there is no such wallet."""
    cards = [_card(entry) for entry in entries]
    balances = tuple(one for card in cards if (one := _balance(card)))[:MOST_BALANCES]
    shown = next((card for card in cards if _is_shown(card, wallet)), None)
    if shown is None:
        return {"balances": balances}
    balance, ever = _part(shown, "balance"), _part(_part(shown, "lifetime_bucket"), "points")
    available = balance.get("points")
    if available is not None and _points(available) is None:
        raise BadReply("the balance of the wallet is no number of points")
    return {
        "points_available": _points(available),
        "points_pending": _points(balance.get("pending_points")),
        "pending_activates_at": _day(_part(shown, "next_activation").get("date")),
        "points_expiring": _expiring(_part(shown, "next_expiration")),
        "points_lifetime": _points(ever.get("total")),
        "points_spent": _points(ever.get("spent")),
        "balances": balances,
    }


def _tiers_of(entries: Sequence[_Row], wallet: str | None) -> dict[str, Any]:
    """The tier held and the one above: of the wallet that is shown, or else of the first that has a tier at all."""
    by_wallet = sorted(entries, key=lambda entry: not _is_shown(_card(entry), wallet))
    progress = next((found for entry in by_wallet if (found := _part(entry, "tier_progress"))), {})
    current = _part(progress, "current")
    tier = _part(current, "tier")
    name, tier_id = _text(tier.get("name"), _LONGEST_NAME), _text(tier.get("id"), _LONGEST_ID)
    if name is None or tier_id is None:
        return {}
    since, expires_at = _instant(current.get("start_at")), _instant(current.get("expires_at"))
    is_highest = _part(current, "points").get("max") is None
    above = None if is_highest else _above(progress.get("opportunities"))
    return {"tier": Tier(id=tier_id, name=name, since=since, expires_at=expires_at), "next_tier": above}


def _above(opportunities: Any) -> NextTier | None:
    first = next(iter(opportunities), None) if isinstance(opportunities, list) else None
    if not isinstance(first, dict):
        return None
    name, remaining = _text(_part(first, "tier").get("name"), _LONGEST_NAME), _points(first.get("points"))
    if name is None or remaining is None or remaining < 0:
        return None
    return NextTier(name=name, basis="points", remaining=remaining)


def _card(entry: _Row) -> _Row:
    card = entry.get("card", entry)
    return card if isinstance(card, dict) else {}


def _is_shown(card: _Row, wallet: str | None) -> bool:
    return wallet is None or card.get("card_definition_id") == wallet


def _balance(card: _Row) -> Balance | None:
    """One wallet, by the name that an operator can choose it by; its code is as good as cash and stays out."""
    wallet = _text(card.get("card_definition_id"), _LONGEST_ID)
    balance = _part(card, "balance")
    available, pending = _points(balance.get("points")), _points(balance.get("pending_points"))
    if wallet is None or available is None:
        return None
    return Balance(id=wallet, kind="spendable", available=available, pending=pending)


def _expiring(bucket: _Row) -> Expiring | None:
    points, day = _points(bucket.get("points")), _day(bucket.get("date"))
    return None if points is None or day is None else Expiring(points=points, date=day)


def _part(row: _Row, name: str) -> _Row:
    """A part that may be null or left out, and is then empty."""
    part = row.get(name)
    return part if isinstance(part, dict) else {}


def _points(value: Any) -> int | float | None:
    """A number of points; None for anything else, a boolean too, which Python would count as 0 or 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > MOST_POINTS:
        return None
    return int(value) if value == int(value) else value


def _text(value: Any, longest: int) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= longest else None


def _day(value: Any) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _instant(value: Any) -> datetime.datetime | None:
    try:
        instant = datetime.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return None if instant.tzinfo is None else instant
