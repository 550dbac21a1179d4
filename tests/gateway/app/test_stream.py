"""How a stream goes on after its payload, in virtual time: which event when, until the end that always comes."""

import asyncio
import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from gateway.admission import Level
from gateway.app.laws import stream_law_of
from gateway.app.stream import StreamLaw, StreamStatistics, wants_stream
from gateway.runtime import Laws
from gateway.settings import GatewaySettings
from morning import CONTEXT, SOURCES, TEMPLATE, saying, ticket
from stand_in import HANGS, Figure, Script
from streaming import applied, streamed, streams_of, timeline
from virtual_time import Rig, in_virtual_time, settle, wait

LATER = (
    TEMPLATE.replace('each: "ticket.symbols"', 'each: "ticket.symbols", timeout: 12s')
    .replace("sum: {from: total.value,", "sum: {from: total.value, needed_at: 12s,")
    .replace('{when: "total.value > `4`", use: up}, ', "")
)
"""The morning's template, where all that is made of the quotes is needed in the last scene."""


def rig(changed: Mapping[str, Script] | None = None, template: str = LATER, **options: Any) -> Rig:
    """A gateway whose sources answer well in 20 ms, but for those given another script."""
    return Rig(saying(changed), SOURCES, template, **options)


def slow(latency: float, value: float = 3.0, **how: Any) -> dict[str, Script]:
    """Quotes that take that long."""
    return {"quotes": Script(latency=latency, brings=Figure(value=value), **how)}


open_ = functools.partial(streamed, ticket=ticket(), **CONTEXT)


@in_virtual_time
async def test_the_slow_source_gets_until_its_scene() -> None:
    """Quotes that take nine seconds do not hold the payload back, and are there in time, with what they let derive."""
    gateway = rig(slow(9.0))

    heard = await open_(gateway, streams_of(gateway, StreamLaw(heartbeat=60.0)))

    assert timeline(heard) == [(20, "payload"), (9000, "patch quotes"), (9000, "patch total"), (9000, "end")]
    assert [one.number for one in heard] == [None, 1, 2, None]
    assert applied(heard)["data"]["sum"] == 6.0
    assert applied(heard)["complete"] is True
    assert gateway.leftovers() == {}


@in_virtual_time
async def test_heartbeats_fill_a_long_silence() -> None:
    """A comment is sent after each five seconds without a word; a patch counts as a word."""
    changed = {"stock": Script(latency=1.3, brings=Figure(value=22.0, label="19.90")), **slow(11.9)}
    sources = [replace(one, timeout=2.0) for one in SOURCES]
    gateway = Rig(saying(changed), sources, LATER)

    heard = await open_(gateway)

    assert timeline(heard) == [
        (395, "payload"),
        (1300, "patch stock"),
        (6300, "heartbeat"),
        (11300, "heartbeat"),
        (11900, "patch quotes"),
        (11900, "patch total"),
        (11900, "end"),
    ]


@in_virtual_time
async def test_nothing_is_out_so_the_end_follows() -> None:
    """With all signals in, or served from the cache, the payload is the whole and the end follows at once."""
    gateway = rig()
    await open_(gateway)

    heard = await open_(gateway)

    assert [one.name for one in heard] == ["payload", "end"]
    assert heard[0].document["complete"] is True


@in_virtual_time
async def test_a_variant_does_not_hold_for_what_comes_too_late_and_never_flips() -> None:
    """What a variant reads is waited for; where it comes after the payload even so, the variant stays as it was."""
    waited = TEMPLATE.replace("sum: {from: total.value,", "sum: {from: total.value, needed_at: 12s,")
    sources = [replace(one, timeout=1.0) for one in SOURCES]
    gateway = Rig(saying(slow(0.8)), sources, waited)

    heard = await open_(gateway)

    assert timeline(heard) == [
        (395, "payload"),
        (800, "patch quotes"),
        (800, "patch total"),
        (800, "end"),
    ]
    assert heard[0].document["variants"] == {"hero": "rainy", "scene": "friday"}
    assert applied(heard)["data"]["sum"] == 6.0
    assert [one.document.keys() & {"variants"} for one in heard[1:3]] == [set(), set()]


@in_virtual_time
async def test_one_that_swallows_its_cancel_holds_up_nothing() -> None:
    """Deaf and stubborn quotes end with their window: the stream does not wait for them to die."""
    short = LATER.replace("12s", "2s")
    gateway = rig(slow(3600.0, stubborn=5.0, deaf=True), short)

    heard = await open_(gateway)

    assert timeline(heard) == [(20, "payload"), (2000, "end")]
    await wait(10.0)
    assert gateway.leftovers() == {}


