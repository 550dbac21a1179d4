"""Trace context: in with a request, out on its answer where it is well formed, and nothing else of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from gateway.telemetry import trace_headers

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
GOOD = f"00-{TRACE}-{SPAN}-01"


@pytest.mark.parametrize("name", ["traceparent", "Traceparent", "TRACEPARENT"])
@pytest.mark.parametrize("value", [GOOD, f"00-{TRACE}-{SPAN}-00"])
def test_a_good_one_comes_back(name: str, value: str) -> None:
    """Whatever the case of the name, the answer has the same trace, the same parent and the same flags."""
    assert trace_headers(CIMultiDict({name: value})) == {"traceparent": value}


def test_the_state_of_a_vendor_comes_back_with_it() -> None:
    """A well-formed `tracestate` is kept beside its `traceparent`; one that is alone or odd is not."""
    together = CIMultiDict({"traceparent": GOOD, "tracestate": "congo=t61rcWkgMzE"})

    assert trace_headers(together) == {"traceparent": GOOD, "tracestate": "congo=t61rcWkgMzE"}
    assert trace_headers(CIMultiDict({"tracestate": "congo=t61rcWkgMzE"})) == {}
    assert trace_headers(CIMultiDict({"traceparent": GOOD, "tracestate": "<i>,;;="})) == {"traceparent": GOOD}


@pytest.mark.parametrize(
    "value",
    [
        "",
        "00",
        GOOD[:-1],
        GOOD.replace(TRACE, "0" * 32),
        GOOD.replace(SPAN, "0" * 16),
        GOOD.replace("00-", "ff-", 1),
        GOOD.replace("a", "g"),
        f"{GOOD}-more",
        f"{GOOD}\r\nX-Evil: 1",
        f"{GOOD},{GOOD}",
    ],
)
def test_an_odd_one_does_not_come_back(value: str) -> None:
    """What the standard does not allow is not repeated."""
    assert trace_headers(CIMultiDict({"traceparent": value})) == {}


def test_nothing_else_comes_back() -> None:
    """Baggage, a cookie or any other header of a request is never on its answer."""
    headers = CIMultiDict(
        {"traceparent": GOOD, "baggage": "user=canary", "Cookie": "canary", "Authorization": "canary"}
    )

    assert trace_headers(headers) == {"traceparent": GOOD}


@given(value=st.text(max_size=80))
def test_whatever_comes_it_never_fails(value: str) -> None:
    """Any text is met with no header or with the one of its well-formed part, in the letters of the standard."""
    answered = trace_headers(CIMultiDict({"traceparent": value, "tracestate": value}))

    assert set(answered) <= {"traceparent", "tracestate"}
    assert all(one.isascii() and one.isprintable() for one in answered.values())
