"""Viewers interleaved over real sockets: whatever happens around them, nobody ever sees another's."""

import asyncio
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.ask import Ask
from gateway.flow import plan
from running import CONTEXT, Edit, Running, config, running, ticket

pytestmark = pytest.mark.asyncio

VIEWERS = [f"canary-{number}" for number in range(8)]
OPENS, AT_ONCE = 2_000, 16
PROGRAM = "/voucherify/v2/loyalties/programs/morning-club/memberships"
# Each viewer is asked for again and again, by several opens at a time.
RESTLESS: tuple[Edit, ...] = (
    ("connectors.yaml", "timeout: 1s", "timeout: 1s, ttl: 5ms"),
    ("gateway.yaml", "swr: 1.0", "swr: 0.5"),
)


async def balances(moment: Running) -> dict[str, int]:
    """What the lab itself says of each viewer."""
    headers = {"X-App-Id": "lab", "X-App-Token": "lab"}
    found = {}
    for viewer in VIEWERS:
        async with moment.session.get(f"{moment.lab}{PROGRAM}/{viewer}", headers=headers) as response:
            found[viewer] = (await response.json())["cards"][0]["card"]["balance"]["points"]
    return found


async def shown(moment: Running, opens: int, chance: random.Random) -> list[tuple[str, Any]]:
    """What each open of a random viewer shows as points; one in ten leaves before the answer."""
    bearing = {viewer: ticket(viewer) for viewer in VIEWERS}
    seen: list[tuple[str, Any]] = []

    async def one_after_another(count: int) -> None:
        for _ in range(count):
            viewer = chance.choice(VIEWERS)
            leaves = aiohttp.ClientTimeout(total=0.004 if chance.random() < 0.1 else None)
            body = {"template": "morning", "ticket": bearing[viewer], "context": CONTEXT}
            try:
                heard = await moment.ask("POST", "/v1/open", json=body, timeout=leaves)
            except TimeoutError:
                continue
            assert heard.status == 200
            seen.append((viewer, heard.json["data"]["points"]))

    await asyncio.gather(*(one_after_another(opens // AT_ONCE) for _ in range(AT_ONCE)))
    return seen


def strangers(seen: list[tuple[str, Any]], before: Mapping[str, int], after: Mapping[str, int]) -> list[Any]:
    """The opens that showed other points than the viewer's own; points trickle in by the minute."""
    return [
        (viewer, points)
        for viewer, points in seen
        if points is not None and not before[viewer] <= points <= after[viewer]
    ]


async def watched(folder: Path, opens: int) -> tuple[list[tuple[str, Any]], list[Any], int]:
    """Some thousand opens: what was seen, what was seen of others, and the calls it took."""
    chance = random.Random(7)
    async with running(folder) as moment:
        before = await balances(moment)
        await moment.turn("loyalty", "ok", 3.0)
        seen = await shown(moment, opens, chance)
        calls = (await moment.calls())["loyalty"] - len(VIEWERS)
        after = await balances(moment)
    apart = sorted([*before.values(), *after.values()])
    assert len(set(before.values())) == len(VIEWERS), apart
    return seen, strangers(seen, before, after), calls


async def test_nobody_sees_anothers_points(tmp_path: Path) -> None:
    """Two thousand opens of eight viewers, some leaving early: each shows its own viewer's points, and not defaults."""
    seen, wrong, calls = await watched(config(tmp_path, *RESTLESS), OPENS)

    assert wrong == []
    assert len(seen) > OPENS * 0.5
    assert {viewer for viewer, _ in seen} == set(VIEWERS)
    assert sum(points is not None for _, points in seen) > len(seen) * 0.9
    assert calls > len(VIEWERS) * 5


async def test_the_check_finds_a_key_without_the_viewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with the viewer and what was asked left out of the key, the same opens show points of others."""

    def without_viewer(**members: Any) -> Ask:
        space, viewer, query = members["key"]
        return Ask(**{**members, "key": (space, None, None if viewer else query)})

    monkeypatch.setattr(plan, "Ask", without_viewer)
    seen, wrong, _ = await watched(config(tmp_path, *RESTLESS), OPENS // 10)

    assert len(wrong) > len(seen) * 0.3