@pytest.mark.parametrize("after", [0.0, 0.001, 0.02, 0.5, 1.0, 1.9])
@in_virtual_time
async def test_who_goes_takes_the_work_along(after: float) -> None:
    """A viewer who leaves at any time leaves no call, waiter, timer or place behind."""
    gateway = rig(slow(1.5), laws=replace(Laws(), late=replace(Laws().late, bulkhead_below=0.0)))
    streams = streams_of(gateway)
    going = asyncio.ensure_future(open_(gateway, streams))
    await wait(after)

    going.cancel()
    await asyncio.wait({going})
    await settle()

    assert streams.statistics() == StreamStatistics(open=0, crowded=0)
    assert gateway.leftovers() == {}


@in_virtual_time
async def test_the_ports_close() -> None:
    """When all streams are to end, each says its end at that instant; one that comes later is payload and end."""
    gateway = rig(slow(9.0))
    streams = streams_of(gateway)
    going = [asyncio.ensure_future(open_(gateway, streams)) for _ in range(3)]
    await wait(0.7)

    streams.end()
    streams.end()
    heard = await asyncio.gather(*going)
    last = await open_(gateway, streams)

    assert [timeline(one) for one in heard] == [[(20, "payload"), (700, "end")]] * 3
    assert [one.name for one in last] == ["payload", "end"]
    assert streams.statistics().open == 0


@in_virtual_time
async def test_a_full_house() -> None:
    """Beyond the most at once a stream is the payload, as good as in JSON, and the end; places are given back."""
    gateway = rig(slow(0.2))
    streams = streams_of(gateway, StreamLaw(most=1))

    heard = await asyncio.gather(open_(gateway, streams), open_(gateway, streams))

    assert timeline(heard[0]) == [(20, "payload"), (200, "patch quotes"), (200, "patch total"), (200, "end")]
    assert timeline(heard[1]) == [(200, "payload"), (200, "end")]
    assert heard[1][0].document["complete"] is True
    assert streams.statistics() == StreamStatistics(open=0, crowded=1)


@in_virtual_time
async def test_a_gateway_too_busy_ends_its_streams() -> None:
    """At level 2 a stream that goes on is ended with the next word it would say."""
    gateway = rig(slow(9.0))
    going = asyncio.ensure_future(open_(gateway))
    await wait(1.0)

    gateway.level = Level.ESSENTIAL

    assert timeline(await going) == [(20, "payload"), (5020, "end")]


@in_virtual_time
async def test_nobody_looks_at_a_prefetch() -> None:
    """A prefetch gets its defaults and the end, and no source is asked."""
    gateway = rig(slow(9.0))

    heard = await open_(gateway, headers={"Sec-Purpose": "prefetch"})

    assert timeline(heard) == [(0, "payload"), (0, "end")]
    assert gateway.stand_in.errands == []


@in_virtual_time
async def test_a_reader_who_does_not_read_holds_up_the_own_stream_alone() -> None:
    """Patches wait for a slow reader, and what closes meanwhile is not said; another viewer hears all in time."""
    gateway = rig({**slow(1.0), "stock": HANGS}, LATER.replace("12s", "2s"))
    streams = streams_of(gateway)

    stuck, other = await asyncio.gather(open_(gateway, streams, pause=30.0), open_(gateway, streams))

    patches = [(1000, "patch quotes"), (1000, "patch total")]
    assert timeline(other) == [(300, "payload"), *patches, (1000, "end")]
    assert timeline(stuck)[:2] == [(300, "payload"), patches[0]]
    await wait(10.0)
    assert gateway.leftovers() == {}


def test_the_numbers_of_the_file_are_those_of_the_code() -> None:
    """Left out of the file a stream is as the code has it; a change arrives in seconds."""
    changed = {"stream": {"most": 0, "heartbeat": "2s"}, "open": {"late_window": "800ms"}}

    assert stream_law_of(GatewaySettings()) == StreamLaw()
    assert stream_law_of(GatewaySettings.model_validate(changed)) == StreamLaw(heartbeat=2.0, most=0)
    assert GatewaySettings().open.late_window.total_seconds() == 1.5
    assert GatewaySettings.model_validate(changed).open.late_window.total_seconds() == 0.8


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/event-stream", True),
        ("Text/Event-Stream", True),
        ("text/event-stream;q=0.5, */*;q=0.1", True),
        ("application/json, text/event-stream", True),
        ("application/json;q=0.5, text/event-stream", True),
        ("application/json, text/event-stream;q=0.5", False),
        ("text/event-stream;q=0", False),
        ("text/event-stream;q=junk", False),
        ("text/event-stream;q=nan", False),
        ("*/*", False),
        ("text/*", False),
        ("application/json", False),
        ("", False),
        (",;,=;q", False),
    ],
)
def test_plain_json_stays_the_default(accept: str, expected: bool) -> None:
    """Only who names event streams, and likes JSON no better, gets one."""
    assert wants_stream(accept) is expected
