"""Runs errands through the step that talks, with a stand-in for the pool that says what a test wants."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import new_class
from typing import Any

import looptime

from connectors import Call, Connector, Policy, Reply, Scope, Settings, minutes, ms
from gateway.ask import Errand, Source
from gateway.clock import Clock
from gateway.guards import Done
from gateway.outcome import CAUSES
from gateway.pool import PoolStatistics
from gateway.upstream import Upstream
from raw_upstream import WALL, Id, Thing, source_of

POLICY = Policy(scope=Scope.SHARED, timeout=ms(300), ttl=minutes(1), stale=minutes(1), hosts=("127.0.0.1",))
GET = Call("GET", "/v1/thing")


class ScriptedPool:
    """Stands in the place of a pool: says what it is told, or fails as it is told, and counts."""

    def __init__(self, *says: Any) -> None:
        self.says = list(says)
        self.calls: list[Call] = []

    async def exchange(self, call: Call, source: Source, deadline: float, sent: Callable[[], None]) -> Reply:
        self.calls.append(call)
        sent()
        await asyncio.sleep(0)
        said = self.says.pop(0) if self.says else b'{"id": "a"}'
        if isinstance(said, BaseException):
            raise said
        return Reply(datetime.fromtimestamp(WALL, UTC), 200, {}, said)

    def statistics(self) -> PoolStatistics:
        return PoolStatistics(calls=len(self.calls))


def connector_of(read: Callable[..., Any], **more: Any) -> Connector[Any, Any, Any]:
    """A connector with this `read`."""
    body = {"name": "plain", "default": Thing(), "policy": POLICY, "read": read, **more}
    made = new_class("Made", (Connector[Settings, Id, Thing],), exec_body=lambda space: space.update(body))
    connector: Connector[Any, Any, Any] = made(Settings(base_url="http://127.0.0.1:1"))
    return connector


def run(connector: Connector[Any, Any, Any], *says: Any, queries: Sequence[Id] = (Id(),), within: float = 1.0) -> Done:
    """What one errand comes to."""
    return run_all(connector, [says], queries=queries, within=within)[0][0]


def run_all(
    connector: Connector[Any, Any, Any], rounds: Sequence[Sequence[Any]], *, queries: Sequence[Id], within: float = 1.0
) -> tuple[list[Done], Upstream]:
    """What several errands in a row come to, and the step that ran them."""

    async def played() -> tuple[list[Done], Upstream]:
        pool = ScriptedPool()
        clock = Clock(asyncio.get_running_loop().time, lambda: WALL)
        upstream = Upstream(pool, clock)  # type: ignore[arg-type]
        done = []
        for says in rounds:
            pool.says = list(says)
            done.append(
                await upstream(Errand(source_of(connector), tuple(queries), clock.now(), within, clock.now() + within))
            )
        return done, upstream

    with asyncio.Runner(loop_factory=looptime.new_event_loop) as runner:
        return runner.run(played())


def told(done: Done) -> tuple[str | None, str | None, str]:
    """Reason, cause and verdict of an errand with one query."""
    (outcome,) = done.outcomes
    assert outcome.cause is None or outcome.cause in CAUSES
    return outcome.reason, outcome.cause, done.verdict.value


def after(error: BaseException) -> Callable[..., Any]:
    """A `read` that raises after its first reply."""

    def read(self: Any, query: Id) -> Any:
        yield GET
        raise error

    return read


def before(error: BaseException) -> Callable[..., Any]:
    """A `read` that raises before it has asked anything."""

    def read(self: Any, query: Id) -> Any:
        if error:
            raise error
        yield GET

    return read
