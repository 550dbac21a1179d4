"""The film plays to its end, whatever becomes of the sources and of the gateway."""

import socket
from pathlib import Path
from typing import Any

import pytest

from browser.brand_page import brand_page
from browser.cinema import SCENES, Tab
from browser.relay import listening, saying
from browser.sessions import nobody
from browser.staged import ALL, staged

FACTS = {"sky": ".degrees", "offer": ".price", "points": ".figure", "portfolio": ".figure"}
"""What stands in a scene only if its signal is real."""
OF_SOURCE = dict(zip(("weather", "inventory", "loyalty", "market"), SCENES, strict=True))
DOWN: list[dict[str, str]] = [
    {}, *({source: "error"} for source in ALL), dict.fromkeys(ALL, "error"), dict.fromkeys(ALL, "hang"),
]  # fmt: skip
GARBAGE = b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 9\r\n\r\n<p>no</p>"
REFUSAL = b"HTTP/1.1 503 No\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 2\r\n\r\n{}"


def told_by(tab: Tab, unreached: tuple[str, ...] = ()) -> set[str]:
    """The scenes that state a fact, of a film that played from its beginning to its end without a fault."""
    tab.until("ended")
    recorded = tab.check_clean(unreached)
    assert [state for state in recorded["states"] if state != "paused"] == ["waiting", "playing", "ended"]
    # So much faster than its own time, a busy computer may not get to see each of them.
    assert recorded["scenes"] == [scene for scene in SCENES if scene in recorded["scenes"]]
    assert (recorded["scenes"][0], recorded["scenes"][-1]) == (SCENES[0], SCENES[-1])
    for scene in SCENES:
        assert (tab.page.text_content(f"section[data-scene={scene}] .copy") or "").strip()
    return {scene for scene, fact in FACTS.items() if tab.page.query_selector(f"section[data-scene={scene}] {fact}")}


def named(faults: dict[str, str]) -> str:
    """A row of the table in words."""
    return ", ".join(f"{source} {mode}" for source, mode in faults.items()) or "all up"


@pytest.mark.parametrize("faults", DOWN, ids=named)
def test_with_sources_down(seat: Any, tmp_path: Path, faults: dict[str, str]) -> None:
    """Up or down, each source changes what its own scene says and nothing else: real where it is up, else no fact."""
    with staged(tmp_path, **faults) as gateway:
        tab = seat().go(f"{gateway.url}/demo/")
        real = told_by(tab)
        tab.page.screenshot(path=tmp_path / "end.png")

    assert tab.page.get_attribute("html", "data-source") == "gateway"
    assert real == set(SCENES) - {OF_SOURCE[source] for source in faults}


@pytest.mark.parametrize(
    ("answer", "why"),
    [(None, "slow"), (b"", "unreachable"), (GARBAGE, "garbage"), (REFUSAL, "refused")],
    ids=["silent", "closing", "garbage", "refusing"],
)
def test_with_a_gateway_that_is_none(seat: Any, answer: bytes | None, why: str) -> None:
    """Whatever answers in the gateway's place, or does not, the page's own defaults are played, and it is said why."""
    with brand_page() as brand, listening(saying(answer)) as wrong:
        tab = seat().go(brand.opens(nobody(), wrong.url))
        real = told_by(tab, unreached=(f"{wrong.url}/v1/open",))

    assert tab.page.evaluate("[told.opened.source, told.opened.why]") == ["defaults", why]
    assert real == set()


def test_with_a_gateway_that_was_never_there(seat: Any) -> None:
    """Where nobody listens, and where the film's own page lies on a server of files alone, the defaults are played."""
    with brand_page() as brand, socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{nobody_listens.getsockname()[1]}"
        tab = seat().go(brand.opens(nobody(), nowhere))
        real = told_by(tab, unreached=(f"{nowhere}/v1/open",))
        alone = seat().go(f"{brand.url}/demo/")
        real |= told_by(alone, unreached=(f"{brand.url}/v1/open",))
        alone.page.click("button.info")

    assert real == set()
    assert tab.page.evaluate("[told.opened.source, told.opened.why]") == ["defaults", "unreachable"]
    assert alone.page.inner_text("[data-role=summary]") == "The film's own defaults: the gateway refused."
