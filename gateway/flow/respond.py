"""Step 5: the payload as bytes and headers. Makes the `Answer`."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from gateway.flow.merge import Payload
from gateway.flow.result import Result
from gateway.outcome import Reason, Status

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
        "signals": {name: entry(result) for name, result in payload.results.items()},
        "defaulted": payload.defaulted,
        "complete": payload.complete,
        "budget": {
            "total_ms": _ms(deadline.total),
            "reserve_ms": _ms(deadline.reserve),
            "used_ms": _ms(used),
        },
    }
    return Answer(200, orjson.dumps(document), {"Server-Timing": _server_timing(payload, used)})


def entry(result: Result) -> dict[str, Any] | orjson.Fragment:
    """What an answer says of one signal."""
    if result.document is None and result.reason is not None and not result.took:
        return _at_once(result.need.origin, result.reason)
    told: dict[str, Any] = {"status": str(result.status)}
    if result.reason is not None:
        told["reason"] = str(result.reason)
    if result.document is not None:
        if result.as_of is not None:
            told["as_of"] = result.as_of
        told["age_ms"] = _ms(result.age)
    told["took_ms"] = _ms(result.took)
    told["source"] = result.need.origin
    attribution = result.need.attribution
    if attribution is not None and result.document is not None:
        told["attribution"] = {"text": attribution.text, "url": attribution.url}
    return told


@lru_cache(maxsize=4096)
def _at_once(origin: str, reason: Reason) -> orjson.Fragment:
    """The entry of a signal that came by default without being waited for: under load most do, and it is written once.

    What is kept holds the name of a source and a word of a closed list, and nothing of any open.
    """
    return orjson.Fragment(
        orjson.dumps({"status": Status.DEFAULT.value, "reason": reason.value, "took_ms": 0, "source": origin})
    )


def _server_timing(payload: Payload, used: float) -> str:
    signals = [f'{name};dur={_ms(one.took)};desc="{one.status}"' for name, one in payload.results.items()]
    return ", ".join([f"total;dur={_ms(used)}", *signals])


def _ms(seconds: float) -> int:
    return int(seconds * 1000 + 0.5) if seconds else 0
