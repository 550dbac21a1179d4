"""OpenTelemetry spans: one an open, one an ask below it, one an upstream call by itself, made after the fact.

An upstream call is made for whoever waits for it, so its span belongs to no open. Without an SDK nothing is made at
all: the API's own provider is asked once.
"""

from collections.abc import Mapping

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import ProxyTracerProvider, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from gateway.ask import Errand
from gateway.clock import Clock
from gateway.flow.merge import Payload
from gateway.outcome import Done, Verdict

_NANO = 1_000_000_000
_propagator = TraceContextTextMapPropagator()


class Spans:
    """Makes the spans, where an SDK is installed and set up before the gateway starts."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tracer = trace.get_tracer("moment-gateway")
        self.is_on = not isinstance(trace.get_tracer_provider(), ProxyTracerProvider)

    def of_open(self, payload: Payload, headers: Mapping[str, str], ended: float) -> None:
        """The spans of an open that was answered at `ended` (monotonic). No value and no id of a viewer is in them."""
        if not self.is_on:
            return
        opening = payload.opening
        parent = _propagator.extract({name.lower(): value for name, value in headers.items()}, Context())
        began, since = opening.deadline.began, self._since()
        span = self._tracer.start_span(
            "open",
            parent,
            SpanKind.SERVER,
            {
                "moment.open": opening.id,
                "moment.template": opening.template.id,
                "moment.version": opening.template.version,
                "moment.complete": payload.complete,
            },
            start_time=_nano(since + began),
        )
        below = trace.set_span_in_context(span, Context())
        for name, result in payload.results.items():
            told = {"moment.signal": name, "moment.source": result.need.origin, "moment.status": result.status.value}
            if result.reason is not None:
                told["moment.reason"] = result.reason.value
            if result.cause is not None:
                told["moment.cause"] = result.cause
            ask = self._tracer.start_span("ask", below, SpanKind.INTERNAL, told, start_time=_nano(since + began))
            ask.end(_nano(since + began + result.took))
        span.end(_nano(since + ended))

    def of_errand(self, errand: Errand, done: Done, took: float) -> None:
        """The span of a call to a source that ended just now."""
        if not self.is_on:
            return
        ended = self._clock.wall()
        told: dict[str, str | int] = {"moment.source": errand.source.name, "moment.queries": len(errand.queries)}
        told["moment.calls"] = done.calls
        span = self._tracer.start_span("upstream", Context(), SpanKind.CLIENT, told, start_time=_nano(ended - took))
        if done.verdict is Verdict.BAD:
            span.set_status(Status(StatusCode.ERROR, done.outcomes[0].cause if done.outcomes else "total_timeout"))
        span.end(_nano(ended))

    def _since(self) -> float:
        """The Unix time of the monotonic zero; read once a tree of spans, or one could end before it begins."""
        return self._clock.wall() - self._clock.now()


def _nano(wall: float) -> int:
    return int(wall * _NANO)
