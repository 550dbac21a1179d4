"""Versions of a template side by side, tenants apart, and those who ask without opening."""

from pathlib import Path

import pytest

from gateway.prefetch import SCANNERS
from problems import check_problem
from running import config, running, ticket

pytestmark = pytest.mark.asyncio

FOUR = """\
template: morning
version: 4
signals:
  weather: {connector: open-meteo}
data:
  sky: {from: weather.condition, type: string, default: unknown}
"""
ELSEWHERE = FOUR.replace("template: morning", "template: elsewhere\ntenant: other")


def with_more(tmp_path: Path) -> Path:
    """The configuration with a fourth version of the template, and a template of another tenant."""
    folder = config(tmp_path)
    (folder / "templates/four.yaml").write_text(FOUR)
    (folder / "templates/elsewhere.yaml").write_text(ELSEWHERE)
    return folder


async def test_versions_are_served_side_by_side(tmp_path: Path) -> None:
    """The highest version answers who asks for none; an older one answers who asks for it, and another is 404."""
    async with running(with_more(tmp_path)) as moment:
        heard = {version: await moment.open(version=version) for version in (None, 3, 4)}
        missing = await moment.open(version=5)
        listed = (await moment.ask("GET", "/v1/templates")).json["templates"]
        schemas = [
            (await moment.ask("GET", f"/v1/templates/morning/schema?version={one}")).json["title"] for one in (3, 4)
        ]

    assert {asked: one.json["version"] for asked, one in heard.items()} == {None: 4, 3: 3, 4: 4}
    assert list(heard[None].json["data"]) == list(heard[4].json["data"]) == ["sky"]
    assert len(heard[3].json["data"]) > 10
    check_problem(missing, 404, "unknown-version")
    by_id = {one["id"]: (one["version"], one["versions"]) for one in listed}
    assert by_id == {"morning": (4, [3, 4]), "elsewhere": (4, [4])}
    assert schemas == ["morning 3", "morning 4"]


async def test_versions_share_what_was_fetched_and_tenants_do_not(tmp_path: Path) -> None:
    """The tenant is a part of every key: what one has fetched is asked for again by the other."""
    async with running(with_more(tmp_path)) as moment:
        heard = [
            await moment.open(template=template, version=version)
            for template, version in (("morning", 3), ("morning", 4), ("elsewhere", 4), ("elsewhere", 4))
        ]
        calls = await moment.calls()

    statuses = [one.signals["weather"][0] for one in heard]
    assert statuses == ["live", "fresh", "live", "fresh"]
    assert calls["weather"] == 2


AHEAD = [{"Sec-Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}]
AHEAD += [{"X-Moz": "prefetch"}, {"Sec-Purpose": "PREFETCH"}]
AHEAD += [{"User-Agent": f"Mozilla/5.0 (compatible; {agent.title()}1.0)"} for agent in SCANNERS]


async def test_who_fetches_ahead_gets_defaults_and_asks_nobody(tmp_path: Path) -> None:
    """A prefetch or a scanner of links gets the defaults, each signal says so, and no source is called."""
    async with running(config(tmp_path)) as moment:
        heard = [await moment.open(bearing=ticket(), headers=headers) for headers in AHEAD]
        defaults = (await moment.ask("GET", "/v1/templates/morning/defaults")).json
        calls = await moment.calls()

    for one in heard:
        assert set(one.signals.values()) == {("default", "prefetch")}
        assert (one.json["data"], one.json["variants"]) == (defaults["data"], defaults["variants"])
        assert set(one.json["defaulted"].values()) == {"prefetch"}
        assert one.json["complete"] is False
    assert set(calls.values()) == {0}


async def test_a_browser_of_a_person_is_no_prefetch(tmp_path: Path) -> None:
    """The control: ordinary agents, and purposes that are not to fetch ahead, are opens like any other."""
    agents = ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15", "okhttp/4.12", ""]
    ordinary = [{"User-Agent": agent} for agent in agents] + [{"Sec-Purpose": "navigate"}, {"Purpose": ""}]
    async with running(config(tmp_path)) as moment:
        heard = [await moment.open(headers=headers) for headers in ordinary]

    assert {one.signals["weather"][0] for one in heard} <= {"live", "fresh"}
