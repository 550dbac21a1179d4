"""One open asked over HTTP, as a player would, and the answer read back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Longer than the longest budget: the gateway answers in time or is not there.
_PATIENCE = 10.0


class Unanswered(Exception):  # noqa: N818 - it says what became of the question
    """Nobody answered, or somebody who is no gateway; the text says which."""


@dataclass(frozen=True, slots=True)
class Signal:
    """How one signal came."""

    name: str
    status: str
    reason: str | None
    age_ms: int
    took_ms: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to an open, as far as it is drawn, and the text it came in."""

    text: str
    template: str
    version: int
    data: Mapping[str, Any]
    variants: Mapping[str, str]
    signals: tuple[Signal, ...]
    attributions: tuple[str, ...]
    defaulted: Mapping[str, str]
    is_complete: bool
    total_ms: int
    collect_ms: int
    used_ms: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A problem document in the place of an answer."""

    text: str
    status: int
    title: str
    detail: str | None
    pointers: tuple[tuple[str, str], ...]


async def ask(url: str, body: Mapping[str, Any]) -> Answer | Refusal:
    """Send one open to the gateway at `url`.

    Raises:
        Unanswered: the gateway cannot be reached, or what answers is none.
    """
    import httpx

    try:
        async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as client:
            reply = await client.post(f"{url.rstrip('/')}/v1/open", json=body)
    except httpx.TimeoutException:
        raise Unanswered(f"no answer from {url} within {_PATIENCE:.0f} s") from None
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise Unanswered(f"no gateway can be reached at {url} ({error or type(error).__name__})") from None
    try:
        document = reply.json()
        return read_answer(reply.text, document) if reply.status_code == 200 else read_refusal(reply.text, document)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Unanswered(f"what answers at {url} is no gateway (status {reply.status_code})") from None


def read_answer(text: str, document: Any) -> Answer:
    """The answer in a document.

    Raises:
        KeyError, TypeError, AttributeError: it is not of the shape of an answer.
    """
    budget, entries = document["budget"], dict(document["signals"])
    total = int(budget["total_ms"])
    credits = [entry["attribution"] for entry in entries.values() if "attribution" in entry]
    return Answer(
        text=text,
        template=str(document["template"]),
        version=int(document["version"]),
        data=dict(document["data"]),
        variants={slot: str(chosen) for slot, chosen in document["variants"].items()},
        signals=tuple(_signal(name, entry) for name, entry in entries.items()),
        attributions=tuple(f"{credit['text']} {credit['url']}" for credit in credits),
        defaulted={field: str(why) for field, why in document["defaulted"].items()},
        is_complete=bool(document["complete"]),
        total_ms=total,
        collect_ms=total - int(budget["reserve_ms"]),
        used_ms=int(budget["used_ms"]),
    )


def _signal(name: str, entry: Mapping[str, Any]) -> Signal:
    reason = entry.get("reason")
    return Signal(
        name=name,
        status=str(entry["status"]),
        reason=None if reason is None else str(reason),
        age_ms=int(entry.get("age_ms", 0)),
        took_ms=int(entry["took_ms"]),
    )


def read_refusal(text: str, document: Any) -> Refusal:
    """The problem in a document (RFC 9457).

    Raises:
        KeyError, TypeError, AttributeError: it is not of the shape of a problem.
    """
    detail = document.get("detail")
    return Refusal(
        text=text,
        status=int(document["status"]),
        title=str(document["title"]),
        detail=None if detail is None else str(detail),
        pointers=tuple((str(error["pointer"]), str(error["detail"])) for error in document.get("errors", ())),
    )
