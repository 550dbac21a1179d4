"""What the guards, the pool and admission count for themselves, by the name of the metric; totals end in `_total`."""

from collections.abc import Iterator

from gateway.admission import Admission
from gateway.app.connections import Connections
from gateway.app.stream import Streams
from gateway.app.watchdog import Watchdog
from gateway.pool import Pool
from gateway.runtime import Stack

Gauge = tuple[str, str, dict[str, str], float]


# Of the statistics, what stands now and may fall; all the others count since the start.
_OF_NOW = frozenset(
    {"cache_refreshing", "cache_entries", "cache_negatives", "cache_bytes", "flight_flying", "flight_waiting"}
    | {"batch_running", "pool_open", "pool_idle"}
)


def gauges_of(
    admission: Admission, connections: Connections, stack: Stack, pool: Pool, watchdog: Watchdog, streams: Streams
) -> Iterator[Gauge]:
    """Every gauge, as it stands."""
    load = admission.statistics()
    yield "moment_admission_level", "Level of load, 0 to 4", {}, float(load.level)
    yield "moment_admission_limit", "Opens at once that are well served", {}, load.limit
    yield "moment_opens_in_flight", "Opens being answered", {}, float(load.in_flight)
    yield "moment_opens_refused_total", "Opens refused", {}, float(load.refused)
    yield "moment_loop_lag_seconds", "How late the loop wakes", {}, load.lag
    yield "moment_connections", "Connections of players", {}, float(len(connections))
    for limit, count in connections.refused.items():
        about = "Connections closed at once, by the limit they were beyond"
        yield "moment_connections_refused_total", about, {"limit": limit}, float(count)
    for name, count in watchdog.statistics().items():
        yield "moment_loop_held_total", "Times that the loop was held", {"connector": name}, float(count)
    going_on = streams.statistics()
    yield "moment_streams_open", "Streams that go on after their payload", {}, float(going_on.open)
    yield (
        "moment_streams_crowded_total",
        "Streams without a place, ended after their payload",
        {},
        float(going_on.crowded),
    )
    yield from _guards(stack)
    for name, value in (
        *((f"cache_{key}", value) for key, value in _numbers(stack.cache.statistics())),
        *((f"flight_{key}", value) for key, value in _numbers(stack.flight.statistics())),
        *((f"batch_{key}", value) for key, value in _numbers(stack.batch.statistics())),
        *((f"pool_{key}", value) for key, value in _numbers(pool.statistics())),
    ):
        ending = "" if name in _OF_NOW else "_total"
        yield f"moment_{name}{ending}", f"{name.replace('_', ' ')} (see /-/connectors)", {}, value


def _guards(stack: Stack) -> Iterator[Gauge]:
    for name, circuit in stack.breaker.statistics().items():
        yield "moment_breaker_state", "0 closed, 1 half-open, 2 open", {"connector": name}, float(circuit.state)
    for name, circuit in stack.breaker.statistics().items():
        about = "Asks that the breaker answered"
        yield "moment_breaker_short_circuits_total", about, {"connector": name}, float(circuit.short_circuits)
    out = stack.bulkhead.statistics()
    for name in stack.breaker.statistics():
        yield "moment_bulkhead_in_flight", "Errands out", {"connector": name}, float(out.get(name, 0))
    tokens = [(name, "quota", one.tokens) for name, one in stack.quota.statistics().items() if one.tokens is not None]
    tokens += [(name, "retry", left) for name, left in stack.retry_tokens.statistics().items()]
    tokens += [(name, "hedge", left) for name, left in stack.hedge_tokens.statistics().items()]
    for name, bucket, left in tokens:
        yield "moment_tokens", "Tokens left", {"connector": name, "bucket": bucket}, left


def _numbers(statistics: object) -> Iterator[tuple[str, float]]:
    for name in statistics.__dataclass_fields__:  # type: ignore[attr-defined]
        yield name, float(getattr(statistics, name))
