"""Each way in which a source goes wrong: its own signal says so, no other notices, and it comes back by itself."""

from pathlib import Path
from typing import Any

import pytest

from gateway.lab.faults import Mode
from running import SOURCES, Edit, Running, config, side_by_side, ticket

REASONS = {
    "hang": "timeout",
    "trickle": "timeout",
    "reset": "error",
    "error": "error",
    "throttle": "quota",
    "garbage": "invalid",
    "shape": "invalid",
    "huge": "invalid",
}
UNCACHED: Edit = ("connectors.yaml", "timeout: 1s", "timeout: 1s, ttl: 0s")
# Nothing is fresh a moment later, and nothing old is served unasked: each open asks anew, and has what was.
SHORT_LIVED: tuple[Edit, ...] = (
    ("connectors.yaml", "timeout: 1s", "timeout: 1s, ttl: 1ms"),
    ("gateway.yaml", "swr: 1.0", "swr: 0.0"),
)
HEALTHY: dict[str, tuple[str, str | None]] = dict.fromkeys([*SOURCES, "portfolio"], ("live", None))
# The fields of each source's signal; those of the derived one follow the quotes.
FIELDS = {
    "weather": {"temperature", "sky", "is_day"},
    "stock": {"stock_left", "price", "currency", "availability"},
    "loyalty": {"points", "tier"},
    "quotes": {"mood", "change_pct", "basis"},
}


def test_every_way_of_the_lab_has_its_reason() -> None:
    """The table is whole: a new mode of the lab is not forgotten here."""
    assert set(REASONS) | {"ok"} == set(Mode)


@pytest.mark.asyncio
@pytest.mark.parametrize("mode", REASONS)
async def test_a_fault_costs_its_own_signal(tmp_path: Path, mode: str) -> None:
    """What fails is a default with its reason, its fields say so, the others are live; then it is asked again."""

    async def opened(moment: Running, name: str) -> tuple[Any, ...]:
        await moment.turn(SOURCES[name], mode)
        failing = await moment.open(bearing=ticket())
        await moment.turn(SOURCES[name], "ok")
        again = await moment.open(bearing=ticket())
        return failing.signals, failing.json["defaulted"], failing.json["complete"], again.signals

    seen = await side_by_side(config(tmp_path, UNCACHED), list(SOURCES), opened)

    for name, (failing, defaulted, complete, again) in seen.items():
        followers = {"portfolio": ("default", "dependency")} if name == "quotes" else {}
        assert failing == {**HEALTHY, name: ("default", REASONS[mode]), **followers}
        assert defaulted == dict.fromkeys(FIELDS[name], "dependency" if name == "quotes" else REASONS[mode])
        assert complete is False
        # Whom a vendor has told to wait does not ask before the wait is over.
        waits = {name: ("default", "quota"), **followers} if mode == "throttle" else {}
        assert again == {**HEALTHY, **waits}


@pytest.mark.asyncio
@pytest.mark.parametrize("mode", REASONS)
async def test_what_was_stands_in_for_what_fails(tmp_path: Path, mode: str) -> None:
    """With an older value in the cache the same fault is stale, for the same reason, and its fields stay."""

    async def opened(moment: Running, name: str) -> tuple[Any, ...]:
        warm = await moment.open(bearing=ticket())
        await moment.turn(SOURCES[name], mode)
        failing = await moment.open(bearing=ticket())
        entry = failing.json["signals"][name]
        return warm.json, failing.json, failing.signals, entry

    seen = await side_by_side(config(tmp_path, *SHORT_LIVED), list(SOURCES), opened)

    for name, (warm, failing, signals, entry) in seen.items():
        stale = ("stale", REASONS[mode])
        assert signals == {**HEALTHY, name: stale} | ({"portfolio": stale} if name == "quotes" else {})
        assert {field: failing["data"][field] for field in FIELDS[name]} == {
            field: warm["data"][field] for field in FIELDS[name]
        }
        assert (failing["defaulted"], failing["complete"]) == ({}, True)
        assert entry["as_of"] == warm["signals"][name]["as_of"]
        assert entry["age_ms"] >= warm["signals"][name]["age_ms"]
