"""The console: its page, the feed that the page watches, and under the demo the knobs of the lab."""

from collections.abc import Callable, Mapping
from typing import Any

from gateway.app.assembly import Assembly
from gateway.app.feed import Feed, FeedLaw
from gateway.app.http import Handler, Routes
from gateway.app.knobs import Knobs
from gateway.app.pages import served
from gateway.app.sites import own_pages_only
from gateway.app.standing import Standing
from gateway.web import page


class Console:
    """The console's paths on the admin port, whose configured name is `named`.

    `film()` is where the film is played, `lab` the address of the lab where there is one.
    """

    def __init__(
        self,
        assembly: Callable[[], Assembly],
        is_draining: Callable[[], bool],
        film: Callable[[], str],
        lab: str | None,
        named: str,
    ) -> None:
        self._film = film
        self._named = named
        self._knobs = None if lab is None else Knobs(lab, named)
        standing = Standing(assembly, is_draining)
        self.feed = Feed(assembly().engine.sampler, standing, self._about, FeedLaw())

    def routes(self) -> Routes:
        """The paths that are always there."""
        events = {"/-/events": {"GET": own_pages_only(self.feed.events, self._named)}}
        knobs = {} if self._knobs is None else self._knobs.routes()
        return {**served(page("console")), **events, **knobs}

    def find(self, path: str) -> Mapping[str, Handler] | None:
        """The methods of the path of one knob, where there are knobs."""
        return None if self._knobs is None else self._knobs.find(path)

    def _about(self) -> dict[str, Any]:
        return {"film": self._film(), "lab": self._knobs is not None}
