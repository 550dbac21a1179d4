"""A 429 closes the gate of its source, end to end: for what the vendor says, and never for longer than is sensible."""

from dataclasses import replace

import pytest

from connectors import Quota, hours
from connectors.loyalty.voucherify import Voucherify
from connectors.market.alpaca import Alpaca
from connectors.weather.open_meteo import OpenMeteo
from raw_upstream import Asked, Behaviour, reply
from virtual_time import in_virtual_time, wait
from wired_bench import Bench, bench

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
A_YEAR = "Retry-After: 31536000"
A_CENTURY = "Retry-After: Sat, 01 Jan 2126 00:00:00 GMT"
ABSURD = [A_YEAR, A_CENTURY]


def throttled_once(*lines: str) -> Behaviour:
    """A vendor that answers its first call with 429 and these headers, and all others well."""

    async def behave(asked: Asked) -> None:
        await asked.send(reply(b"", "429 Too Many Requests", *lines) if asked.number == 1 else reply())

    return behave


async def told(made: Bench, quota: Quota | None) -> tuple[str, str | None]:
    """The status of an errand of now, and the cause."""
    (outcome,) = (await made.begin(replace(made.source, quota=quota))).outcomes
    return outcome.status.value, outcome.cause


@pytest.mark.parametrize("line", ABSURD)
@pytest.mark.parametrize(
    ("quota", "longest"),
    [
        (None, MINUTE),
        (Quota(rate=10.0), MINUTE),
        (Quota(rate=10.0, window=hours(1)), HOUR),
        (Alpaca.policy.quota, MINUTE),
        (Voucherify.policy.quota, MINUTE),
        (OpenMeteo.policy.quota, DAY),
    ],
)
@in_virtual_time
async def test_an_absurd_wait_ends_with_the_window(quota: Quota | None, longest: float, line: str) -> None:
    """A year and a century are a minute, or the hour or the day that the policy declares; then it is asked again."""
    async with bench(throttled_once(line)) as made:
        assert await told(made, quota) == ("default", "upstream_429")
        began = made.rig.clock.now()
        assert made.stack.quota.statistics()["plain"].closed_for == pytest.approx(longest, abs=0.01)
        for share in (0.0, 0.5, 0.999):
            await wait(began + share * longest - made.rig.clock.now())
            assert await told(made, quota) == ("default", "upstream_429")
        assert len(made.rig.upstream.requests) == 1
        await wait(began + longest + 0.01 - made.rig.clock.now())

        assert await told(made, quota) == ("live", None)
        assert len(made.rig.upstream.requests) == 2


@pytest.mark.parametrize(
    ("line", "seconds"), [("Retry-After: 30", 30.0), ("Retry-After: soon", 1.0), ("X-None: 1", 1.0)]
)
@in_virtual_time
async def test_a_window_makes_no_wait_longer(line: str, seconds: float) -> None:
    """What the vendor says within it counts; where it says nothing that can be read, a second."""
    async with bench(throttled_once(line)) as made:
        await told(made, OpenMeteo.policy.quota)
        assert made.stack.quota.statistics()["plain"].closed_for == pytest.approx(seconds, abs=0.01)
