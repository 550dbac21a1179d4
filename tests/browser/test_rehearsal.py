"""The contact sheet as a browser shows it: whole, under a strict policy, with every picture where it belongs."""

import json
import struct
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from browser.cinema import SCENES, lacking
from command_line import ROOT, Shell
from gateway.app.demo import Persona
from gateway.rehearsal.browser import CannotPicture, Still, find_browser
from gateway.rehearsal.folder import PICTURE, SHAPES, SHEET, STILLS
from gateway.rehearsal.shapes import Shape
from gateway.rehearsal.sheet import Pictured, Strip, sheet_of
from gateway.rehearsal.stage import Case, Opened, Played

PATIENCE_S = 110
COMMAND = ("rehearse", "morning", "--at", "2026-11-28T08:00", "--json")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A rehearsal by the command, over an older one, and what it said."""
    try:
        find_browser()
    except CannotPicture as error:
        lacking(str(error))
    out = tmp_path_factory.mktemp("rehearsal")
    (out / STILLS).mkdir()
    (out / STILLS / "older.png").write_bytes(b"older")
    command = [sys.executable, "-m", "gateway", *COMMAND, "--out", str(out)]
    env = Shell(tmp_path_factory.mktemp("state")).env
    told = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert told.returncode == 0, told.stderr
    return out, json.loads(told.stdout)


def size_of(png: bytes) -> tuple[int, int]:
    """The width and the height that a PNG states."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.fixture
def sheet(made, browser) -> Page:
    """The page, from the disk; what is wrong with it fails the test."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto((made[0] / SHEET).as_uri())
    assert said == []
    return page


def test_the_folder_holds_the_rehearsal_and_nothing_older(made) -> None:
    """One still a scene a shape, each of one size, named in the answers; the sheet as a page and as a picture."""
    out, told = made
    answers = json.loads((out / SHAPES).read_text(encoding="utf-8"))

    (rehearsal,) = answers["rehearsals"]
    stills = [one["stills"] for one in rehearsal["shapes"]]
    assert [tuple(one) for one in stills] == [SCENES] * 16
    named = {file for one in stills for file in one.values()}
    assert named == {f"{STILLS}/{path.name}" for path in (out / STILLS).iterdir()}
    assert {size_of((out / file).read_bytes()) for file in named} == {(480, 270)}
    assert size_of((out / PICTURE).read_bytes())[0] == 1440
    for shape in rehearsal["shapes"]:
        del shape["stills"]
    assert answers == told


def test_a_scene_changes_exactly_where_its_signal_is_down(made) -> None:
    """The points are another picture without loyalty, the portfolio without quotes; with all up nothing is."""
    out, _ = made
    shapes = json.loads((out / SHAPES).read_text(encoding="utf-8"))["rehearsals"][0]["shapes"]

    def picture(shape: Any, scene: str) -> bytes:
        return (out / shape["stills"][scene]).read_bytes()

    calm = [shape for shape in shapes if "weather" not in shape["down"]]  # its light is that of the whole film
    for scene, signal in (("offer", "stock"), ("points", "loyalty"), ("portfolio", "quotes")):
        changed = [shape["down"] for shape in calm if picture(shape, scene) != picture(calm[0], scene)]
        assert changed == [shape["down"] for shape in calm if signal in shape["down"]], scene
    assert len({picture(shape, "sky") for shape in shapes}) == 2


def test_the_sheet_shows_every_picture_with_words(sheet: Page) -> None:
    """All 64 are there and loaded, none without a description, and those that differ are marked."""
    images = sheet.eval_on_selector_all("img", "all => all.map(one => [one.naturalWidth, one.alt])")
    titles = sheet.eval_on_selector_all(".shape h4", "all => all.map(one => one.textContent)")

    assert len(images) == 64
    assert {width for width, _ in images} == {480}
    assert all(len(alt) > 20 and "null" not in alt and "undefined" not in alt for _, alt in images)
    assert (titles[0], titles[3], titles[-1]) == ("Everything answers", "Without loyalty", "Nothing answers")
    marked = sheet.eval_on_selector_all(
        ".shape", "all => all.map(one => [...one.querySelectorAll('figure')].map(f => f.className === 'other'))"
    )
    assert marked[0] == [False] * 4
    assert marked[3] == [False, False, True, False]
    assert marked[-1] == [True] * 4


def test_the_sheet_runs_nothing_and_asks_nobody(sheet: Page) -> None:
    """It has no script, its policy allows none, and what it loads lies beside it."""
    policy = sheet.get_attribute("meta[http-equiv='Content-Security-Policy']", "content")

    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src 'self' file:; style-src 'sha256-")
    assert sheet.query_selector("script, link, iframe, [style], [onload]") is None
    loaded = sheet.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
    assert [name for name in loaded if not name.startswith("file:")] == []


def test_the_sheet_fits_a_phone_and_a_page_of_paper(sheet: Page) -> None:
    """Nothing sticks out to the right at 360 px, and a shape is never cut by the end of a printed page."""
    sheet.set_viewport_size({"width": 360, "height": 740})
    assert sheet.evaluate("document.documentElement.scrollWidth") <= 360

    sheet.emulate_media(media="print")
    assert sheet.eval_on_selector_all(".shape", "all => all.every(o => getComputedStyle(o).breakInside === 'avoid')")


def test_names_are_written_and_never_run(tmp_path: Path, browser) -> None:
    """What a template or a viewer is called goes into the page as text, whatever it is."""
    evil = "<img src=x onerror=alert(1)>\"'&amp;"
    answer = {"signals": {evil: {"status": "default"}}, "defaulted": {evil: evil}}
    opened = Opened(Shape(frozenset(), (), is_all=False), answer)
    case = Case(Persona("p", evil, evil, None, {}, {}), datetime(2026, 1, 1, tzinfo=UTC))
    pictured = Pictured(opened, [Still("sky", evil, evil, "c", "p", b"")], {"sky": evil})
    strip = Strip(Played(case, evil, 1, 1, True, [opened]), [pictured])
    (tmp_path / SHEET).write_text(sheet_of([strip]), encoding="utf-8")
    page = browser.new_page()
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.goto((tmp_path / SHEET).as_uri())

    assert page.text_content("h1") == f"{evil}, version 1"
    assert page.eval_on_selector_all("img", "all => all.map(one => one.getAttribute('src'))") == [evil]
    assert page.query_selector("[onerror]") is None
