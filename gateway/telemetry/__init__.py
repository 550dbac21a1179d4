"""The seam to telemetry libraries: what is told of an open after its answer is written, of an errand after its end.

Nothing in the way of an open calls a metric; the guards hold counters of their own, which are read when somebody asks.
"""

from gateway.telemetry.metrics import CONTENT_TYPE, Counted, Metrics
from gateway.telemetry.spans import Spans
from gateway.telemetry.trace import trace_headers

__all__ = ["CONTENT_TYPE", "Counted", "Metrics", "Spans", "trace_headers"]
