"""A browser, and what is seen and heard in its tabs."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

RECORDER = Path(__file__).with_name("recorder.js")
NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE_MS = 30_000
_PAUSE_MS = 20
FAST = 8.0
"""How much faster than its own time a film is played, as a browser's developer tools do it."""
SCENES = ("sky", "offer", "points", "portfolio")
DESKTOP = (1280, 720)
PHONE = (360, 740)


def lacking(what: str) -> None:
    """End the test: skipped, or failed where the browser's tests are required."""
    if os.environ.get("MOMENT_BROWSER") == "required":
        pytest.fail(f"MOMENT_BROWSER=required, but {what}")
    pytest.skip(what)


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser with a profile of its own, gone afterwards."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        lacking("there is no Chromium on this computer")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


class Tab:
    """One page of a viewer, watched from before its first script on."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.add_init_script(path=RECORDER)
        self.said: list[str] = []
        self.requests: list[Request] = []
        self.failed: list[Request] = []
        self.finished: list[Request] = []
        self.page.on("console", lambda message: self._hear(message.type, message.text))
        self.page.on("pageerror", lambda error: self._hear("error", str(error)))
        self.page.on("request", lambda request: self.requests.append(request))
        self.page.on("requestfailed", lambda request: self.failed.append(request))
        self.page.on("requestfinished", lambda request: self.finished.append(request))
        self._devtools = context.new_cdp_session(self.page)
        self._devtools.send("Animation.enable")

    def _hear(self, kind: str, text: str) -> None:
        if kind in {"error", "warning", "assert"}:
            self.said.append(text)

    def go(self, url: str, speed: float = FAST) -> "Tab":
        """Load a page whose film is played that much faster."""
        self.speed_up(speed)
        self.page.goto(url)
        return self

    def shown_to(self, persona: str) -> "Tab":
        """Have the page of the demo begin with another viewer than it does by itself."""
        named = f"?persona={persona}"
        self.page.route("**/demo/session", lambda route: route.continue_(url=route.request.url + named))
        return self

    def speed_up(self, speed: float = FAST) -> "Tab":
        """Play on that much faster than the film's own time."""
        self._devtools.send("Animation.setPlaybackRate", {"playbackRate": speed})
        return self

    def until(self, state: str) -> "Tab":
        """Wait until the film is in a state."""
        self.page.wait_for_selector(f'.film[data-state="{state}"]', state="attached")
        return self

    def until_source(self, source: str) -> "Tab":
        """Wait until the page says where its payload is from."""
        self.page.wait_for_selector(f'html[data-source="{source}"]', state="attached")
        return self

    def until_true(self, expression: str) -> "Tab":
        """Wait until the page says so. Asked anew each time: a page with a policy does not let Playwright do that."""
        for _ in range(PATIENCE_MS // _PAUSE_MS):
            if self.page.evaluate(expression):
                return self
            self.page.wait_for_timeout(_PAUSE_MS)
        raise AssertionError(f"never: {expression}")

    def stand_in(self, scene: str, milliseconds: float) -> "Tab":
        """Let the film stand in a scene, so long after its beginning."""
        self.page.evaluate("([index, time]) => standIn(index, time)", [SCENES.index(scene), milliseconds])
        return self.until("paused")

    @property
    def state(self) -> str:
        """The state of the film."""
        return str(self.page.get_attribute(".film", "data-state"))

    @property
    def recorded(self) -> dict[str, Any]:
        """All that was recorded, of which the texts and the film's states, scenes and captions in order."""
        found: dict[str, Any] = self.page.evaluate("recorded")
        for name in ("states", "scenes", "captions"):
            found[name] = [one["value"] for one in found[name]]
        return found

    def check_clean(self, unreached: Sequence[str] = ()) -> dict[str, Any]:
        """Nothing was wrong with the page; the browser itself may say that some addresses could not be reached."""
        recorded = self.recorded
        said = [text for text in self.said if not ("Failed to load resource" in text and unreached)]
        assert said == []
        # The player calls off what is left of a stream, which is nothing, once it has heard the end.
        failed = {one.url for one in self.failed if (one.url[-8:], one.failure) != ("/v1/open", "net::ERR_ABORTED")}
        assert failed <= set(unreached)
        for wrong in ("errors", "violations", "shifts", "odd"):
            assert recorded[wrong] == [], wrong
        assert len(recorded["texts"]) > 20
        return recorded
