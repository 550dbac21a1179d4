"""What comes late enters the film without a jump: before its scene, while it is on, or when it is over."""

from pathlib import Path
from typing import Any

import pytest

from browser.brand_page import brand_page
from browser.cinema import PHONE, SCENES, Tab
from browser.staged import staged


def test_a_whole_film_in_its_own_time(seat: Any, tmp_path: Path) -> None:
    """Played as a viewer sees it, a portfolio that takes three seconds is there when its scene comes."""
    with staged(tmp_path) as gateway:
        gateway.turn("market", "ok", 3000)
        tab = seat(PHONE).go(f"{gateway.url}/demo/", speed=1).until("playing")
        early = tab.page.text_content("section[data-scene=portfolio] .copy") or ""
        tab.until("ended")
        recorded = tab.check_clean()
        tab.page.click("button.info")
        summary = tab.page.inner_text("[data-role=summary]")

    began, ended = (at(tab, state) for state in ("playing", "ended"))
    assert "There when you want it" in early
    assert recorded["scenes"] == list(SCENES)
    assert len(recorded["captions"]) == len(SCENES)
    assert recorded["captions"][-1].startswith("Your portfolio is ")
    assert " Patched " in summary
    assert 17_000 <= ended - began <= 30_000


def at(tab: Tab, state: str) -> float:
    """When the film came to a state, in the page's milliseconds."""
    found: float = tab.page.evaluate(f"recorded.states.find(({{ value }}) => value === '{state}').at")
    return found


@pytest.mark.parametrize("when", ["before", "on", "after", "paused"])
def test_a_patch_lands(seat: Any, tmp_path: Path, when: str) -> None:
    """Whenever it lands, its scene shows what is real from then on, once; nothing on the page moves."""
    with brand_page() as brand, staged(tmp_path, ("gateway.yaml", "origins: []", f"origins: [{brand.url}]")) as gateway:
        gateway.turn("market", "ok", 2500)
        session = {**gateway.session("member-1"), "budgetMs": 600}
        tab = seat().go(brand.opens(session, gateway.url), speed=1).until_source("gateway").until("playing")
        before = tab.page.evaluate("[film.payload.data.mood, told.opened.source]")
        tab.page.evaluate("when => ({before: () => 0, on: () => film.seek(12500), after: () => film.seek(film.time),"
                          " paused: () => { film.seek(14000); film.pause(); }})[when]()", when)  # fmt: skip
        if when == "after":
            tab.page.evaluate("film.seek(17500)")
        tab.until_true("told.patches > 0")
        tab.until_true("document.querySelectorAll('section[data-scene=portfolio] .drawing').length === 1")
        tab.page.wait_for_timeout(100)
        picture, words = tab.page.evaluate(
            "[document.querySelector('section[data-scene=portfolio] .art').getAttribute('aria-label'),"
            " document.querySelector('section[data-scene=portfolio] .copy').textContent]"
        )
        said = tab.check_clean()["captions"][-1]

    assert before == ["unknown", "gateway"]
    assert "line" in picture
    assert any(word in words for word in ("Up", "Down", "Level"))
    assert "There when you want it" not in words
    assert said.startswith("Your portfolio is ") is (when != "before")


def test_weather_that_is_late(seat: Any, tmp_path: Path) -> None:
    """It enters the first scene while that is on, and what was decided by its absence stays decided."""
    with brand_page() as brand:
        origins = ("gateway.yaml", "origins: []", f"origins: [{brand.url}]")
        with staged(tmp_path, origins) as gateway:
            gateway.turn("weather", "ok", 750)
            session = {**gateway.session("member-1"), "budgetMs": 400}
            tab = seat().go(brand.opens(session, gateway.url, graceMs=2000), speed=1).until("playing")
            first = tab.page.evaluate("[told.opened.source, told.opened.data.temperature]")
            tab.until_true(
                "told.patches > 0 && document.querySelectorAll('section[data-scene=sky] .drawing').length === 1"
            )
            scene, variants = tab.page.evaluate("[told.scenes[0], film.payload.variants]")
            words = tab.page.text_content("section[data-scene=sky] .copy")
            tab.speed_up().until("ended").check_clean()

    assert first == ["gateway", None]
    assert (scene, variants["hero"]) == ("sky", "classic")
    assert "°" in words
