"""What a gate refuses the cache answers: stale with the refusal's own reason, by default where nothing is there."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from connectors import Quota, Scope
from gateway.admission import Level
from gateway.guards.breaker import State
from gateway.laws import BreakerLaw, BulkheadLaw
from gateway.outcome import Reason
from stack_bench import DOWN, QUOTE, Bench, told, with_
from stand_in import HANGS, Script
from vendor import failing
from virtual_time import in_virtual_time, settle, wait

METERED = replace(QUOTE, quota=Quota(rate=0.0001, burst=10.0), in_flight=2)
LAWS = with_(breaker=BreakerLaw(), bulkhead=BulkheadLaw(in_flight=2))


async def empty(bench: Bench) -> None:
    """Use up the quota."""
    for number in range(9):
        await bench.read(f"q{number}", METERED)


async def throttle(bench: Bench) -> None:
    """Have the vendor ask for a wait."""
    bench.script = Script(brings=failing("429", retry_after=60.0))
    await bench.read("throttled", METERED)


async def break_(bench: Bench) -> None:
    """Open the circuit."""
    await bench.opened(METERED)


async def fill(bench: Bench) -> None:
    """Fill the bulkhead with calls that hang, each waited for."""
    bench.script = HANGS
    for number in range(2):
        asyncio.ensure_future(bench.outcome(bench.ask(f"hangs-{number}", METERED)))  # noqa: RUF006
    await settle()


REFUSALS: dict[str, tuple[Callable[[Bench], Awaitable[None]], str]] = {
    "empty": (empty, "quota"),
    "throttled": (throttle, "quota"),
    "open": (break_, "breaker"),
    "full": (fill, "bulkhead"),
}


@pytest.mark.parametrize("way", REFUSALS)
@in_virtual_time
async def test_a_refusal_is_told_by_its_reason_and_costs_no_time(way: str) -> None:
    """Stale where there is a value within its ceiling, else by default; at once, and nothing is sent."""
    bench = Bench(laws=LAWS)
    await bench.read("known", METERED)
    await wait(130.0)
    refuse, reason = REFUSALS[way]
    await refuse(bench)
    sent, began = bench.sent, bench.clock.now()

    assert await bench.read("known", METERED) == f"stale/{reason}"
    assert await bench.read("unknown", METERED) == f"default/{reason}"
    assert (bench.sent, bench.clock.now()) == (sent, began)
    await wait(1.0)


@pytest.mark.parametrize("way", REFUSALS)
@in_virtual_time
async def test_a_refusal_is_no_failure_of_the_key(way: str) -> None:
    """Once the gate is open again the key that was refused is asked at once."""
    bench = Bench(laws=LAWS)
    await REFUSALS[way][0](bench)
    await bench.read("a", METERED)
    bench.script = Script()
    await wait(100_000.0)
    for number in range(3):
        await bench.read(f"probe-{number}", METERED)
        await wait(0.1)

    assert await bench.read("a", METERED) == "live"


@pytest.mark.parametrize("way", REFUSALS)
@in_virtual_time
async def test_a_renewal_that_is_refused_leaves_what_is_there(way: str) -> None:
    """Within its second life a value is served as fresh whatever the gates say, and no renewal hangs about."""
    bench = Bench(laws=LAWS)
    await bench.read("known", METERED)
    await wait(59.0)
    await REFUSALS[way][0](bench)
    await wait(2.0 if way != "full" else 0.0)
    if way == "full":
        await wait(1.5)
        await fill(bench)

    assert [await bench.read("known", METERED) for _ in range(3)] == ["fresh"] * 3
    await wait(1.0)
    assert bench.stack.cache.statistics().refreshing == 0
    assert bench.stack.cache.statistics().entries >= 1


@in_virtual_time
async def test_a_renewal_may_be_the_probe() -> None:
    """Readers who are served fresh send the probes that close the circuit, and notice nothing."""
    bench = Bench(laws=with_(breaker=BreakerLaw()))
    keys = [f"known-{number}" for number in range(5)]
    for key in keys:
        await bench.read(key)
    await wait(61.0)
    await bench.opened()
    await wait(4.0)

    words = []
    for key in keys:
        words.append(await bench.read(key))
        await wait(0.1)

    assert (words, bench.state()) == (["fresh"] * 5, State.CLOSED)


@in_virtual_time
async def test_a_value_past_its_ceiling_stands_in_for_nothing() -> None:
    """However the circuit stands: after ten minutes there is the default."""
    bench = Bench(laws=with_(breaker=BreakerLaw()))
    await bench.read("known")
    await wait(599.0)
    await bench.opened()
    assert await bench.read("known") == "stale/breaker"
    await wait(1.1)

    assert await bench.read("known") == "default/breaker"


@in_virtual_time
async def test_who_joined_a_call_is_answered_by_it_though_the_circuit_opened() -> None:
    """An open circuit stops new calls; the one that is out, and those who join it, have its answer."""
    bench = Bench(laws=with_(breaker=BreakerLaw()))
    bench.script = Script(latency=0.2)
    first = asyncio.ensure_future(bench.read("a"))
    await wait(0.05)
    bench.script = DOWN
    await asyncio.gather(*(bench.read(f"q{number}") for number in range(8)))
    assert bench.state() is State.OPEN

    assert (await bench.read("a"), await first) == ("live", "live")
    assert bench.state() is State.OPEN


@pytest.mark.parametrize(
    ("scope", "word"), [(Scope.SHARED, "stale/unauthorized"), (Scope.VIEWER, "default/unauthorized")]
)
@in_virtual_time
async def test_a_refused_credential_ends_a_viewers_own_value_alone(scope: Scope, word: str) -> None:
    """It is no verdict on the source: a hundred of them open no circuit, and mark no key."""
    bench = Bench(laws=with_(breaker=BreakerLaw()))
    of = replace(QUOTE, scope=scope)
    await bench.read("a", of)
    await wait(130.0)
    bench.script = Script(brings=failing("401"))

    words = [await bench.read("a", of) for _ in range(100)]

    assert (set(words), bench.sent, bench.state()) == ({word}, 101, State.CLOSED)


@pytest.mark.parametrize("level", [Level.CACHED, Level.ESSENTIAL])
@in_virtual_time
async def test_what_is_not_asked_for_the_load_is_told_as_shed(level: Level) -> None:
    """Whatever stands for the key besides: shed is said, stale where there is a value, and no gate is troubled."""
    bench = Bench(laws=LAWS)
    await bench.read("known", METERED)
    await wait(130.0)
    bench.level = level

    words = [told(bench.stack.cache.peek(bench.ask(key, METERED), Reason.SHED)) for key in ("known", "unknown")]

    assert (words, bench.sent) == (["stale/shed", "default/shed"], 1)
