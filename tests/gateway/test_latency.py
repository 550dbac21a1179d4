"""Windows of durations: of the last minute and the last 512, and quantiles that are at most a second old."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_bench import Hand
from gateway.latency import Latencies, Quantiles


def test_a_name_that_was_never_heard_of_has_no_quantiles() -> None:
    """Nought of nothing, and asking does not make a window of it."""
    latencies = Latencies(Hand().clock)

    assert latencies.of("plain") == Quantiles(0, 0.0, 0.0, 0.0)
    assert latencies.names() == ()


def test_the_quantiles_of_a_hundred() -> None:
    """1 to 101 ms in any order: the middle one, and those with 5 and 1 of a hundred above."""
    latencies = Latencies(Hand().clock)
    for number in reversed(range(1, 102)):
        latencies.add("plain", number / 1000)

    assert latencies.of("plain") == Quantiles(101, 0.051, 0.096, 0.100)


def test_one_sample_is_all_its_quantiles() -> None:
    """The smallest window there is."""
    latencies = Latencies(Hand().clock)
    latencies.add("plain", 0.02)

    assert latencies.of("plain") == Quantiles(1, 0.02, 0.02, 0.02)


def test_what_is_told_is_at_most_a_second_old() -> None:
    """Within a second of a reckoning the same is told, whatever came; after it, all that came."""
    hand = Hand()
    latencies = Latencies(hand.clock)
    latencies.add("plain", 0.02)
    first = latencies.of("plain")
    for _ in range(99):
        latencies.add("plain", 0.2)
    hand.later(0.999)
    assert latencies.of("plain") is first
    hand.later(0.001)

    assert latencies.of("plain") == Quantiles(100, 0.2, 0.2, 0.2)


@pytest.mark.parametrize(("seconds", "count"), [(60.0, 10), (60.1, 0)])
def test_a_sample_goes_after_a_minute(seconds: float, count: int) -> None:
    """A source that nobody asked for a minute is unknown again, and no old slowness is held against it."""
    hand = Hand()
    latencies = Latencies(hand.clock)
    for _ in range(10):
        latencies.add("plain", 0.2)
    hand.later(seconds)

    assert latencies.of("plain").count == count


def test_only_the_old_ones_go() -> None:
    """Half a minute later as many fast ones came: after a minute in all they are alone."""
    hand = Hand()
    latencies = Latencies(hand.clock)
    for seconds in (0.2, 0.01):
        for _ in range(10):
            latencies.add("plain", seconds)
        hand.later(30.5)

    assert latencies.of("plain") == Quantiles(10, 0.01, 0.01, 0.01)


def test_a_busy_source_is_told_of_by_its_last_512() -> None:
    """The window is bounded in number too, and what goes is the oldest."""
    latencies = Latencies(Hand().clock)
    for seconds in (0.5, 0.01):
        for _ in range(512):
            latencies.add("plain", seconds)

    assert latencies.of("plain") == Quantiles(512, 0.01, 0.01, 0.01)


def test_names_have_windows_of_their_own() -> None:
    """A slow source makes no other slow."""
    latencies = Latencies(Hand().clock)
    latencies.add("slow", 0.5)
    latencies.add("fast", 0.01)

    assert (latencies.of("slow").p50, latencies.of("fast").p50) == (0.5, 0.01)
    assert set(latencies.names()) == {"slow", "fast"}


@given(st.lists(st.floats(0, 10, allow_nan=False), min_size=1, max_size=512))
def test_quantiles_are_samples_and_in_order(samples: list[float]) -> None:
    """Each is a duration that was measured; p50 is near the median, and none is above the next."""
    latencies = Latencies(Hand().clock)
    for one in samples:
        latencies.add("plain", one)

    told = latencies.of("plain")

    assert told.count == len(samples)
    assert {told.p50, told.p95, told.p99} <= set(samples)
    assert told.p50 <= told.p95 <= told.p99 <= max(samples)
    assert statistics.median_low(samples) <= told.p50 <= statistics.median_high(samples)
