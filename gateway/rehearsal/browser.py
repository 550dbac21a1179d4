"""Pictures of the film, taken by a browser that nobody sees.

The law of the state: a studio has one page, which it alone sends anywhere. What a scene is drawn from decides how it
looks, so a picture that was taken once is not taken again. Nothing leaves this computer: the files of the film are
handed to the browser as they lie in the package, and all else that a page could ask for is refused.
"""

import shutil
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway.web import page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Route

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""What the browser is called, in the order in which it is looked for."""

FILM = (720, 405)
SCALE = 2 / 3
SHEET_WIDTH = 1440
HIGHEST = 16_000
"""The pixels that a picture may be high: a browser draws no higher one."""

_ORIGIN = "http://rehearsal.invalid"
_STAGE = f"{_ORIGIN}/rehearsal/"
_ARGUMENTS = ("--disable-gpu", "--disable-background-networking", "--no-first-run", "--hide-scrollbars")


class CannotPicture(Exception):  # noqa: N818 - it says what is the matter
    """No picture can be taken; the text says what is lacking, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Still:
    """One scene, standing still; `spoken` is the scene in words.

    Where `content` is the same, so is all that is told; where `picture` is, so is the image.
    """

    scene: str
    title: str
    spoken: str
    content: str
    picture: str
    png: bytes


class Studio:
    """Takes the pictures."""

    def __init__(self, browser: "Browser", *, has_grain: bool = True) -> None:
        self._browser = browser
        self._has_grain = has_grain
        self._taken: dict[str, bytes] = {}
        width, height = FILM
        context = browser.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=SCALE, reduced_motion="no-preference"
        )
        _serve(context)
        self._page = context.new_page()
        self._page.goto(_STAGE)
        self._page.wait_for_selector('html[data-camera="ready"]', state="attached")

    def film(self, answer: Mapping[str, Any], context: Mapping[str, Any]) -> Sequence[Still]:
        """The scenes of the film of one answer; `context` is what the device of the viewer knows."""
        asked = [answer, context, self._has_grain]
        shown = self._page.evaluate("asked => camera.show(...asked)", asked)
        return [Still(**scene, png=self._picture(scene["scene"], scene["picture"])) for scene in shown]

    def sheet(self, file: Path, width: int = SHEET_WIDTH, scale: float = 1.0) -> bytes:
        """The whole of a page that is on the disk; smaller where it would be too high."""
        context = self._browser.new_context(viewport={"width": width, "height": 100})
        try:
            tab = context.new_page()
            tab.goto(file.absolute().as_uri())
            height = int(tab.evaluate("document.documentElement.scrollHeight"))
            clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": min(scale, HIGHEST / height)}
            asked = {"format": "png", "captureBeyondViewport": True, "clip": clip}
            return b64decode(context.new_cdp_session(tab).send("Page.captureScreenshot", asked)["data"])
        finally:
            context.close()

    def _picture(self, scene: str, picture: str) -> bytes:
        if picture not in self._taken:
            self._page.evaluate("scene => camera.stand(scene)", scene)
            self._taken[picture] = self._page.screenshot()
        return self._taken[picture]


def find_browser(path: str | None = None) -> str:
    """The browser at `path`, else the first one on the PATH.

    Raises:
        CannotPicture: there is none, or no library to drive it.
    """
    found = next(filter(None, map(shutil.which, NAMES if path is None else (path,))), None)
    if find_spec("playwright") is None:
        raise CannotPicture("pictures need Playwright: pip install 'moment-gateway[rehearse]'")
    if found is None and path is not None:
        raise CannotPicture(f"{path} is no program that can be run; --browser names a Chromium")
    if found is None:
        raise CannotPicture("pictures need Chromium, and there is none on the PATH; name one by --browser")
    return found


@contextmanager
def open_studio(path: str | None = None, *, has_grain: bool = True) -> Iterator[Studio]:
    """A studio with the browser at `path`, else one that is on the PATH; it is gone afterwards.

    Without the film's grain the pictures are a third of the size. No event loop may run in this thread meanwhile.

    Raises:
        CannotPicture: the library or the browser is not there, or does not work.
    """
    found = find_browser(path)
    from playwright.sync_api import Error, sync_playwright

    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found, args=list(_ARGUMENTS), chromium_sandbox=False)
            try:
                yield Studio(browser, has_grain=has_grain)
            finally:
                browser.close()
    except Error as error:
        raise CannotPicture(f"{found} takes no pictures ({error.message.splitlines()[0]})") from None


def _serve(context: "BrowserContext") -> None:
    """Give the context the files of the film, and nothing else."""
    assets = page("rehearsal") | page("demo")

    def answer(route: "Route") -> None:
        asset = assets.get(route.request.url.removeprefix(_ORIGIN))
        if asset is None:
            route.abort()
        else:
            route.fulfill(body=asset.body, headers=dict(asset.headers))

    context.route("**/*", answer)
