"""Every combination of hanging sources, over real sockets: what hangs is a default, the rest is untouched."""

from itertools import combinations
from pathlib import Path

import pytest

from running import SOURCES, Running, config, running, side_by_side, ticket

COMBINATIONS = [frozenset(some) for size in range(5) for some in combinations(SOURCES, size)]


def expected(hanging: frozenset[str]) -> dict[str, tuple[str, str | None]]:
    """What becomes of each signal; the derived one needs the quotes."""
    signals = {name: ("default", "timeout") if name in hanging else ("live", None) for name in SOURCES}
    return {**signals, "portfolio": ("default", "dependency") if "quotes" in hanging else ("live", None)}


@pytest.mark.asyncio
async def test_any_of_the_four_may_hang(tmp_path: Path) -> None:
    """In all sixteen combinations the answer is in time, and each signal is what its own source made of it."""

    async def opened(moment: Running, hanging: frozenset[str]) -> dict[str, tuple[str, str | None]]:
        for name in hanging:
            await moment.turn(SOURCES[name], "hang")
        heard = await moment.open(bearing=ticket())
        assert heard.json["complete"] == (not hanging)
        return heard.signals

    seen = await side_by_side(config(tmp_path), COMBINATIONS, opened)

    assert len(COMBINATIONS) == 16
    assert seen == {hanging: expected(hanging) for hanging in COMBINATIONS}


@pytest.mark.asyncio
async def test_with_all_four_hanging_a_small_budget_is_kept(tmp_path: Path) -> None:
    """Nothing comes, and the answer is still there by the budget that the player asked for, all of it defaults."""
    async with running(config(tmp_path)) as moment:
        for source in SOURCES.values():
            await moment.turn(source, "hang")
        heard = await moment.open(bearing=ticket(), budget_ms=150)
        defaults = (await moment.ask("GET", "/v1/templates/morning/defaults")).json

    assert heard.json["budget"]["total_ms"] == 150
    assert heard.signals == expected(frozenset(SOURCES))
    built_in = ("today", "daypart")
    assert {**heard.json["data"], **dict.fromkeys(built_in)} == {**defaults["data"], **dict.fromkeys(built_in)}
    assert heard.json["variants"] == defaults["variants"]
