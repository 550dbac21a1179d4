"""A lab on the test's own loop in virtual time, a request to one vendor without HTTP, and the shape of a body."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp
import looptime
import pytest
from multidict import CIMultiDict

from gateway.clock import Clock
from gateway.lab import serve_lab
from gateway.lab.seeded import Seeded
from gateway.lab.vendor import Asked

T = TypeVar("T")
MONDAY_MORNING = 1_772_463_720.25  # 2026-03-02T15:02:00.25Z, 10:02 in New York

CREDENTIALS = {
    "X-Shopify-Storefront-Access-Token": "t",
    "X-App-Id": "i",
    "X-App-Token": "t",
    "APCA-API-KEY-ID": "i",
    "APCA-API-SECRET-KEY": "s",
}
NODES = {
    "query": "query($ids: [ID!]!) { nodes(ids: $ids) { ... on ProductVariant { id quantityAvailable } } }",
    "variables": {"ids": ["gid://shopify/ProductVariant/1", "gid://shopify/ProductVariant/2"]},
}
# Each source: how it is asked, and how many items are in the question.
VENDORS = {
    "weather": ("GET", "/open-meteo/v1/forecast?latitude=1,2,3&longitude=1,2,3&current=weather_code&current=rain", 3),
    "inventory": ("POST", "/shopify/api/2026-01/graphql.json", 2),
    "loyalty": ("GET", "/voucherify/v2/loyalties/programs/p/memberships/m%2F1?identification_type=customer_id", 1),
    "market": ("GET", "/alpaca/v2/stocks/snapshots?symbols=AAPL,MSFT&feed=iex", 2),
}
InLab = Callable[[Callable[[aiohttp.ClientSession], Awaitable[Any]]], Any]
Ask = Callable[..., Asked]


@pytest.fixture
def in_lab() -> InLab:
    """Runs a conversation with a fresh lab; client, server and clock share one loop in virtual time."""

    async def serve(talk: Callable[[aiohttp.ClientSession], Awaitable[T]]) -> T:
        clock = Clock(now=asyncio.get_running_loop().time, wall=lambda: MONDAY_MORNING)
        runner, port = await serve_lab("127.0.0.1", 0, clock)
        try:
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
                return await talk(session)
        finally:
            await runner.cleanup()

    def run(talk: Callable[[aiohttp.ClientSession], Awaitable[T]]) -> T:
        with asyncio.Runner(loop_factory=looptime.new_event_loop) as runner:
            return runner.run(serve(talk))

    return run


@pytest.fixture
def ask() -> Ask:
    """Makes what a vendor sees of one request."""

    def made(
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        wall: float = MONDAY_MORNING,
        path: dict[str, str] | None = None,
        seed: str = "0",
    ) -> Asked:
        return Asked(path or {}, query or {}, CIMultiDict(headers or {}), body, wall, Seeded(seed))

    return made


def _paths(body: Any, at: str) -> set[str]:
    if isinstance(body, dict):
        return {at}.union(*(_paths(value, f"{at}.{name}") for name, value in body.items()))
    if isinstance(body, list):
        return {at}.union(*(_paths(member, f"{at}[]") for member in body))
    kind = "" if body is None else " number" if type(body) in (int, float) else f" {type(body).__name__}"
    return {at, at + kind}


@pytest.fixture
def paths() -> Callable[[Any], set[str]]:
    """The paths of all members of a JSON body, with the types of those that are not null."""
    return lambda body: _paths(body, "")


@pytest.fixture
def vendors() -> dict[str, tuple[str, str, int]]:
    """Each source: how it is asked, and how many items are in the question."""
    return VENDORS


@pytest.fixture
def asking():
    """Asks one source its question."""

    def asked(session: aiohttp.ClientSession, source: str, seconds: float = 30.0):
        method, path, _ = VENDORS[source]
        json, timeout = NODES if method == "POST" else None, aiohttp.ClientTimeout(total=seconds)
        return session.request(method, path, json=json, headers=CREDENTIALS, timeout=timeout, allow_redirects=False)

    return asked


@pytest.fixture
def turn():
    """Turns one source's knob; without a word on latency there is none."""

    async def turned(session: aiohttp.ClientSession, source: str, **knob: Any) -> None:
        async with session.put(f"/-/faults/{source}", json={"latency_ms": 0, **knob}) as answer:
            assert answer.status == 200

    return turned
