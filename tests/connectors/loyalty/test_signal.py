"""The signal of a loyalty account: private in every part, bounded, and silent where nothing is known."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.loyalty.signal import MOST_BALANCES, MOST_POINTS, UNKNOWN, Balance, Loyalty


def properties(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every property of the signal and of its own parts, but for those of a sum of money, which any signal may hold."""
    kinds = {"": schema} | {name: part for name, part in schema["$defs"].items() if name != "Money"}
    return {f"{kind}.{name}": part for kind, whole in kinds.items() for name, part in whole["properties"].items()}


def test_all_of_it_is_the_viewers() -> None:
    """Every field, in every part, is marked as the viewer's own."""
    marks = {name: part.get("x-privacy") for name, part in properties(Loyalty.model_json_schema()).items()}

    assert len(marks) > 25
    assert set(marks.values()) == {"viewer"}


def test_the_default_states_no_fact() -> None:
    """Of an unknown member every field is null and no wallet is listed: not 0 points."""
    assert UNKNOWN.model_dump(exclude_none=True) == {"balances": ()}


@given(st.integers(-MOST_POINTS, MOST_POINTS) | st.floats(-MOST_POINTS, MOST_POINTS))
def test_what_is_displayed_follows_from_what_is_available(points: int | float) -> None:
    """A negative balance is displayed as 0, any other as it is; both survive a copy through JSON."""
    made = Loyalty(points_available=points)

    assert (made.points_available, made.display_points) == (points, max(0, points))
    assert Loyalty.model_validate_json(made.model_dump_json()) == made


def test_nothing_available_is_nothing_displayed() -> None:
    """Null stays null: there is no 0 to display of a balance that nobody told."""
    assert Loyalty(points_pending=5).display_points is None


@pytest.mark.parametrize("points", [True, "5", MOST_POINTS + 1, -MOST_POINTS - 1, float("inf"), float("nan"), [5]])
def test_what_is_no_number_of_points_is_refused(points: Any) -> None:
    """A boolean, a text or an absurd number is no balance."""
    with pytest.raises(ValidationError):
        Loyalty.model_validate({"points_available": points})


def test_texts_and_lists_are_bounded() -> None:
    """Identifiers, names and the list of wallets have a greatest length."""
    wallet = Balance(id="w", kind="spendable", available=1)

    assert len(Loyalty(balances=(wallet,) * MOST_BALANCES).balances) == MOST_BALANCES
    for wrong in ({"balances": (wallet,) * (MOST_BALANCES + 1)}, {"member_id": "x" * 65}, {"unit": {"one": "x" * 129}}):
        with pytest.raises(ValidationError):
            Loyalty.model_validate(wrong)
