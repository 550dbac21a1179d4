"""A gateway and its lab on the test's own loop, over real sockets: how it is set, started, asked and disturbed."""

import asyncio
import re
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import orjson

from gateway.app.connections import Connections, ConnectionsLaw
from gateway.app.http import Patience, Routes, Server
from gateway.app.serve import Address, Served
from gateway.clock import Clock
from gateway.lab import serve_lab
from gateway.settings import load_settings
from ticket_forge import AUDIENCE, ISSUER, KEYS, good

T = TypeVar("T")
Case = TypeVar("Case", bound=Hashable)

SHIPPED = Path(__file__).resolve().parents[1] / "config"
SLACK_MS = 100
SOURCES = {"weather": "weather", "stock": "inventory", "loyalty": "loyalty", "quotes": "market"}
"""The lab's source behind each signal of the template that asks one."""

CONTEXT: Mapping[str, Any] = {
    "locale": "en-GB",
    "timezone": "Europe/London",
    "place": {"lat": 51.51, "lon": -0.13},
    "product": "41897239806",
}
HOLDINGS = [{"symbol": "AAPL", "quantity": "10"}, {"symbol": "MSFT", "quantity": 3}]
FREE = Address("127.0.0.1", 0)

Edit = tuple[str, str, str]
# What a loaded computer needs: time enough that a healthy source is never late, and the issuer of the forge.
_ROOMY: tuple[Edit, ...] = (
    ("templates/morning.yaml", "budget: 400ms", "budget: 2s"),
    ("templates/morning.yaml", ", timeout: 250ms", ""),
    ("connectors.yaml", "hosts: [127.0.0.1]", "hosts: [127.0.0.1]\n  policy: {timeout: 1s}"),
    ("gateway.yaml", "connect: 100ms", "connect: 1s"),
    ("gateway.yaml", "admission: {enabled: true", "admission: {enabled: false"),
    ("gateway.yaml", "drain: {delay: 5s", "drain: {delay: 0ms"),
    ("gateway.yaml", "failure_least: 1s, failure_most: 5s", "failure_least: 0ms, failure_most: 0ms"),
    ("gateway.yaml", "audience: moment-gateway", f"audience: {AUDIENCE}\n  issuer: {ISSUER}"),
)


def stated(text: str) -> str:
    """A text of `gateway.yaml` in which the sections that are commented examples are said."""
    return re.sub(r"^# (?=[a-z]+: \{)", "", text, flags=re.MULTILINE)


def config(folder: Path, *edits: Edit) -> Path:
    """The shipped configuration, copied and made roomy; an edit is a file, what stands there, what shall."""
    made = folder / "config"
    shutil.copytree(SHIPPED, made)
    (made / "gateway.yaml").write_text(stated((made / "gateway.yaml").read_text()))
    for name, old, new in (*_ROOMY, *edits):
        text = (made / name).read_text()
        assert old in text, f"{name} has no {old!r}"
        (made / name).write_text(text.replace(old, new))
    return made


def ticket(subject: str = "viewer-1", **claims: Any) -> str:
    """A good ticket of now, with two holdings."""
    now = time.time()
    return good("hs", **{"sub": subject, "iat": now - 5, "exp": now + 300, "holdings": HOLDINGS, **claims})


@dataclass(frozen=True)
class Heard:
    """One answer over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return orjson.loads(self.body)

    @property
    def signals(self) -> dict[str, tuple[str, str | None]]:
        """The status and the reason of each signal, of an answer that is 200 and came in its time."""
        assert self.status == 200, self.body
        budget = self.json["budget"]
        assert budget["used_ms"] <= budget["total_ms"] + SLACK_MS
        return {name: (one["status"], one.get("reason")) for name, one in self.json["signals"].items()}


class Running:
    """One gateway with one lab, and a client of both."""

    def __init__(self, served: Served, lab: str, session: aiohttp.ClientSession) -> None:
        self.served = served
        self.lab = lab
        self.session = session

    async def ask(self, method: str, path: str, *, admin: bool = False, **options: Any) -> Heard:
        """One request to one of the two ports."""
        port = self.served.admin if admin else self.served.public
        return await self._said(method, port.url + path, **options)

    async def open(
        self, *, bearing: str | None = None, headers: Mapping[str, str] | None = None, **members: Any
    ) -> Heard:
        """One open; of the members, those that are None are left out."""
        body = {"template": "morning", "ticket": bearing, "context": CONTEXT, **members}
        return await self.post({name: value for name, value in body.items() if value is not None}, headers)

    async def post(self, body: Any, headers: Mapping[str, str] | None = None) -> Heard:
        """One open of any body: bytes as they are, anything else as JSON."""
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        return await self.ask(
            "POST", "/v1/open", data=raw, headers={"Content-Type": "application/json"} | (headers or {})
        )

    async def turn(self, source: str, mode: str, latency_ms: float = 1.0) -> None:
        """Turn one knob of the lab; good answers come at once where no latency is given."""
        await self._said("PUT", f"{self.lab}/-/faults/{source}", json={"mode": mode, "latency_ms": latency_ms})

    async def calls(self) -> dict[str, int]:
        """The calls that each source of the lab has seen."""
        return {source: seen["calls"] for source, seen in (await self._said("GET", f"{self.lab}/-/calls")).json.items()}

    async def _said(self, method: str, url: str, **options: Any) -> Heard:
        async with self.session.request(method, url, **options) as response:
            return Heard(response.status, response.headers, await response.read())


@asynccontextmanager
async def running(folder: Path, **environment: str) -> AsyncIterator[Running]:
    """Start the lab and a gateway with the configuration of a folder; afterwards nothing of them is left."""
    clock = Clock(asyncio.get_running_loop().time)
    lab, port = await serve_lab("127.0.0.1", 0, clock)
    url = f"http://127.0.0.1:{port}"
    try:
        settings = load_settings(folder, {"LAB": url, **environment})
        served = await Served.start(settings, FREE, FREE, KEYS)
        try:
            async with aiohttp.ClientSession(auto_decompress=False) as session:
                rig = Running(served, url, session)
                for source in SOURCES.values():
                    await rig.turn(source, "ok")
                yield rig
        finally:
            await served.stop()
    finally:
        await lab.cleanup()


async def converse(at: Address, *pieces: bytes) -> bytes:
    """Send bytes as they are, and read until the other side closes."""
    reader, writer = await asyncio.open_connection(at.host, at.port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        async with asyncio.timeout(5):
            return await reader.read()
    finally:
        writer.transport.abort()


async def side_by_side(
    folder: Path, cases: Sequence[Case], act: Callable[[Running, Case], Awaitable[T]]
) -> dict[Case, T]:
    """What comes of each case on a gateway and a lab of its own, all at the same time: they wait for time-outs once."""
    async with AsyncExitStack() as stack:
        rigs = [await stack.enter_async_context(running(folder)) for _ in cases]
        return dict(zip(cases, await asyncio.gather(*map(act, rigs, cases)), strict=True))


def port_of(routes: Routes) -> Server:
    """A port with these routes, without bounds on who connects."""
    return Server(routes, lambda: "id", Connections(ConnectionsLaw(1000, 1000, ())), Patience(5.0, 5.0, 5.0))
