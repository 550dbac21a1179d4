"""The admin port: whether the process lives, whether it is ready, how it is set, and how its sources do."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from aiohttp import web

from gateway.app.assembly import Assembly
from gateway.app.http import NO_STORE, Routes, json_answer
from gateway.app.reload import Reloaded
from gateway.app.standing import health_of
from gateway.ask import Source
from gateway.catalog.registry import Broken
from gateway.errors import Problem
from gateway.settings import redacted
from gateway.telemetry import CONTENT_TYPE

WARN_DAYS = 60


class Admin:
    """The handlers of the admin port, over the assembly in force."""

    def __init__(
        self,
        assembly: Callable[[], Assembly],
        is_draining: Callable[[], bool],
        reload: Callable[[], Awaitable[Reloaded]],
    ) -> None:
        self._assembly = assembly
        self._is_draining = is_draining
        self._reload = reload

    def routes(self) -> Routes:
        """Its paths."""
        return {
            "/livez": {"GET": self.livez},
            "/readyz": {"GET": self.readyz},
            "/-/config": {"GET": self.config},
            "/-/connectors": {"GET": self.connectors},
            "/-/reload": {"POST": self.reload},
            "/metrics": {"GET": self.metrics},
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
            document["warnings"] = warnings_of(assembly)
        return json_answer(document, status=200 if is_ready else 503)

    async def metrics(self, _: web.BaseRequest) -> web.Response:
        """The metrics, for Prometheus."""
        body = self._assembly().engine.metrics.text()
        return web.Response(body=body, headers={**NO_STORE, "Content-Type": CONTENT_TYPE})

    async def reload(self, request: web.BaseRequest) -> web.Response:
        """Read the configuration anew and put it in force, whole or not at all: 200, or 400 with every fault."""
        if "Origin" in request.headers:  # a web page in an operator's browser has no business here
            raise Problem.named("invalid-request", detail="a reload is not for web pages")
        result = await self._reload()
        return json_answer(asdict(result), status=200 if result.is_in_force else 400)

    async def config(self, _: web.BaseRequest) -> web.Response:
        """The configuration in force, without secrets."""
        assembly = self._assembly()
        models = {name: source.connector.settings_type for name, source in assembly.sources.items()}
        return json_answer(redacted(assembly.settings, models))

    async def connectors(self, _: web.BaseRequest) -> web.Response:
        """Each connector: loaded or why not, its policy, its last failure; and the counters of the guards."""
        assembly = self._assembly()
        engine = assembly.engine
        upstream = engine.upstream.statistics()
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
            loaded = {"name": name, "state": "loaded", "policy": policy, "last_failure": last}
            listed.append(loaded | health_of(engine, name))
        guards = {
            "cache": asdict(engine.stack.cache.statistics()),
            "flight": asdict(engine.stack.flight.statistics()),
            "batch": asdict(engine.stack.batch.statistics()),
            "admission": asdict(engine.admission.statistics()),
        }
        pool = asdict(upstream.pool)
        return json_answer({"connectors": listed, "guards": guards, "pool": pool, "errands": upstream.errands})


def warnings_of(assembly: Assembly) -> list[str]:
    """What an operator should know of a configuration that is in force all the same."""
    broken = [one for one in assembly.registry.sources.values() if isinstance(one, Broken)]
    templates = [one for versions in assembly.gateway.front.templates.values() for one in versions.values()]
    return [
        *([] if templates else ["no template is loaded: every open is answered 404"]),
        *(f"{one.name} of {one.distribution} cannot be loaded: {one.message}" for one in broken),
        *(str(warning) for template in templates for warning in template.warnings),
        *ending_soon(assembly.sources, assembly.today()),
    ]


def ending_soon(sources: Mapping[str, Source], today: date) -> list[str]:
    """What the connectors' shipped data will not cover for much longer."""
    return [
        f"{name}: its shipped data ends on {ends.isoformat()}"
        for name, source in sources.items()
        if (ends := source.connector.good_until) is not None and (ends - today).days < WARN_DAYS
    ]
