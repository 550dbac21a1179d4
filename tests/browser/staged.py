"""A gateway that plays the demo, with its lab, on a loop and a thread of their own, over real sockets.

The law of the state: the loop belongs to the thread alone. The test's thread reads addresses once both ports are open,
turns the lab's knobs over HTTP as anybody does, and says once that it is over; afterwards nothing of it is left.
"""

import asyncio
import json
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from gateway.app.demo import Demo
from gateway.app.serve import Served
from gateway.cli.personas import PERSONAS
from gateway.clock import Clock
from gateway.lab import serve_lab
from gateway.settings import load_settings
from gateway.tickets import TicketKey
from running import FREE, SOURCES, Edit, config

KEY = TicketKey("dev", "HS256", "YSBrZXkgb2YgdGhlIGJyb3dzZXIncyB0ZXN0cywgYW5kIG9mIHRoZW0gYWxvbmU")
PATIENCE_S = 20.0
ALL = tuple(SOURCES.values())


class Staged:
    """One gateway with one lab."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="staged", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(PATIENCE_S), "the gateway did not start"
        if self._failure is not None:
            raise self._failure
        for source in ALL:
            self.turn(source, "ok")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()

    @property
    def url(self) -> str:
        """The public address."""
        return self._public

    def turn(self, source: str, mode: str, latency_ms: float = 1.0) -> None:
        """Turn one knob of the lab; good answers come at once where no latency is given."""
        fetched(f"{self._lab}/-/faults/{source}", "PUT", {"mode": mode, "latency_ms": latency_ms})

    def session(self, persona: str) -> Any:
        """What the page gets for a persona."""
        return fetched(f"{self.url}/demo/session?persona={persona}")

    def opened(self, persona: str) -> Any:
        """The answer in one piece to an open by a persona."""
        session = self.session(persona)
        asked = {name: session[name] for name in ("template", "ticket", "context") if session[name] is not None}
        return fetched(f"{self.url}/v1/open", "POST", asked)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # it is the test's to raise
            self._failure = error
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        lab, port = await serve_lab("127.0.0.1", 0, Clock(self._loop.time))
        try:
            self._lab = f"http://127.0.0.1:{port}"
            settings = load_settings(self._folder, {"LAB": self._lab})
            served = await Served.start(settings, FREE, FREE, (KEY,), demo=Demo("morning", PERSONAS, KEY))
            try:
                self._public = served.public.url
                self._ready.set()
                await self._over.wait()
            finally:
                await served.stop()
        finally:
            await lab.cleanup()


@contextmanager
def staged(folder: Path, *edits: Edit, **faults: str) -> Iterator[Staged]:
    """A gateway with the shipped configuration, made roomy; `weather="error"` breaks that source from the start."""
    folder.mkdir(exist_ok=True)
    with Staged(config(folder, *edits)) as gateway:
        for source, mode in faults.items():
            gateway.turn(source, mode)
        yield gateway


def fetched(url: str, method: str = "GET", document: Mapping[str, Any] | None = None) -> Any:
    """The JSON at an address."""
    body = None if document is None else json.dumps(document).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        return json.load(answer)
