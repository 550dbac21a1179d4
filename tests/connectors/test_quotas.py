"""What the connectors declare of their vendors' limits, as the gate keeps to it."""

from collections import deque
from dataclasses import replace
from typing import Any

import pytest

from connectors import Connector, hours
from connectors.inventory.shopify import Shopify
from connectors.loyalty.voucherify import Voucherify
from connectors.market.alpaca import Alpaca
from connectors.weather.open_meteo import OpenMeteo
from gate_bench import PLAIN, Hand, refused
from gateway.guards.quota import QuotaGate

LIMITS = [(OpenMeteo, 600), (Voucherify, 100), (Alpaca, 200)]
"""The calls a minute that each vendor documents for its smallest plan."""

Made = type[Connector[Any, Any, Any]]


@pytest.mark.parametrize(("connector", "limit"), LIMITS)
@pytest.mark.parametrize("idle", [0.0, 17.3])
def test_no_minute_sees_more_than_the_vendor_allows(connector: Made, limit: int, idle: float) -> None:
    """Asked for all that can be had, for three minutes from the first or after a rest: the limit is used, and kept."""
    assert connector.policy.quota is not None
    hand = Hand()
    gate = QuotaGate(hand.clock)
    source = replace(PLAIN, quota=connector.policy.quota)
    recent: deque[float] = deque()
    busiest = 0
    for turn in range(36_000):
        hand.later(idle if turn == 12_000 else 0.005)
        while refused(gate, hand.errand(source)) is None:
            recent.append(hand.now)
        while recent and recent[0] <= hand.now - 60.0:
            recent.popleft()
        busiest = max(busiest, len(recent))

    assert 0.95 * limit <= busiest <= limit


@pytest.mark.parametrize(("connector", "at_once"), [(OpenMeteo, 60), (Voucherify, 40), (Alpaca, 20)])
def test_a_rush_has_room(connector: Made, at_once: int) -> None:
    """So many opens at one instant are all asked for; the next is not."""
    hand = Hand()
    gate = QuotaGate(hand.clock)
    source = replace(PLAIN, quota=connector.policy.quota)

    told = [refused(gate, hand.errand(source)) for _ in range(at_once + 1)]

    assert told == [None] * at_once + ["bucket_empty"]


def test_who_counts_by_the_day_says_so() -> None:
    """Open-Meteo refuses for an hour or a day; the others count by the minute, and Shopify counts nothing."""
    windows = {made.name: made.policy.quota and made.policy.quota.window for made in (OpenMeteo, Voucherify, Alpaca)}

    assert windows == {"open-meteo": hours(24), "voucherify": None, "alpaca": None}
    assert Shopify.policy.quota is None
