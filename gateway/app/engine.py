"""What lives as long as the process, whatever configuration is in force: pool, guards, admission, telemetry."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.admission import Admission, Level
from gateway.app.connections import Connections
from gateway.app.gauges import gauges_of
from gateway.app.laws import admission_law_of, connections_law_of, laws_of, stream_law_of
from gateway.app.notice import Notice
from gateway.app.sampler import Sampler
from gateway.app.stream import Streams
from gateway.app.watchdog import Watchdog
from gateway.ask import Errand
from gateway.clock import Clock
from gateway.latency import Latencies
from gateway.moment import Answered
from gateway.outcome import Done
from gateway.pool import Pool
from gateway.runtime import Stack
from gateway.settings import GatewaySettings
from gateway.telemetry import Metrics, Spans
from gateway.upstream import Upstream

_FINISH = "finish"
_ENOUGH_SAMPLES = 100
_MALFORMED = "opens asked for a malformed budget, which was ignored: %d since this was last told"


@dataclass(frozen=True, slots=True, eq=False)
class Engine:
    """The parts that keep state. It is made on the running loop, from settings that only a restart changes."""

    clock: Clock
    pool: Pool
    upstream: Upstream
    admission: Admission
    stack: Stack
    finishes: Latencies
    metrics: Metrics
    spans: Spans
    watchdog: Watchdog
    connections: Connections
    malformed_budgets: Notice
    streams: Streams
    sampler: Sampler

    def finish_p99(self) -> float:
        """How long nearly all answers take from the end of collecting, in seconds; 0 until that is known."""
        known = self.finishes.of(_FINISH)
        return known.p99 if known.count >= _ENOUGH_SAMPLES else 0.0

    def record(self, answered: Answered, level: Level, received: float, headers: Mapping[str, str]) -> None:
        """Take in one open whose answer has been handed to the transport: the one call to telemetry of an open.

        `received` is the monotonic instant at which the request was here whole: the time that a player takes to send
        it is no fault of ours, and must not look like one.
        """
        ended = self.clock.now()
        opening = answered.payload.opening
        if opening.is_budget_malformed:
            self.malformed_budgets.happened()
        self.finishes.add(_FINISH, ended - answered.collected_at)
        self.admission.leave(ended - max(opening.deadline.end, received))
        self.metrics.of_open(answered.payload, level, ended)
        self.spans.of_open(answered.payload, headers, ended)
        if self.sampler.is_on:
            self.sampler.add(answered, level, ended)


def start_engine(settings: GatewaySettings, clock: Clock) -> Engine:
    """Build the parts that keep state."""
    pool = Pool(
        clock,
        allow_private=settings.upstream.allow_private,
        connect_limit=settings.upstream.connect.total_seconds(),
        limit=settings.upstream.connections,
    )
    upstream = Upstream(pool, clock)
    admission = Admission(admission_law_of(settings), clock)
    streams = Streams(stream_law_of(settings), clock, lambda: admission.level)
    connections = Connections(connections_law_of(settings))
    metrics = Metrics(lambda: gauges_of(admission, connections, stack, pool, watchdog, streams))
    spans = Spans(clock)
    chance = random.Random().random
    sampler = Sampler(clock, chance)

    def told(errand: Errand, done: Done, took: float) -> None:
        metrics.of_errand(errand, done, took)
        spans.of_errand(errand, done, took)

    stack = Stack(upstream, clock, laws_of(settings), chance, lambda: admission.level, told)
    watchdog = Watchdog(lambda: upstream.at_work, stack.breaker.strike)
    return Engine(
        clock=clock,
        pool=pool,
        upstream=upstream,
        admission=admission,
        stack=stack,
        finishes=Latencies(clock),
        metrics=metrics,
        spans=spans,
        watchdog=watchdog,
        connections=connections,
        malformed_budgets=Notice(_MALFORMED, clock),
        streams=streams,
        sampler=sampler,
    )
