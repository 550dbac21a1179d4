"""The console's page: on the admin port, whole, under a strict policy, with nothing inline."""

import re
from pathlib import Path

import pytest

from gateway.web import page
from gateway.web.assets import FOLDER
from problems import check_problem
from running import config, running

ROOT = FOLDER / "console"
SCRIPTS = sorted(ROOT.glob("*.js"))


@pytest.mark.asyncio
async def test_the_page_is_on_the_admin_port_alone(tmp_path: Path) -> None:
    """`/console` leads to the page, every file of it is there, and players see nothing of it."""
    async with running(config(tmp_path)) as moment:
        moved = await moment.ask("GET", "/console", admin=True, allow_redirects=False)
        heard = {path: await moment.ask("GET", path, admin=True) for path in page("console")}
        outside = [await moment.ask("GET", path) for path in ("/console", *heard, "/-/events")]

    assert (moved.status, moved.headers["Location"]) == (308, "console/")
    assert {one.status for one in heard.values()} == {200}
    assert len(heard) == len(list(ROOT.iterdir()))
    policy = heard["/console/"].headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for one in outside:
        check_problem(one, 404, "not-found")


def test_nothing_is_inline() -> None:
    """No script, style or handler stands in the markup, and no script makes markup of text."""
    markup = (ROOT / "index.html").read_text(encoding="utf-8")
    code = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS)

    assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", markup) == []
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", code) == []
    assert re.findall(r"localStorage|sessionStorage|document\.cookie|indexedDB", code) == []


def test_what_is_named_is_there() -> None:
    """Each file that the page or a script names exists, and each script is fetched ahead."""
    markup = (ROOT / "index.html").read_text(encoding="utf-8")
    named = set(re.findall(r'(?:href|src)="\./([\w.]+)"', markup))
    imported = {
        name for path in SCRIPTS for name in re.findall(r'^import .* from "\./([\w.]+)";$', path.read_text(), re.M)
    }

    assert {name for name in named | imported if not (ROOT / name).is_file()} == set()
    assert {path.name for path in SCRIPTS} <= named
