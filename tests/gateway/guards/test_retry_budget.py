"""What retries cost: of ten thousand calls at any rate of failure, never more than the tokens that were earned."""

import asyncio
import random

import pytest

from gateway.allowance import Allowance
from gateway.ask import Errand
from gateway.clock import Clock
from gateway.guards.hedge import Hedge
from gateway.guards.retry import Retry
from gateway.latency import Latencies
from gateway.laws import AllowanceLaw, HedgeLaw, RetryLaw
from gateway.outcome import Done, Reason, Verdict, default
from gateway.stragglers import Stragglers
from stand_in import Of, source
from virtual_time import in_virtual_time

PLAIN = source("plain", Of, timeout=0.3, idempotent=True)
GOOD = Done((default(Reason.ABSENT),), Verdict.GOOD)
MAY_PASS = Done((default(Reason.ERROR, "reset"),), Verdict.BAD, may_retry=True)
CALLS = 10_000


def errand_of(now: float) -> Errand:
    """An errand of now."""
    return Errand(PLAIN, (Of(of="a"),), now, 0.3, now + 0.3)


class Counted:
    """Calls that take no time and fail at a rate; `good_first` counts the first attempts that were good."""

    def __init__(self, rate: float) -> None:
        self.now = 0.0
        self.clock = Clock(lambda: self.now)
        self.chance = random.Random(7)
        self.rate = rate
        self.calls = 0
        self.good_first = 0
        self.is_first = True

    async def __call__(self, errand: Errand) -> Done:
        self.calls += 1
        is_good = self.chance.random() >= self.rate
        self.good_first += is_good and self.is_first
        self.is_first = False
        return GOOD if is_good else MAY_PASS

    async def play(self, count: int, every: float) -> int:
        """So many errands; how many calls they took beyond one each."""
        law = AllowanceLaw(tokens=10, ratio=0.2, trickle_up_to=2)
        allowance = Allowance(law, self.clock)
        retry = Retry(self, RetryLaw(), self.clock, allowance, lambda _: 0.02, lambda: True, lambda: 0.0)
        for _ in range(count):
            self.is_first = True
            await retry(errand_of(self.clock.now()))
            self.now += every
        return self.calls - count


@pytest.mark.parametrize("rate", [0.0, 0.01, 0.1, 0.3, 0.5, 0.9, 0.99])
def test_extra_calls_stay_within_what_was_earned(rate: float) -> None:
    """Ten tokens, a fifth of the good first attempts, the trickle; where failures are few, all are tried again."""
    vendor = Counted(rate)

    extra = asyncio.run(vendor.play(CALLS, 0.0001))

    failed = CALLS - vendor.good_first
    assert extra <= 10 + 0.2 * vendor.good_first + 1
    assert extra == failed if rate <= 0.1 else extra < failed
    assert extra >= min(failed, 0.2 * vendor.good_first) * 0.95


def test_a_total_outage_costs_ten_extra_calls_and_then_the_trickle() -> None:
    """Of a thousand failures in a second ten are tried again; in the hundred seconds after, one in ten seconds is."""
    vendor = Counted(1.0)
    assert asyncio.run(vendor.play(1000, 0.001)) == 10

    vendor = Counted(1.0)
    extra = asyncio.run(vendor.play(1010, 0.1))

    assert extra == 10 + 10


@pytest.mark.parametrize("slow", [0.0, 0.02, 1.0])
@in_virtual_time
async def test_hedges_stay_within_both_budgets(slow: float) -> None:
    """Five tokens and a twentieth of the first attempts, however many calls hang; none where none is slow."""
    clock = Clock(asyncio.get_running_loop().time)
    chance = random.Random(7)
    calls = 0
    own = Allowance(AllowanceLaw(tokens=5, ratio=0.05), clock)
    shared = Allowance(AllowanceLaw(tokens=10, ratio=0.2, trickle_up_to=2), clock)
    latencies = Latencies(clock)
    for _ in range(200):
        latencies.add("plain", 0.02)

    async def call(errand: Errand) -> Done:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0.2 if chance.random() < slow else 0.001)
        return GOOD

    hedge = Hedge(call, HedgeLaw(enabled=True), clock, own, shared, latencies, lambda _: True, Stragglers())
    count = 1000
    for _ in range(count):
        latencies.add("plain", 0.02)  # what is usual does not change
        await hedge(errand_of(clock.now()))

    extra = calls - count
    assert extra <= 5 + 0.05 * count
    assert extra <= 10 + 0.2 * count
    assert (extra > 0) == (slow > 0)
