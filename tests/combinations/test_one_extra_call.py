"""A hedge and a retry are the same one extra call of an errand: where either has gone out, the other does not."""

from dataclasses import replace

import pytest

from gateway.laws import RetryLaw
from stack_bench import HEDGING, PASSES, QUOTE, Bench, in_turn, value, with_
from stand_in import Script
from virtual_time import in_virtual_time

LAWS = with_(hedge=HEDGING, retry=RetryLaw())
SLOW = value(1.0, 0.2)


def fails_after(seconds: float) -> Script:
    """A failure that may pass, told after so long."""
    return replace(PASSES, latency=seconds)


@pytest.mark.parametrize(
    ("scripts", "word"),
    [
        ((fails_after(0.01), SLOW, value(3.0)), "live"),  # tried again, and slow then: no hedge beside it
        ((fails_after(0.05), fails_after(0.05), value(3.0)), "default/error"),  # hedged, and both fail: no third
        ((fails_after(0.05), SLOW, value(3.0)), "live"),  # hedged, and the first fails: the second is waited for
        ((SLOW, fails_after(0.01), value(3.0)), "live"),  # hedged, and the second fails: the first is waited for
    ],
)
@in_virtual_time
async def test_no_errand_has_a_third_call(scripts: tuple[Script, ...], word: str) -> None:
    """Whichever goes out first spends the one that the errand has; the tokens say two calls as well."""
    bench = Bench(in_turn(*scripts), LAWS)
    bench.known(0.02)

    assert (await bench.read(), bench.sent) == (word, 2)
    spent = 10.0 - bench.stack.retry_tokens.statistics()["quote"]
    assert spent == pytest.approx(1.0, abs=0.21)  # a good first attempt has earned a share


@in_virtual_time
async def test_the_next_errand_has_its_own() -> None:
    """What one errand spent is nothing to another of the same source."""
    bench = Bench(in_turn(fails_after(0.01), value(1.0), SLOW, value(2.0)), LAWS)
    bench.known(0.02)

    words = [await bench.read("a"), await bench.read("b")]

    assert (words, bench.sent) == (["live", "live"], 4)


@in_virtual_time
async def test_a_retry_that_is_not_worth_it_leaves_the_hedge() -> None:
    """Without a token nothing is tried again, so nothing was spent, and the failure is told."""
    bench = Bench(in_turn(fails_after(0.01), value(1.0)), LAWS)
    bench.known(0.02)
    while bench.stack.retry_tokens.spend(QUOTE.name):
        pass

    assert (await bench.read(), bench.sent) == ("default/error", 1)
