"""Step 5: the payload as bytes and headers. Makes the `Answer`."""

from dataclasses import dataclass
from typing import Any

import orjson

from gateway.flow.merge import Payload
from gateway.flow.result import Result

JSON = "application/json"


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A status, a body, and the headers that are this answer's own."""

    status: int
    body: bytes
    headers: dict[str, str]


def respond(payload: Payload, now: float) -> Answer:
    """Write the answer; `now` is the monotonic instant, for the time used."""
    opening = payload.opening
    deadline, template = opening.deadline, opening.template
    used = max(0.0, now - deadline.began)
    document: dict[str, Any] = {
        "open": opening.id,
        "template": template.id,
        "version": template.version,
        "data": payload.data,
        "variants": payload.variants,
        "signals": {name: _entry(result) for name, result in payload.results.items()},
        "defaulted": payload.defaulted,
        "complete": payload.complete,
        "budget": {
            "total_ms": _ms(deadline.total),
            "reserve_ms": _ms(deadline.reserve),
            "used_ms": _ms(used),
        },
    }
    return Answer(200, orjson.dumps(document), {"Server-Timing": _server_timing(payload, used)})


def _entry(result: Result) -> dict[str, Any]:
    entry: dict[str, Any] = {"status": result.status.value}
    if result.reason is not None:
        entry["reason"] = result.reason.value
    if result.document is not None:
        if result.as_of is not None:
            entry["as_of"] = result.as_of
        entry["age_ms"] = _ms(result.age)
    entry["took_ms"] = _ms(result.took)
    entry["source"] = result.need.origin
    attribution = result.need.attribution
    if attribution is not None and result.document is not None:
        entry["attribution"] = {"text": attribution.text, "url": attribution.url}
    return entry


def _server_timing(payload: Payload, used: float) -> str:
    signals = (f'{name};dur={_ms(one.took)};desc="{one.status.value}"' for name, one in payload.results.items())
    return ", ".join([f"total;dur={_ms(used)}", *signals])


def _ms(seconds: float) -> int:
    return int(seconds * 1000 + 0.5)
