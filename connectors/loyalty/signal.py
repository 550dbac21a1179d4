"""The reading of one member's loyalty account, the same whichever vendor filled it. All of it is the viewer's own."""

import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, Field
from pydantic.config import JsonDict

from connectors import Money, Part, Signal

MOST_POINTS = 10**12
"""No balance is larger: a number beyond it is a mistake, and browsers would soon round it."""

MOST_BALANCES = 50

MemberState = Literal["member", "candidate", "guest", "blocked", "not_found"]
Points = (
    Annotated[int, Field(strict=True, ge=-MOST_POINTS, le=MOST_POINTS)]
    | Annotated[float, Field(strict=True, ge=-MOST_POINTS, le=MOST_POINTS)]
)
Id = Annotated[str, Field(min_length=1, max_length=64)]
Name = Annotated[str, Field(min_length=1, max_length=128)]

_VIEWER: Final[JsonDict] = {"x-privacy": "viewer"}


class Unit(Part):
    """What points are called in this programme."""

    one: Name = Field(json_schema_extra=_VIEWER)
    other: Name = Field(json_schema_extra=_VIEWER)


class Expiring(Part):
    """The next points to be lost, and the last day on which they can be spent."""

    points: Points = Field(json_schema_extra=_VIEWER)
    date: datetime.date = Field(json_schema_extra=_VIEWER)


class Tier(Part):
    """The tier that the member holds."""

    id: Id = Field(json_schema_extra=_VIEWER)
    name: Name = Field(json_schema_extra=_VIEWER)
    since: AwareDatetime | None = Field(default=None, json_schema_extra=_VIEWER)
    expires_at: AwareDatetime | None = Field(default=None, json_schema_extra=_VIEWER)


class NextTier(Part):
    """The tier above, and what is still missing for it: a number of points or orders, or an amount to spend."""

    name: Name = Field(json_schema_extra=_VIEWER)
    basis: Literal["points", "spend", "orders"] = Field(json_schema_extra=_VIEWER)
    remaining: Points | Money = Field(json_schema_extra=_VIEWER)


class Balance(Part):
    """One wallet of the member. Wallets are never added up, and points of kind `qualifying` cannot be spent."""

    id: Id = Field(json_schema_extra=_VIEWER)
    name: Name | None = Field(default=None, json_schema_extra=_VIEWER)
    kind: Literal["spendable", "qualifying"] = Field(json_schema_extra=_VIEWER)
    available: Points = Field(json_schema_extra=_VIEWER)
    pending: Points | None = Field(default=None, json_schema_extra=_VIEWER)


def _shown(made: dict[str, Any]) -> int | float | None:
    points: int | float | None = made.get("points_available")
    return None if points is None else max(0, points)


class Loyalty(Signal):
    """One member's account. A null is what the vendor did not say; it is never 0.

    `points_available` can be spent now, and may be negative after a refund; `display_points` is the same, at least 0,
    and follows from it where it is not given. Guests and blocked members have no points, not none.
    """

    as_of: AwareDatetime | None = Field(default=None, json_schema_extra=_VIEWER)
    program_id: Id | None = Field(default=None, json_schema_extra=_VIEWER)
    member_id: Id | None = Field(default=None, json_schema_extra=_VIEWER)
    member_state: MemberState | None = Field(default=None, json_schema_extra=_VIEWER)
    points_available: Points | None = Field(default=None, json_schema_extra=_VIEWER)
    display_points: Points | None = Field(default_factory=_shown, json_schema_extra=_VIEWER)
    points_pending: Points | None = Field(default=None, json_schema_extra=_VIEWER)
    pending_activates_at: datetime.date | None = Field(default=None, json_schema_extra=_VIEWER)
    points_expiring: Expiring | None = Field(default=None, json_schema_extra=_VIEWER)
    points_lifetime: Points | None = Field(default=None, json_schema_extra=_VIEWER)
    points_spent: Points | None = Field(default=None, json_schema_extra=_VIEWER)
    unit: Unit | None = Field(default=None, json_schema_extra=_VIEWER)
    tier: Tier | None = Field(default=None, json_schema_extra=_VIEWER)
    next_tier: NextTier | None = Field(default=None, json_schema_extra=_VIEWER)
    balances: tuple[Balance, ...] = Field(default=(), max_length=MOST_BALANCES, json_schema_extra=_VIEWER)


UNKNOWN: Final = Loyalty()
"""The default of the kind: nothing is known of the member; above all not 0 points."""
