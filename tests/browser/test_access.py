"""Everybody can see the film, steer it, and be spared its motion."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from browser.cinema import DESKTOP, PHONE, SCENES, Tab, lacking
from browser.staged import Staged, staged

AXE = Path(__file__).with_name("node_modules") / "axe-core" / "axe.min.js"
RULES = "{runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}}"
GRAVE = {"serious", "critical"}
BUTTONS = (
    "Scene 1: The morning", "Scene 2: For today", "Scene 3: The Circle", "Scene 4: The portfolio", "Previous scene",
    "Pause", "Next scene", "Replay", "What was live",
)  # fmt: skip
MIDDLE_MS = 2600
"""How long after its beginning all words of a scene are there."""

# Lines of the scene that is on, and whether they are whole, in the window, and not beneath the buttons or the name.
LINES = """() => {
  const box = (element) => element.getBoundingClientRect();
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const others = [...document.querySelectorAll('#controls, .brand h1')].map(box);
  return [...document.querySelectorAll('.slide[data-state=on] .copy > *')].map((line) => {
    const own = box(line);
    const inside = own.left >= 0 && own.top >= 0 && own.right <= innerWidth && own.bottom <= innerHeight;
    const whole = line.scrollWidth <= line.clientWidth + 1 || getComputedStyle(line).display === 'inline';
    return {text: line.textContent, inside, whole, free: !others.some((other) => meet(own, other))};
  });
}"""
MOVING = """() => document.getAnimations().filter((one) => {
  const frames = one.effect.getKeyframes();
  const names = ['offset', 'computedOffset', 'easing', 'composite', 'opacity'];
  return Object.keys(frames[0]).some((name) => !names.includes(name) && new Set(frames.map((f) => f[name])).size > 1);
}).map((one) => one.effect.target.outerHTML.slice(0, 80))"""


def audit(tab: Tab) -> list[tuple[str, str]]:
    """The serious and critical issues that axe-core finds in the page as it is."""
    if not tab.page.evaluate("'axe' in globalThis"):
        tab.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.page.evaluate(f"async () => (await axe.run(document, {RULES})).violations")
    return [(one["id"], one["nodes"][0]["html"][:160]) for one in found if one["impact"] in GRAVE]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    """A gateway with all its sources up."""
    with staged(tmp_path_factory.mktemp("gateway")) as found:
        yield found


@pytest.fixture
def audited(seat: Any) -> Callable[..., Tab]:
    """Makes a tab into which axe-core may be put: the page's own policy would not have it."""
    if not AXE.exists():
        lacking("axe-core is not installed: make web")
    return lambda *size, **wishes: seat(*size, bypass_csp=True, **wishes)


@pytest.mark.parametrize(
    ("persona", "size", "scheme"),
    [
        *(("member-1", size, scheme) for size in (PHONE, DESKTOP) for scheme in ("light", "dark")),
        ("stranger", PHONE, "dark"),
        ("stranger", DESKTOP, "light"),
    ],
)
def test_each_scene_is_for_everybody(
    audited: Any, gateway: Staged, tmp_path: Path, persona: str, size: tuple[int, int], scheme: str
) -> None:
    """No serious issue in any scene or in the panel; each line is whole, on the screen, and free of the buttons."""
    tab = audited(size, color_scheme=scheme).shown_to(persona).go(f"{gateway.url}/demo/", speed=4).until("playing")
    found, lines, pictures = {}, {}, set()
    for scene in SCENES:
        tab.stand_in(scene, MIDDLE_MS)
        pictures.add(tab.page.screenshot(path=tmp_path / f"{persona}-{size[0]}-{scheme}-{scene}.png"))
        found[scene], lines[scene] = audit(tab), tab.page.evaluate(LINES)
    tab.page.click("button.info")
    tab.page.screenshot(path=tmp_path / f"{persona}-{size[0]}-{scheme}-panel.png")
    found["panel"] = audit(tab)
    tab.check_clean()

    assert found == {place: [] for place in (*SCENES, "panel")}
    assert len(pictures) == len(SCENES)
    assert min(map(len, lines.values())) >= 2
    assert [
        one for said in lines.values() for one in said if not (one["inside"] and one["whole"] and one["free"])
    ] == []


