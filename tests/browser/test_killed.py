"""The film and a gateway that ends, and the time that any gateway may cost."""

import re
from pathlib import Path
from typing import Any

from browser.brand_page import brand_page
from browser.cinema import SCENES, Tab
from browser.processes import demo
from browser.relay import listening, saying
from browser.sessions import nobody
from running import config

BUDGET_MS, GRACE_MS = 400, 150
SLACK_MS = 400
"""What a loaded computer may add, in the better of some tries."""
TRIES = 3


def test_a_gateway_killed_in_mid_stream(seat: Any, tmp_path: Path) -> None:
    """Killed while a source is still out, it leaves a film that keeps what it has, and plays to the end."""
    with demo(tmp_path / "demo", config(tmp_path)) as gateway:
        gateway.turn("market", "hang")
        tab = seat().go(f"{gateway.url}/demo/", speed=1).until("playing")
        choose(tab, "member-2")  # of the first one's quotes the demo itself has asked already
        tab.page.wait_for_selector("#panel tr[data-signal=quotes]", state="attached")
        *_, streamed = (one for one in tab.requests if one.url.endswith("/v1/open"))
        gone_before = [one for one in (*tab.failed, *tab.finished) if one is streamed]
        gateway.kill()
        tab.speed_up().until("ended")

    recorded = tab.check_clean(unreached=(streamed.url,))
    words = " ".join(recorded["captions"])
    assert gone_before == []
    assert streamed in tab.failed
    assert tab.page.get_attribute("html", "data-source") == "gateway"
    assert (tab.state, recorded["scenes"][-1]) == ("ended", SCENES[-1])
    assert re.search(r"degrees Celsius", words)
    assert recorded["captions"][-1] == "Your portfolio. Open it when you are ready."


def test_a_gateway_killed_before_it_answers(seat: Any, tmp_path: Path) -> None:
    """Killed between the request and the answer, it costs the film its facts and nothing else."""
    with demo(tmp_path / "demo", config(tmp_path)) as gateway:
        tab = seat().go(f"{gateway.url}/demo/").until("ended")
        for source in ("weather", "inventory", "loyalty"):
            gateway.turn(source, "hang")
        with tab.page.expect_request("**/v1/open") as asked:
            choose(tab, "member-2")
        gateway.kill()
        tab.until_source("defaults").until("ended")

    recorded = tab.check_clean(unreached=(asked.value.url,))
    assert recorded["states"][-3:] == ["waiting", "playing", "ended"]
    assert "could not be reached" in tab.page.text_content("#panel")


def choose(tab: Tab, persona: str) -> None:
    """Show the film to another viewer, by the panel."""
    tab.page.click("button.info")
    tab.page.check(f"#panel input[value={persona}]")
    tab.page.click("#panel .close")


def test_the_first_scene_comes_in_time(seat: Any) -> None:
    """A gateway that never answers makes the first scene later by the budget and the grace, and by no more."""
    with brand_page() as brand, listening(saying(None)) as silent:
        tab = seat()
        without = min(first_scene(tab, brand.opens(nobody(), silent.url, without=True)) for _ in range(TRIES))
        with_one = min(first_scene(tab, brand.opens(nobody(), silent.url)) for _ in range(TRIES))

    assert len(silent.requests) == TRIES
    assert BUDGET_MS <= with_one - without <= BUDGET_MS + GRACE_MS + SLACK_MS


def first_scene(tab: Tab, url: str) -> float:
    """How long after the page had all it needs the first scene was on, in milliseconds."""
    tab.go(url).until("playing")
    began: float = tab.page.evaluate(
        "recorded.states.find(({ value }) => value === 'playing').at - told.asked",
    )
    return began
