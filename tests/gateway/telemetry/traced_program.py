"""A gateway with a provider of spans, played once: the spans come out on stdout, as JSON.

It is a program because a process has one provider for good. `sdk` takes OpenTelemetry's own, with its exporter to
memory; `own` takes the provider below, which implements the API and nothing else.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

from running import CONTEXT, config, running, ticket

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class OwnSpan(NonRecordingSpan):
    """Remembers what it is told."""

    def __init__(self, context: SpanContext, told: dict[str, Any]) -> None:
        super().__init__(context)
        self.told = told

    def set_status(self, status: Any, description: str | None = None) -> None:
        """Keep the status."""
        self.told["status"] = status.status_code.name
        self.told["description"] = status.description

    def end(self, end_time: int | None = None) -> None:
        """Keep the end."""
        self.told["end"] = end_time


class OwnTracer(trace.Tracer):
    """Makes spans that remember."""

    def __init__(self) -> None:
        self.spans: list[OwnSpan] = []

    def start_span(  # type: ignore[override]
        self,
        name: str,
        context: Context | None = None,
        kind: Any = None,
        attributes: Any = None,
        start_time: int | None = None,
    ) -> OwnSpan:
        """One span, below the one of its context."""
        parent = trace.get_current_span(context).get_span_context()
        number = len(self.spans) + 1
        within = SpanContext(parent.trace_id or number, number, False, TraceFlags(1))
        told = {"name": name, "kind": kind.name, "attributes": dict(attributes or {}), "start": start_time}
        told |= {"span": number, "parent": parent.span_id, "trace": within.trace_id, "status": "UNSET"}
        self.spans.append(OwnSpan(within, told))
        return self.spans[-1]

    def start_as_current_span(self, *_: Any, **__: Any) -> Any:  # type: ignore[override]
        """Not used by a gateway that makes its spans after the fact."""
        raise AssertionError


class OwnProvider(trace.TracerProvider):
    """Gives the one tracer."""

    def __init__(self) -> None:
        self.tracer = OwnTracer()

    def get_tracer(self, *_: Any, **__: Any) -> OwnTracer:  # type: ignore[override]
        """The tracer."""
        return self.tracer


async def play(folder: Path) -> None:
    """An open in which one source fails, a cached one, an anonymous one, and a prefetch."""
    async with running(config(folder)) as moment:
        await moment.turn("inventory", "error")
        bearing = ticket("canary-sub-77aa", loyalty_id="canary-loyalty-77aa")
        context = {**CONTEXT, "product": "4189723980677"}
        await moment.open(bearing=bearing, context=context, headers={"traceparent": PARENT})
        await moment.open(bearing=bearing, context=context)
        await moment.open(headers={"Sec-Purpose": "prefetch"})


def of_sdk(spans: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """The SDK's spans in the same words."""
    for span in spans:
        yield {
            "name": span.name,
            "kind": span.kind.name,
            "attributes": dict(span.attributes),
            "start": span.start_time,
            "end": span.end_time,
            "span": span.context.span_id,
            "trace": span.context.trace_id,
            "parent": span.parent.span_id if span.parent else 0,
            "status": span.status.status_code.name,
            "description": span.status.description,
        }


def main(which: str) -> None:
    """Play with one kind of provider."""
    with tempfile.TemporaryDirectory() as folder:
        if which == "own":
            own = OwnProvider()
            trace.set_tracer_provider(own)
            asyncio.run(play(Path(folder)))
            told = [span.told for span in own.tracer.spans]
        else:
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import SimpleSpanProcessor
            from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

            exporter, provider = InMemorySpanExporter(), TracerProvider()
            provider.add_span_processor(SimpleSpanProcessor(exporter))
            trace.set_tracer_provider(provider)
            asyncio.run(play(Path(folder)))
            told = list(of_sdk(exporter.get_finished_spans()))
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