def test_the_audit_can_fail(audited: Any, gateway: Staged) -> None:
    """A button without a name in the same page is found."""
    tab = audited().go(f"{gateway.url}/demo/").until("ended")
    tab.page.evaluate("document.querySelector('#controls').append(document.createElement('button'))")

    assert ("button-name", "<button></button>") in audit(tab)


def test_it_is_steered_by_keys_alone(seat: Any, gateway: Staged) -> None:
    """Space holds and goes on, arrows change the scene, R begins anew, Tab reaches every button and shows it."""
    tab = seat().go(f"{gateway.url}/demo/", speed=1).until("playing")
    press = tab.page.keyboard.press
    steps = []
    for key in (" ", " ", "k", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "r", " "):
        press(key)
        steps.append((key, tab.state, tab.page.get_attribute(".film", "data-scene")))
    reached = [focused(tab) for _ in BUTTONS if press("Tab") is None]
    press("Enter")
    open_at = tab.page.evaluate("[document.activeElement.textContent, document.querySelector('#panel').hidden]")
    press("Escape")
    closed_at = tab.page.evaluate("[document.activeElement.ariaLabel, document.querySelector('#panel').hidden]")
    tab.check_clean()

    assert steps == [
        (" ", "paused", "sky"), (" ", "playing", "sky"), ("k", "paused", "sky"), ("ArrowRight", "paused", "offer"),
        ("ArrowRight", "paused", "points"), ("ArrowRight", "paused", "portfolio"), ("ArrowRight", "ended", "portfolio"),
        ("ArrowLeft", "paused", "points"), ("r", "playing", "sky"), (" ", "paused", "sky"),
    ]  # fmt: skip
    assert [name.replace("Play", "Pause", 1) for name, _ in reached] == list(BUTTONS)
    assert {is_shown for _, is_shown in reached} == {True}
    assert open_at == ["Open again", False]
    assert closed_at == ["What was live", True]


def focused(tab: Tab) -> tuple[str, bool]:
    """The name of what has the focus, and whether that is seen."""
    name, is_shown = tab.page.evaluate(
        "() => { const at = document.activeElement, style = getComputedStyle(at);"
        " return [at.ariaLabel ?? '', style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2]; }"
    )
    return name, is_shown


def test_space_on_a_button_is_the_buttons(seat: Any, gateway: Staged) -> None:
    """A key pressed on a button does what the button says, once."""
    tab = seat().go(f"{gateway.url}/demo/", speed=1).until("playing")
    tab.page.focus("button.pause")
    tab.page.keyboard.press(" ")
    held = tab.state
    tab.page.focus("button.scene:nth-child(3)")
    tab.page.keyboard.press("Enter")

    assert held == "paused"
    assert tab.page.get_attribute(".film", "data-scene") == "points"


@pytest.mark.parametrize(("wish", "is_moving"), [("reduce", False), ("no-preference", True)])
def test_who_wants_no_motion_has_none(seat: Any, gateway: Staged, wish: str, is_moving: bool) -> None:
    """With the wish only fades are left, in every scene, in the same time and with the same words; without it, not."""
    tab = seat(reduced_motion=wish).go(f"{gateway.url}/demo/", speed=4).until("playing")
    moving = {}
    for scene in SCENES:
        tab.stand_in(scene, MIDDLE_MS)
        moving[scene] = tab.page.evaluate(MOVING)
    tab.page.keyboard.press("r")
    tab.until("ended")
    recorded = tab.check_clean()

    assert {scene: bool(found) for scene, found in moving.items()} == dict.fromkeys(SCENES, is_moving)
    assert len(recorded["captions"]) >= len(SCENES)
