"""The admin port: whether the process lives, whether it is ready, how it is set, and how its sources do."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from gateway.app.assembly import Assembly
from gateway.app.http import Routes, json_answer
from gateway.catalog.registry import Broken
from gateway.settings import redacted

WARN_DAYS = 60


class Admin:
    """The handlers of the admin port, over the assembly in force."""

    def __init__(self, assembly: Callable[[], Assembly], is_draining: Callable[[], bool]) -> None:
        self._assembly = assembly
        self._is_draining = is_draining

    def routes(self) -> Routes:
        """Its paths."""
        return {
            "/livez": {"GET": self.livez},
            "/readyz": {"GET": self.readyz},
            "/-/config": {"GET": self.config},
            "/-/connectors": {"GET": self.connectors},
        }

    async def livez(self, _: web.BaseRequest) -> web.Response:
        """The loop turns; nothing else is asked of it."""
        await asyncio.sleep(0)
        return json_answer({"status": "ok"})

    async def readyz(self, request: web.BaseRequest) -> web.Response:
        """Whether opens may be sent here: configured and not draining. Sources have no say in it."""
        is_ready = not self._is_draining()
        document: dict[str, Any] = {"status": "ok" if is_ready else "draining"}
        if "verbose" in request.query:
            assembly = self._assembly()
            document["checks"] = {"config": "ok", "draining": not is_ready}
            document["warnings"] = ending_soon(assembly)
        return json_answer(document, status=200 if is_ready else 503)

    async def config(self, _: web.BaseRequest) -> web.Response:
        """The configuration in force, without secrets."""
        assembly = self._assembly()
        models = {name: source.connector.settings_type for name, source in assembly.sources.items()}
        return json_answer(redacted(assembly.settings, models))

    async def connectors(self, _: web.BaseRequest) -> web.Response:
        """Each connector: loaded or why not, its policy, its last failure; and the counters of the guards."""
        assembly = self._assembly()
        upstream = assembly.upstream.statistics()
        listed: list[dict[str, Any]] = []
        for name, found in assembly.registry.sources.items():
            if isinstance(found, Broken):
                why = {"distribution": found.distribution, "error": found.message, "detail": found.detail}
                listed.append({"name": name, "state": "failed", **why})
                continue
            failure = upstream.failures.get(name)
            policy = {"scope": found.scope, "timeout_s": found.timeout, "ttl_s": found.ttl, "stale_s": found.stale}
            policy |= {"batch": found.batch, "hosts": found.hosts, "reuse": found.reuse}
            last = None if failure is None else asdict(failure)
            listed.append({"name": name, "state": "loaded", "policy": policy, "last_failure": last})
        guards = {
            "cache": asdict(assembly.stack.cache.statistics()),
            "flight": asdict(assembly.stack.flight.statistics()),
            "batch": asdict(assembly.stack.batch.statistics()),
        }
        pool = asdict(upstream.pool)
        return json_answer({"connectors": listed, "guards": guards, "pool": pool, "errands": upstream.errands})


def ending_soon(assembly: Assembly) -> list[str]:
    """What the connectors' shipped data will not cover for much longer."""
    today = assembly.today()
    return [
        f"{name}: its shipped data ends on {ends.isoformat()}"
        for name, source in assembly.sources.items()
        if (ends := source.connector.good_until) is not None and (ends - today).days < WARN_DAYS
    ]
