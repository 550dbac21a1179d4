"""A gateway whose four vendors can each go wrong: how it is set, asked, and looked at."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from jsonschema import Draft202012Validator

from exposition import Exposition, read_exposition
from faults.evil import Evil
from faults.matrix import CONNECT_S, CONNECTORS, TIMEOUT_S
from faults.reaching import good_tls, trusting
from gateway.app import engine
from gateway.app.serve import Served
from gateway.clock import Clock
from gateway.pool import Pool
from gateway.pool.resolver import Resolver, ResolverLaw
from gateway.settings import load_settings
from running import CONTEXT, FREE, KEYS, SLACK_MS, Edit, Heard, config, ticket

SIGNAL = {"open-meteo": "weather", "shopify": "stock", "voucherify": "loyalty", "alpaca": "quotes"}
SECRETS = {
    "VOUCHERIFY_APP_ID": "canary-id-91c4",
    "VOUCHERIFY_APP_TOKEN": "canary-token-91c4",
    "SHOPIFY_STOREFRONT_TOKEN": "canary-shop-91c4",
    "APCA_API_KEY_ID": "canary-key-91c4",
    "APCA_API_SECRET_KEY": "canary-secret-91c4",
}
# A call is short, an answer is old at once and stands in for long; one gateway sees hundreds of faults, which no
# breaker would bear, so that is left to the bench of its own row.
_EDITS: tuple[Edit, ...] = (
    ("connectors.yaml", "timeout: 1s", f"timeout: {TIMEOUT_S * 1000:.0f}ms, ttl: 1ms, negative_ttl: 0s"),
    ("gateway.yaml", "connect: 1s", f"connect: {CONNECT_S * 1000:.0f}ms"),
    ("gateway.yaml", "swr: 1.0", "swr: 0.0"),
    ("gateway.yaml", "tokens: 10,", "tokens: 1000,"),
)
PATIENT_BREAKER: Edit = ("gateway.yaml", "min_calls: 20, bad: 0.5, in_a_row: 8", "min_calls: 10000, in_a_row: 10000")
QUICK_BREAKER: Edit = ("gateway.yaml", "open_least: 5s", "open_least: 300ms")
# A name is looked up in a thread, which the computer may keep waiting while it lets the loop run.
PATIENT_NAMES: tuple[Edit, ...] = (
    ("connectors.yaml", f"timeout: {TIMEOUT_S * 1000:.0f}ms", "timeout: 1s"),
    ("gateway.yaml", f"connect: {CONNECT_S * 1000:.0f}ms", "connect: 1s"),
)


class Names:
    """How the names of the vendors resolve; all other names are the system's."""

    def __init__(self) -> None:
        self.of: dict[str, str] = {}
        self._let_go = threading.Event()
        self._system = socket.getaddrinfo

    def __call__(self, host: Any, *arguments: Any, **options: Any) -> Any:
        """Stands in the place of `socket.getaddrinfo`."""
        fate = self.of.get(host)
        if fate == "unknown":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if fate == "failing":
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        while fate == "slow" and self.of.get(host) == "slow":
            self._let_go.wait(0.02)
        return self._system("127.0.0.1" if fate else host, *arguments, **options)

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Resolve by these names while the block lasts."""
        socket.getaddrinfo = self
        try:
            yield
        finally:
            socket.getaddrinfo = self._system
            self.of = dict.fromkeys(self.of, "well")
            self._let_go.set()


@contextmanager
def trusted(context: ssl.SSLContext, patience_s: float) -> Iterator[None]:
    """Start gateways that trust an authority of the tests, and wait so long for a name."""
    pool = engine.Pool

    def made(clock: Clock, **options: Any) -> Pool:
        resolver = Resolver(clock.now, law=ResolverLaw(patience=patience_s))
        return pool(clock, tls=context, resolver=resolver, **options)

    engine.Pool = made  # type: ignore[misc, assignment]
    try:
        yield
    finally:
        engine.Pool = pool  # type: ignore[misc]


@dataclass(frozen=True)
class Health:
    """One source as the operator sees it, and what is out in all."""

    cause: str | None
    closed_for: float
    out: int
    breaker: str


class Bench:
    """One gateway, its four vendors, and a client."""

    def __init__(self, names: Names, victim: str, *, how: str = "plain") -> None:
        secure = good_tls() if how == "tls" else None
        self.victim = victim
        self.how = how
        self.evils = {name: Evil(name, names.of, secure if name == victim else None) for name in CONNECTORS}
        self._served: Served
        self._session: aiohttp.ClientSession
        self._validator: Draft202012Validator

    @property
    def evil(self) -> Evil:
        """The vendor that goes wrong."""
        return self.evils[self.victim]

    async def start(self, folder: Path, *edits: Edit) -> "Bench":
        """Start all of it, and open once without the victim, so that nothing else is the first of its kind.

        `folder` is a new one for its configuration.
        """
        patience_s = 1.0 if PATIENT_NAMES[0] in edits else ResolverLaw().patience
        bases = tuple(
            ("connectors.yaml", f"${{LAB:-http://127.0.0.1:8090}}/{name}", self._base(name)) for name in CONNECTORS
        )
        made = config(folder, *_EDITS, *bases, *edits)
        if self.how == "name":
            text = (made / "connectors.yaml").read_text()
            (made / "connectors.yaml").write_text(
                text.replace("hosts: [127.0.0.1]", f"hosts: [127.0.0.1, {self.evil.host}]")
            )
        for evil in self.evils.values():
            await evil.heal()
        with trusted(trusting(), patience_s):
            self._served = await Served.start(load_settings(made, SECRETS), FREE, FREE, KEYS)
        self._session = aiohttp.ClientSession()
        schema = await self._said("GET", f"{self._served.public.url}/v1/templates/morning/schema")
        self._validator = Draft202012Validator(schema.json)
        await self.open(0, **_without(self.victim))
        assert not self.evil.requests
        await self.health()
        return self

    async def close(self) -> None:
        """Leave nothing running."""
        await self._session.close()
        await self._served.stop()
        for evil in self.evils.values():
            await evil.close()

    async def open(self, number: int, **members: Any) -> tuple[Any, list[str]]:
        """One open about things that only this number has; its answer, and what is wrong with it for any reason."""
        body = {"template": "morning", "ticket": _ticket(number), "context": _context(number), **members}
        headers = {"Content-Type": "application/json"}
        loop = asyncio.get_running_loop()
        began = loop.time()
        heard = await self._said("POST", f"{self._served.public.url}/v1/open", data=orjson.dumps(body), headers=headers)
        if heard.status != 200:
            return {}, [f"status {heard.status}"]
        answer = heard.json
        wrong = [error.message for error in self._validator.iter_errors(answer["data"])]
        used, total = max((loop.time() - began) * 1000, answer["budget"]["used_ms"]), answer["budget"]["total_ms"]
        if used > total + SLACK_MS:
            wrong.append(f"answered after {used:.0f} of {total} ms")
        if b"91c4" in heard.body:
            wrong.append("a canary stands in the answer")
        return answer, wrong

    async def metrics(self) -> Exposition:
        """What `/metrics` tells of asks and calls."""
        heard = await self._said("GET", f"{self._served.admin.url}/metrics")
        return read_exposition(
            heard.body, "moment_asks_total", "moment_upstream_calls", "moment_upstream_seconds_count"
        )

    async def health(self) -> Health:
        """How the victim does, by `/-/connectors`."""
        document = (await self._said("GET", f"{self._served.admin.url}/-/connectors")).json
        one = next(one for one in document["connectors"] if one["name"] == self.victim)
        guards = document["guards"]
        out = sum(one["in_flight"] for one in document["connectors"])
        out += guards["flight"]["flying"] + guards["flight"]["waiting"] + guards["batch"]["running"]
        out += document["pool"]["open"] - document["pool"]["idle"]
        failure, quota = one["last_failure"], one["quota"]
        return Health(failure and failure["cause"], quota["closed_for"] if quota else 0.0, out, one["breaker"])

    async def settled(self) -> bool:
        """Whether every permit and every connection is back within twice the longest call."""
        until = asyncio.get_running_loop().time() + 2 * TIMEOUT_S
        while (await self.health()).out:
            if asyncio.get_running_loop().time() > until:
                return False
            await asyncio.sleep(0.02)
        return True

    def _base(self, name: str) -> str:
        evil, is_victim = self.evils[name], name == self.victim
        scheme = "https" if is_victim and self.how == "tls" else "http"
        return f"{scheme}://{evil.host if is_victim and self.how == 'name' else '127.0.0.1'}:{evil.port}"

    async def _said(self, method: str, url: str, **options: Any) -> Heard:
        async with self._session.request(method, url, **options) as response:
            return Heard(response.status, response.headers, await response.read())


def _ticket(number: int, **claims: Any) -> str:
    symbol = "".join(chr(65 + number // 26**power % 26) for power in range(3))
    return ticket(
        f"m-91c4-{number}", **{"holdings": [{"symbol": f"Q{symbol}", "quantity": "3"}], "note": "91c4", **claims}
    )


def _context(number: int) -> Mapping[str, Any]:
    place = {"lat": 10 + number % 6000 / 100, "lon": 20 + number // 6000}
    return {**CONTEXT, "place": place, "product": str(41_000_000 + number)}


def _without(victim: str) -> Mapping[str, Any]:
    """The members of an open that does not ask a vendor."""
    return {
        "open-meteo": {"context": {**_context(0), "place": None}},
        "shopify": {"context": {**_context(0), "product": None}},
        "voucherify": {"ticket": None},
        "alpaca": {"ticket": _ticket(0, holdings=[])},
    }[victim]
