"""The knobs: what a setting means, which are refused, and how latencies spread."""

import random
from statistics import NormalDist, quantiles

import pytest
from pydantic import ValidationError

from gateway.lab.faults import START, Count, Fault, Faults, Mode, Quantiles, latency
from gateway.lab.vendor import Source


def test_the_fitted_distribution_has_the_quantiles_it_was_fitted_to() -> None:
    """The median and the 99th percentile of a fitted latency are the two numbers of its knob."""
    fitted = Quantiles(p50=40, p99=120)

    assert latency(fitted, 0.0) == 40
    assert latency(fitted, NormalDist().inv_cdf(0.99)) == pytest.approx(120)
    assert latency(Quantiles(p50=80, p99=80), 3.0) == 80
    assert latency(25.0, 3.0) == 25


def test_drawn_latencies_follow_the_knob() -> None:
    """Of 20 000 draws the median and the 99th percentile lie within 5 % of the knob's; a seed repeats them."""
    faults, again = Faults(random.Random(7)), Faults(random.Random(7))
    drawn = [faults.delay(Source.LOYALTY) for _ in range(20_000)]
    cuts = quantiles(drawn, n=100)

    assert cuts[49] == pytest.approx(0.080, rel=0.05)
    assert cuts[98] == pytest.approx(0.220, rel=0.05)
    assert drawn[:5] == [again.delay(Source.LOYALTY) for _ in range(5)]


def test_what_a_setting_leaves_out_is_back_at_its_start() -> None:
    """A setting means the same whatever was set before, and reaches its own source alone."""
    faults = Faults(random.Random(0))
    faults.turn(Source.MARKET, Fault(mode=Mode.HANG, latency_ms=5.0))

    assert faults.turn(Source.MARKET, Fault(mode=Mode.ERROR)).latency_ms == START[Source.MARKET].latency_ms
    assert faults.turn(Source.MARKET, Fault(latency_ms=5.0)).mode is Mode.OK
    assert faults.knob(Source.WEATHER) == START[Source.WEATHER]
    faults.reset()
    assert faults.knob(Source.MARKET) == START[Source.MARKET]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"nonsense",
        b"[]",
        b"null",
        b'"hang"',
        b'{"mode": "explode"}',
        b'{"mode": null}',
        b'{"mode": "ok", "colour": "red"}',
        b'{"latency_ms": "40"}',
        b'{"latency_ms": true}',
        b'{"latency_ms": -1}',
        b'{"latency_ms": 60001}',
        b'{"latency_ms": NaN}',
        b'{"latency_ms": 1e999}',
        b'{"latency_ms": {"p50": 40}}',
        b'{"latency_ms": {"p50": 120, "p99": 40}}',
        b'{"latency_ms": {"p50": 0, "p99": 40}}',
        b'{"latency_ms": {"p50": 1, "p99": 2, "p75": 1}}',
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(text) -> None:
    """Unknown modes and members, and latencies that are no numbers, out of order or out of bounds, are refused."""
    with pytest.raises(ValidationError):
        Fault.model_validate_json(text)


@pytest.mark.parametrize(
    "text", ["{}", '{"mode": "huge"}', '{"latency_ms": 0}', '{"latency_ms": {"p50": 1, "p99": 1}}']
)
def test_both_members_are_optional(text) -> None:
    """A setting may name a mode, a latency, both or neither."""
    assert Fault.model_validate_json(text).mode in Mode


def test_counts_grow_a_source_at_a_time_and_are_handed_out_as_copies() -> None:
    """Calls and items are kept a source; a copy that was handed out changes nothing."""
    faults = Faults(random.Random(0))
    faults.saw(Source.WEATHER, 3)
    faults.saw(Source.WEATHER, 1)
    faults.count(Source.WEATHER).calls = 99

    assert faults.count(Source.WEATHER) == Count(calls=2, items=4)
    assert faults.count(Source.MARKET) == Count()
    faults.forget()
    assert faults.count(Source.WEATHER) == Count()
