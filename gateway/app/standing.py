"""How everything stands, for the console: what was answered since the last tick, the load, and each source.

The law of the state: the counts of the last tick are kept while somebody watches, to tell what came since. They are
read from the metrics, which count anyway.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from gateway.app.assembly import Assembly
from gateway.app.engine import Engine
from gateway.app.sampler import Seen, SeenSignal
from gateway.ask import Source
from gateway.latency import Quantiles
from gateway.outcome import Status
from gateway.telemetry import Counted

_STATUSES = tuple(status.value for status in Status)


class Standing:
    """Tells it, over the assembly in force."""

    def __init__(self, assembly: Callable[[], Assembly], is_draining: Callable[[], bool]) -> None:
        self._assembly = assembly
        self._is_draining = is_draining
        self._before = Counted()

    def begin(self) -> None:
        """Count from now on."""
        self._before = self._assembly().engine.metrics.counted()

    def now(self) -> dict[str, Any]:
        """How it stands, with nothing counted: for who has just come."""
        return self._told(Counted(), [])

    def tick(self) -> dict[str, Any]:
        """What came since the last tick, and how it stands."""
        engine = self._assembly().engine
        counted = engine.metrics.counted()
        since, self._before = counted.since(self._before), counted
        return self._told(since, engine.sampler.take())

    def _told(self, since: Counted, sample: list[Seen]) -> dict[str, Any]:
        assembly = self._assembly()
        engine = assembly.engine
        load, streams = engine.admission.statistics(), engine.streams.statistics()
        return {
            "draining": self._is_draining(),
            "opens": {
                "answered": since.opens.total(),
                "incomplete": sum(count for (_, complete), count in since.opens.items() if complete == "false"),
                "prefetches": since.prefetches.total(),
                "patches": since.patches.total(),
                "took": quantiles_of(engine.sampler.quantiles()),
            },
            "load": {
                "level": int(load.level),
                "limit": round(load.limit, 1),
                "in_flight": load.in_flight,
                "lag_ms": _ms(load.lag),
                "refused": load.refused,
                "streams": streams.open,
            },
            "sources": list(_sources(assembly, since)),
            "sample": [document_of(seen) for seen in sample],
        }


def health_of(engine: Engine, name: str) -> dict[str, Any]:
    """How the guards see one source: its breaker, what is out, what is left, how long it takes."""
    stack = engine.stack
    circuit, quota = stack.breaker.statistics().get(name), stack.quota.statistics().get(name)
    return {
        "breaker": "closed" if circuit is None else circuit.state.name.lower(),
        "short_circuits": 0 if circuit is None else circuit.short_circuits,
        "in_flight": stack.bulkhead.statistics().get(name, 0),
        "quota": None if quota is None else asdict(quota),
        "latency_ms": quantiles_of(stack.latencies.of(name)),
    }


def quantiles_of(known: Quantiles) -> dict[str, float]:
    """Quantiles in milliseconds, and of how many samples they are."""
    return {"p50": _ms(known.p50), "p95": _ms(known.p95), "p99": _ms(known.p99), "samples": known.count}


def document_of(seen: Seen) -> dict[str, Any]:
    """One sampled open as it is told."""
    return {
        "id": seen.id,
        "template": seen.template,
        "version": seen.version,
        "at_ms": round(seen.at * 1000),
        "total_ms": _ms(seen.total),
        "reserve_ms": _ms(seen.reserve),
        "collected_ms": _ms(seen.collected),
        "used_ms": _ms(seen.used),
        "level": seen.level,
        "complete": seen.is_complete,
        "stream": seen.is_stream,
        "signals": [_signal(signal) for signal in seen.signals],
    }


def _sources(assembly: Assembly, since: Counted) -> Iterator[dict[str, Any]]:
    """The connectors in the order of the configuration, then what is derived; each is always there."""
    engine = assembly.engine
    failures = engine.upstream.statistics().failures
    for name, found in assembly.registry.sources.items():
        kind = "connector" if isinstance(found, Source) else "broken"
        failure = failures.get(name)
        last = None if failure is None else {"reason": failure.reason, "cause": failure.cause}
        called = {"calls": since.calls[(name,)], "last_failure": last}
        yield {"name": name, "kind": kind, **_asks(name, since.asks), **called, **health_of(engine, name)}
    templates = [one for versions in assembly.gateway.front.templates.values() for one in versions.values()]
    derived = {need.origin: None for one in templates for need in one.needs if need.derivation is not None}
    for name in derived:
        yield {"name": name, "kind": "derived", **_asks(name, since.asks)}


def _asks(name: str, asks: Counter[tuple[str, ...]]) -> dict[str, Any]:
    statuses, reasons = dict.fromkeys(_STATUSES, 0), Counter[str]()
    for (origin, status, reason), count in asks.items():
        if origin == name:
            statuses[status] += count
            if reason:
                reasons[reason] += count
    return {"statuses": statuses, "reasons": reasons}


def _signal(seen: SeenSignal) -> dict[str, Any]:
    return {
        "name": seen.name,
        "source": seen.source,
        "status": seen.status,
        "reason": seen.reason,
        "start_ms": _ms(seen.start),
        "took_ms": _ms(seen.took),
        "age_ms": _ms(seen.age),
    }


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
