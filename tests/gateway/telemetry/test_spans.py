"""The spans of real opens: one an open, one an ask below it, one a call by itself, and no viewer's value in any."""

import importlib.util
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import Clock
from gateway.telemetry import Spans

PROGRAM = Path(__file__).parent / "traced_program.py"
ROOT = Path(__file__).resolve().parents[3]
TRACE, PARENT = int("0af7651916cd43dd8448eb211c80319c", 16), int("b7ad6b7169203331", 16)
CANARIES = ("77aa", "4189723980677", "51.51", "AAPL", "eyJ")


@pytest.fixture(scope="module", params=["own", "sdk"])
def spans(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """All spans of the program, with a provider of the test's own and with OpenTelemetry's."""
    if request.param == "sdk" and importlib.util.find_spec("opentelemetry.sdk") is None:
        pytest.skip("opentelemetry-sdk is not installed")
    paths = [str(ROOT), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    done = subprocess.run(
        [sys.executable, str(PROGRAM), request.param],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: list[dict[str, Any]] = json.loads(done.stdout)
    return told


def named(spans: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The spans of one kind."""
    return [span for span in spans if span["name"] == name]


def test_one_an_open_one_an_ask_one_a_call(spans: list[dict[str, Any]]) -> None:
    """Two opens of five signals and a prefetch: the asks below their open; a call where a source was called.

    The second open has three signals from the cache, and asks the shop anew, which failed.
    """
    counted = Counter(span["name"] for span in spans)
    opens, asks, calls = named(spans, "open"), named(spans, "ask"), named(spans, "upstream")

    assert counted == {"open": 3, "ask": 15, "upstream": 5}
    assert Counter(ask["parent"] for ask in asks) == {span["span"]: 5 for span in opens}
    assert {ask["trace"] for ask in asks} == {span["trace"] for span in opens}
    assert {call["attributes"]["moment.source"] for call in calls} == {"open-meteo", "shopify", "voucherify", "alpaca"}
    assert {(span["kind"], span["name"]) for span in spans} == {
        ("SERVER", "open"),
        ("INTERNAL", "ask"),
        ("CLIENT", "upstream"),
    }


def test_an_open_follows_its_player_and_a_call_follows_nobody(spans: list[dict[str, Any]]) -> None:
    """The trace context of a request is the parent of its open; a shared call has no parent and a trace of its own."""
    first, *others = named(spans, "open")
    calls = named(spans, "upstream")

    assert (first["trace"], first["parent"]) == (TRACE, PARENT)
    assert {span["parent"] for span in (*others, *calls)} == {0}
    assert TRACE not in {span["trace"] for span in (*others, *calls)}


def test_outcomes_are_told_in_closed_words(spans: list[dict[str, Any]]) -> None:
    """Status, reason and cause of each ask; the status of a failed call; ends no earlier than beginnings."""
    failed = [ask["attributes"] for ask in named(spans, "ask") if ask["attributes"].get("moment.reason") == "error"]
    bad = [call for call in named(spans, "upstream") if call["status"] == "ERROR"]

    assert [one["moment.cause"] for one in failed] == ["upstream_5xx"] * len(failed)
    assert len(failed) >= 1
    assert [(one["attributes"]["moment.source"], one["description"]) for one in bad] == [
        ("shopify", "upstream_5xx")
    ] * 2
    assert all(span["end"] >= span["start"] for span in spans)
    assert {key for span in spans for key in span["attributes"]} == {
        *("moment.open", "moment.template", "moment.version", "moment.complete"),
        *("moment.signal", "moment.source", "moment.status", "moment.reason", "moment.cause"),
        *("moment.queries", "moment.calls"),
    }


def test_no_viewer_is_in_any(spans: list[dict[str, Any]]) -> None:
    """No id, ticket, place, product or symbol stands in a span."""
    told = json.dumps(spans)

    assert [canary for canary in CANARIES if canary in told] == []


def test_without_a_provider_nothing_is_made() -> None:
    """The API alone makes no span: telemetry is off, and costs a look at a flag."""
    assert Spans(Clock(lambda: 0.0)).is_on is False
