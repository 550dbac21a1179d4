"""What a brand's page carries in itself to open with."""

from typing import Any

DATA: dict[str, Any] = {
    "temperature": None, "sky": "unknown", "is_day": None, "stock_left": None, "price": None, "currency": None,
    "availability": None, "points": None, "tier": None, "mood": "unknown", "change_pct": None, "basis": "unknown",
    "today": "today", "daypart": "day",
}  # fmt: skip


def nobody() -> dict[str, Any]:
    """A session of somebody whom nobody knows: no ticket, no place, and the defaults."""
    variants = {"hero": "classic", "offer": "see_in_store"}
    defaults = {"template": "morning", "version": 3, "data": DATA, "variants": variants, "complete": False}
    return {"template": "morning", "context": {}, "budgetMs": 400, "defaults": defaults}
