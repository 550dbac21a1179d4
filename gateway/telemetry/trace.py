"""The seam to telemetry libraries: W3C trace context, in with a request and out on its answer only.

It never goes to a source: a shared upstream call is made for everybody, and its bytes are the same for two viewers.
"""

from collections.abc import Mapping

from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_propagator = TraceContextTextMapPropagator()


def trace_headers(incoming: Mapping[str, str]) -> dict[str, str]:
    """The `traceparent` (and `tracestate`) of an answer: those of its request, where they are well formed."""
    outgoing: dict[str, str] = {}
    if "traceparent" in incoming:
        context = _propagator.extract({name.lower(): value for name, value in incoming.items()})
        _propagator.inject(outgoing, context)
    return outgoing
