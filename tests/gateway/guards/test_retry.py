"""One more try: for what may pass, of what may be sent twice, within tokens and time, and never after a time-out."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from connectors import Call
from gateway.allowance import Allowance
from gateway.ask import Errand
from gateway.clock import Clock
from gateway.guards.retry import Retry
from gateway.laws import AllowanceLaw, RetryLaw
from gateway.outcome import CAUSES, TIMED_OUT, Done, Reason, Verdict, default
from gateway.pool.failures import Failed
from gateway.upstream import Upstream
from raw_upstream import WALL, Id, Thing, source_of
from scripted_pool import GET, ScriptedPool, connector_of, run
from stand_in import Of, source
from virtual_time import in_virtual_time

PLAIN = source("plain", Of, timeout=0.3)
GOOD = Done((default(Reason.ABSENT),), Verdict.GOOD)
MAY_PASS = Done((default(Reason.ERROR, "reset"),), Verdict.BAD, may_retry=True)
FAILS = Done((default(Reason.ERROR, "upstream_5xx"),), Verdict.BAD)
LATE = Done((TIMED_OUT,), Verdict.BAD)


def throttled(wait: float) -> Done:
    """A 429 that asks for a wait."""
    return Done((default(Reason.QUOTA, "upstream_429", wait),), Verdict.NEUTRAL, wait=wait, may_retry=True)


class Bench:
    """A retry around a script of what the calls bring; when it is at its end, all is good. `at` is when they began."""

    def __init__(self, says: Iterable[Done | BaseException], took: float = 0.0, **law: Any) -> None:
        self.clock = Clock(asyncio.get_running_loop().time)
        self.says = iter(says)
        self.took = took
        self.at: list[float] = []
        self.usual = 0.02
        self.is_on = True
        self.chance = 0.0
        self.allowance = Allowance(AllowanceLaw(tokens=10, ratio=0.2, trickle_up_to=2), self.clock)
        told = (lambda _: self.usual), (lambda: self.is_on), (lambda: self.chance)
        self.retry = Retry(self.call, RetryLaw(**law), self.clock, self.allowance, *told)

    async def call(self, errand: Errand) -> Done:
        """The next of the script."""
        self.at.append(self.clock.now())
        await asyncio.sleep(self.took)
        said = next(self.says, GOOD)
        if isinstance(said, BaseException):
            raise said
        return said

    async def run(self, within: float = 0.3, *, may_retry: bool = True) -> Done:
        """One errand."""
        now = self.clock.now()
        return await self.retry(Errand(PLAIN, (Of(of="a"),), now, within, now + within, may_retry=may_retry))


ALL_CAUSES = sorted(CAUSES)
PASSING = {"connect_refused", "reset", "upstream_unavailable", "upstream_429"}


@pytest.mark.parametrize("cause", ALL_CAUSES)
def test_only_what_may_pass_is_tried_again(cause: str) -> None:
    """Refused, reset before the first byte, 502 to 504, and 429; no other cause, time-outs least of all."""
    done = run(connector_of(lambda self, query: (yield GET)), Failed(default(Reason.ERROR, cause), Verdict.BAD))

    assert done.may_retry == (cause in PASSING)


def talk_of(*methods: str) -> Any:
    """A `read` that makes these calls."""

    def read(self: Any, query: Id) -> Any:
        for method in methods:
            yield Call(method, "/v1/thing")
        return Thing(id="a")

    return read


@pytest.mark.parametrize(
    ("methods", "stated", "may"),
    [
        (["GET"], None, True),
        (["HEAD"], None, True),
        (["POST"], None, False),
        (["PUT"], None, False),
        (["DELETE"], None, False),
        (["GET", "POST"], None, False),
        (["POST", "GET"], None, False),
        (["GET", "GET"], None, True),
        (["POST"], True, True),
        (["GET"], False, False),
    ],
)
@in_virtual_time
async def test_what_may_not_be_sent_twice_is_not(methods: list[str], stated: bool | None, may: bool) -> None:
    """By its methods alone a talk of GET and HEAD may be; the policy's word goes before, either way."""
    clock = Clock(asyncio.get_running_loop().time, lambda: WALL)
    says = [b"{}"] * (len(methods) - 1) + [Failed(default(Reason.ERROR, "reset"), Verdict.BAD)]
    upstream = Upstream(ScriptedPool(*says), clock)  # type: ignore[arg-type]
    of = replace(source_of(connector_of(talk_of(*methods))), idempotent=stated)

    done = await upstream(Errand(of, (Id(),), clock.now(), 0.3, clock.now() + 0.3))

    assert (done.calls, done.may_retry) == (len(methods), may)


