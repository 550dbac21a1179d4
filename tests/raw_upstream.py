"""An upstream that sends exactly the bytes a test wants, and a pool to call it with, both on the test's own loop."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from connectors import Call, Connector, From, Policy, Query, Reply, Scope, Settings, Signal, Talk, minutes, ms
from gateway.ask import Source
from gateway.clock import Clock
from gateway.pool import Pool
from gateway.pool.failures import Failed

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
WALL = 1_772_463_720.0  # 2026-03-02T15:02:00Z
GET = Call("GET", "/v1/thing")


class Id(Query):
    id: str = From("where.country", default="a")


class Thing(Signal):
    id: str | None = None
    size: int | None = None


class Plain(Connector[Settings, Id, Thing]):
    """Asks once, and believes what it hears."""

    name = "plain"
    default = Thing()
    policy = Policy(
        scope=Scope.SHARED, timeout=ms(300), ttl=minutes(1), stale=minutes(1), hosts=("127.0.0.1", "localhost")
    )

    def read(self, query: Id) -> Talk[Thing]:
        reply = yield Call("GET", "/v1/thing", params={"id": query.id})
        return Thing.model_validate(reply.json)


def source_of(connector: Connector[Any, Any, Any], **changes: Any) -> Source:
    """A source with the policy of its connector."""
    policy = connector.policy
    made = Source(
        connector.name, connector, policy.scope, policy.timeout.total_seconds(), 60.0, 60.0, policy.hosts,
        policy.batch, policy.reuse, policy.max_bytes, (), "digest",
    )  # fmt: skip
    return replace(made, **changes)


def reply(body: bytes = b'{"id": "a"}', status: str = "200 OK", *lines: str) -> bytes:
    """A well-formed reply with its length."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *lines]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body


@dataclass
class Asked:
    """One request that has come in: its number among all, its bytes, and the way back."""

    number: int
    connection: int
    head: bytes
    writer: asyncio.StreamWriter

    @property
    def id(self) -> str:
        """The value of the parameter `id`."""
        return self.head.split(b"id=", 1)[1].split(b" ", 1)[0].decode()

    async def send(self, data: bytes) -> None:
        """Write, and let the loop hand it on."""
        self.writer.write(data)
        await self.writer.drain()

    def abort(self) -> None:
        """Reset the connection."""
        self.writer.transport.abort()


Behaviour = Callable[[Asked], Awaitable[None]]


def always(data: bytes, *, close: bool = False) -> Behaviour:
    """Answers every request with the same bytes."""

    async def behave(asked: Asked) -> None:
        await asked.send(data)
        if close:
            asked.writer.close()

    return behave


def call_of(name: str) -> Call:
    """A call for one name."""
    return Call("GET", "/v1", params={"id": name})


async def echo(asked: Asked) -> None:
    """Says the id it was asked for."""
    await asked.send(reply(asked.id.encode()))


async def echo_later(asked: Asked) -> None:
    """Says the id it was asked for, a moment later."""
    await asyncio.sleep(0.01)
    await echo(asked)


@dataclass
class RawUpstream:
    """What a behaviour does with each request; `requests` and `connections` count what came in."""

    behave: Behaviour
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side has had enough."""
        self.connections += 1
        connection = self.connections
        self.writers.append(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while not writer.transport.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
                head += await reader.readexactly(int(length or 0))
                self.requests.append(head)
                await self.behave(Asked(len(self.requests), connection, head, writer))
        writer.close()


@dataclass
class Rig:
    """A pool, an upstream and a clock on one loop."""

    pool: Pool
    upstream: RawUpstream
    source: Source
    clock: Clock

    async def ask(self, call: Call = GET, *, within: float = 1.0, **changes: Any) -> Reply:
        """Perform a call with the changed source."""
        source = replace(self.source, **changes) if changes else self.source
        return await self.pool.exchange(call, source, self.clock.now() + within)

    async def fate(self, call: Call = GET, **how: Any) -> tuple[str, str | None]:
        """How a call ends: `live` and the body, or the reason and the cause."""
        try:
            return "live", (await self.ask(call, **how)).text
        except Failed as failed:
            return str(failed.outcome.reason), failed.outcome.cause


@asynccontextmanager
async def rig(behave: Behaviour, **options: Any) -> AsyncIterator[Rig]:
    """A rig for one scenario; afterwards nothing of it is left running."""
    clock = Clock(asyncio.get_running_loop().time, lambda: WALL)
    upstream = RawUpstream(behave)
    scheme = "https" if options.get("tls") else "http"
    server = await asyncio.start_server(upstream.serve, "127.0.0.1", 0, ssl=options.pop("server_tls", None))
    upstream.port = server.sockets[0].getsockname()[1]
    host = options.pop("host", "127.0.0.1")
    pool = Pool(clock, **{"allow_private": LOOPBACK, **options})
    source = source_of(Plain(Settings(base_url=f"{scheme}://{host}:{upstream.port}")))
    try:
        yield Rig(pool, upstream, source, clock)
    finally:
        await pool.close()
        server.close()
        for writer in upstream.writers:
            writer.transport.abort()
        await settled()


async def turns(count: int = 5) -> None:
    """Let the loop turn, so that both sides of a socket see what the other has done; no time passes."""
    for _ in range(count):
        await asyncio.sleep(0)


async def comes_true(holds: Callable[[], object], within: float = 2.0) -> bool:
    """Whether something holds, now or before so many seconds have passed."""
    loop = asyncio.get_running_loop()
    until = loop.time() + within
    while not holds():
        if loop.time() > until:
            return False
        await asyncio.sleep(0.001)
    return True


async def settled() -> None:
    """Let what is ending end, without waiting for time to pass."""
    for _ in range(20):
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if not others:
            return
        await asyncio.sleep(0)
    for task in others:
        task.cancel()
    await asyncio.wait(others)
