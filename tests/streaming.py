"""Opens whose answer is a stream, without sockets: what was said, and at which virtual instant."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from multidict import CIMultiDict

from gateway.app.stream import HEARTBEAT, StreamLaw, Streams
from gateway.flow.patch import Patch
from gateway.flow.request import Arrival
from gateway.moment import answer, follow
from virtual_time import Rig, wait


@dataclass(frozen=True, slots=True)
class Heard:
    """One event, or a `heartbeat`: at which instant of the loop, with what data and number."""

    at: float
    name: str
    document: Any = None
    number: int | None = None


def read_events(said: bytes, at: float = 0.0) -> list[Heard]:
    """The events of some bytes, whole ones only."""
    heard = []
    assert said.endswith(b"\n\n"), said
    for block in said[:-2].split(b"\n\n"):
        if block == HEARTBEAT.strip(b"\n"):
            heard.append(Heard(at, "heartbeat"))
            continue
        lines = dict(line.split(b": ", 1) for line in block.split(b"\n"))
        assert lines.keys() <= {b"id", b"event", b"data"}
        number = int(lines[b"id"]) if b"id" in lines else None
        heard.append(Heard(at, lines[b"event"].decode(), orjson.loads(lines[b"data"]), number))
    return heard


def streams_of(rig: Rig, law: StreamLaw | None = None) -> Streams:
    """All streams of a gateway."""
    return Streams(law or StreamLaw(), rig.clock, lambda: rig.level)


async def opened(
    rig: Rig, streams: Streams, arrival: Arrival, *, is_stream: bool = True, pause: float = 0.0
) -> list[Heard]:
    """One open, which does as the app does; the last of what was heard is the end, of an answer in one piece too.

    After each word that follows the payload the reader takes a `pause`, in seconds.
    """
    heard: list[Heard] = []
    told: list[Patch] = []

    async def say(said: bytes) -> None:
        heard.extend(read_events(said, rig.clock.now()))
        if pause:
            await wait(pause)

    with streams.place() as has_place:
        answered = await answer(arrival, rig.gateway, rig.level, is_stream and has_place)
        heard.append(Heard(rig.clock.now(), "payload", orjson.loads(answered.answer.body)))
        try:
            following = follow(answered, rig.gateway, streams.may_ask)
            if following is not None:
                await streams.tell(following, say, told.append)
        finally:
            answered.collected.release()
    assert len(told) == sum(one.name == "patch" for one in heard)
    return [*heard, Heard(rig.clock.now(), "end")]


async def streamed(
    rig: Rig,
    streams: Streams | None = None,
    *,
    ticket: str | None = None,
    budget_ms: Any = None,
    headers: Mapping[str, str] | None = None,
    pause: float = 0.0,
    **context: Any,
) -> list[Heard]:
    """One stream of the template."""
    request = {"template": "morning", "ticket": ticket, "budget_ms": budget_ms, "context": context}
    arrival = Arrival(orjson.dumps(request), CIMultiDict(headers or {}), rig.clock.now())
    return await opened(rig, streams or streams_of(rig), arrival, pause=pause)


def timeline(heard: list[Heard]) -> list[tuple[float, str]]:
    """What was heard when, in whole milliseconds: of a patch the signal."""
    return [
        (round(one.at * 1000, 2), f"patch {next(iter(one.document['signals']))}" if one.name == "patch" else one.name)
        for one in heard
    ]


def applied(heard: list[Heard]) -> dict[str, Any]:
    """What a player shows in the end: the payload with all patches applied as it is told to."""
    shown: dict[str, Any] = dict(heard[0].document)
    shown["data"], shown["defaulted"] = dict(shown["data"]), dict(shown["defaulted"])
    shown["signals"] = dict(shown["signals"])
    for one in heard:
        if one.name != "patch":
            continue
        assert one.document.keys() == {"data", "signals", "defaulted", "complete"}
        assert one.document["data"].keys() <= shown["data"].keys()
        assert set(one.document["defaulted"]) <= shown["defaulted"].keys()
        shown["data"] |= one.document["data"]
        shown["signals"] |= one.document["signals"]
        for name in one.document["defaulted"]:
            del shown["defaulted"][name]
        shown["complete"] = one.document["complete"]
    return shown