@pytest.mark.parametrize("done", [GOOD, FAILS, LATE])
@in_virtual_time
async def test_an_end_that_is_final_is_told_as_it_is(done: Done) -> None:
    """Good, failed for good, out of time: one call, and its own answer."""
    bench = Bench([done])

    assert (await bench.run(), len(bench.at)) == (done, 1)


@in_virtual_time
async def test_one_more_try_and_no_third() -> None:
    """The answer is the second call's, though that may pass too."""
    good, bad = Bench([MAY_PASS, GOOD]), Bench([MAY_PASS, throttled(0.0), GOOD])

    assert (await good.run(), len(good.at)) == (GOOD, 2)
    assert ((await bad.run()).outcomes[0].reason, len(bad.at)) == (Reason.QUOTA, 2)


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
@in_virtual_time
async def test_the_pause_is_random_up_to_five_milliseconds(chance: float) -> None:
    """So that callers who failed together do not come again together."""
    bench = Bench([MAY_PASS])
    bench.chance = chance

    await bench.run()

    assert bench.at[1] - bench.at[0] == pytest.approx(0.005 * chance, abs=2e-6)


@pytest.mark.parametrize(("took", "calls"), [(0.274, 2), (0.276, 1), (0.3, 1)])
@in_virtual_time
async def test_what_remains_must_be_enough_for_a_usual_call(took: float, calls: int) -> None:
    """Of 300 ms at least the median of 20 and the longest pause must be left; else the failure is told at once."""
    bench = Bench([MAY_PASS], took)
    began = bench.clock.now()

    done = await bench.run()

    assert len(bench.at) == calls
    if calls == 1:
        assert (done, bench.clock.now() - began) == (MAY_PASS, pytest.approx(took, abs=2e-6))


@pytest.mark.parametrize(("wait", "calls"), [(0.0, 2), (0.1, 2), (0.149, 2), (0.151, 1), (1.0, 1), (60.0, 1)])
@in_virtual_time
async def test_a_throttled_call_is_tried_again_only_if_it_may_soon(wait: float, calls: int) -> None:
    """Not more than half of what remains may go by in waiting; and the wait is kept."""
    bench = Bench([throttled(wait)])

    await bench.run(0.3)

    assert len(bench.at) == calls
    if calls == 2:
        assert bench.at[1] - bench.at[0] >= wait - 1e-6


@pytest.mark.parametrize("off", ["level", "template", "law"])
@in_virtual_time
async def test_it_can_be_off(off: str) -> None:
    """Under load, by the template, or for good."""
    bench = Bench([MAY_PASS], attempts=0 if off == "law" else 1)
    bench.is_on = off != "level"

    await bench.run(may_retry=off != "template")

    assert len(bench.at) == 1


@in_virtual_time
async def test_our_own_cancellation_is_never_tried_again() -> None:
    """It goes through, out of the first call and out of the second, at once."""
    for says in ([asyncio.CancelledError()], [MAY_PASS, asyncio.CancelledError()]):
        bench = Bench(says)
        with pytest.raises(asyncio.CancelledError):
            await bench.run()
        assert len(bench.at) == len(says)


@in_virtual_time
async def test_a_bug_is_not_tried_again() -> None:
    """What no step should raise gets out as it is."""
    bench = Bench([RuntimeError("a bug")])

    with pytest.raises(RuntimeError, match="a bug"):
        await bench.run()
    assert len(bench.at) == 1
