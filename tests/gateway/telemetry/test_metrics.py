"""What `/metrics` tells after real opens: whole, countable, and with no label that a request could choose."""

from pathlib import Path

import pytest

from exposition import Exposition, read_exposition
from gateway.admission import Level
from gateway.app import public
from gateway.errors import PROBLEMS
from gateway.outcome import Reason, Status, Verdict
from gateway.telemetry.metrics import BUCKETS
from running import Edit, Running, config, converse, running, ticket

pytestmark = pytest.mark.asyncio

CONNECTORS = {"open-meteo", "shopify", "voucherify", "alpaca", "portfolio"}
LABELS: dict[str, set[str]] = {
    "template": {"morning"},
    "complete": {"true", "false"},
    "level": {str(int(level)) for level in Level},
    "connector": CONNECTORS,
    "status": {*(status.value for status in Status), *(str(kind.status) for kind in PROBLEMS.values())},
    "type": set(PROBLEMS),
    "limit": {"in_all", "each_address"},
    "reason": {"", *(reason.value for reason in Reason)},
    "verdict": {verdict.value for verdict in Verdict},
    "bucket": {"quota", "retry", "hedge"},
    "le": {*map(str, BUCKETS), "+Inf"},
}
RATED: Edit = ("connectors.yaml", "timeout: 1s", "timeout: 1s, ttl: 0s, quota: {rate: 100, burst: 50}")


async def read(moment: Running) -> Exposition:
    """The whole exposition, as Prometheus parses it."""
    heard = await moment.ask("GET", "/metrics", admin=True)
    assert heard.status == 200
    assert heard.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return read_exposition(heard.body)


async def test_opens_and_asks_are_counted_by_what_came_of_them(tmp_path: Path) -> None:
    """Each ask once, by connector, status and reason; each open by whether it was complete; each call to a source."""
    async with running(config(tmp_path, RATED)) as moment:
        whole = await moment.open(bearing=ticket())
        await moment.turn("inventory", "error")
        await moment.open(bearing=ticket())
        await moment.open()
        metrics = await read(moment)

    assert whole.json["complete"] is True
    opens = {
        answer: metrics.of("moment_opens_total", template="morning", complete=answer) for answer in ("true", "false")
    }
    assert opens == {"true": 1, "false": 2}
    asks = {
        ("shopify", "live", ""): 1,
        ("shopify", "default", "error"): 2,
        ("voucherify", "live", ""): 2,
        ("voucherify", "default", "anonymous"): 1,
        ("open-meteo", "live", ""): 3,
        ("portfolio", "live", ""): 2,
    }
    for (connector, status, reason), due in asks.items():
        found = metrics.of("moment_asks_total", connector=connector, status=status, reason=reason)
        assert (connector, reason, found) == (connector, reason, due)
    assert metrics.of("moment_asks_total") == 3 * 5
    assert metrics.of("moment_upstream_calls_total", connector="shopify") == 3
    assert metrics.of("moment_upstream_seconds_count", connector="shopify", verdict="bad") == 2
    assert metrics.of("moment_upstream_seconds_count", connector="shopify", verdict="good") == 1


async def test_time_is_told_against_the_budget(tmp_path: Path) -> None:
    """Used, left and overshot: one sample an open each; in time, so nothing was overshot by as much as a second."""
    async with running(config(tmp_path)) as moment:
        for _ in range(3):
            await moment.open(bearing=ticket())
        metrics = await read(moment)

    for name in ("moment_open_seconds", "moment_budget_left_seconds", "moment_overshoot_seconds"):
        assert metrics.of(f"{name}_count") == metrics.of(f"{name}_bucket", le="+Inf") == 3
    used, left = metrics.of("moment_open_seconds_sum"), metrics.of("moment_budget_left_seconds_sum")
    assert used + left == pytest.approx(3 * 2.0, abs=0.01)
    assert metrics.of("moment_overshoot_seconds_bucket", le="0.001") == 3
    assert metrics.of("moment_ask_seconds_count", connector="open-meteo") == 3


async def test_the_guards_tell_how_they_stand(tmp_path: Path) -> None:
    """Level, limit, lag, breakers, tokens and caches: gauges of now."""
    async with running(config(tmp_path, RATED)) as moment:
        await moment.open(bearing=ticket())
        healthy = await read(moment)
        await moment.turn("inventory", "error")
        for _ in range(9):
            await moment.open(bearing=ticket())
        failing = await read(moment)

    assert healthy.of("moment_admission_level") == 0
    assert healthy.of("moment_admission_limit") >= 1
    assert healthy.of("moment_opens_in_flight") == 0
    assert healthy.of("moment_tokens", connector="shopify", bucket="quota") == pytest.approx(49, abs=1)
    assert healthy.of("moment_tokens", connector="voucherify", bucket="retry") == 10
    assert healthy.of("moment_cache_misses_total") == 5
    assert healthy.of("moment_pool_calls_total") == 4
    states = {
        name: (healthy.of("moment_breaker_state", connector=name), failing.of("moment_breaker_state", connector=name))
        for name in ("shopify", "voucherify")
    }
    assert states == {"shopify": (0, 2), "voucherify": (0, 0)}
    assert failing.of("moment_breaker_short_circuits_total", connector="shopify") == 1
    assert failing.of("moment_asks_total", connector="shopify", reason="breaker") == 1


async def test_what_nobody_looks_at_is_no_open(tmp_path: Path) -> None:
    """A prefetch is counted by itself: no open, no ask, no time, no call."""
    async with running(config(tmp_path)) as moment:
        heard = await moment.open(bearing=ticket(), headers={"Sec-Purpose": "prefetch"})
        metrics = await read(moment)

    assert heard.signals["weather"] == ("default", "prefetch")
    assert metrics.of("moment_prefetches_total", template="morning") == 1
    counted = ("moment_opens_total", "moment_asks_total", "moment_open_seconds_count", "moment_upstream_calls_total")
    assert {name: metrics.of(name) for name in counted} == dict.fromkeys(counted, 0.0)


async def test_every_problem_is_counted_once_by_status_and_type(tmp_path: Path) -> None:
    """What is refused by the parser, by the router or by an open: each once, and all the others stand at 0."""
    async with running(config(tmp_path)) as moment:
        await moment.post(b"{")
        await moment.open(version="3")
        await moment.open(template="evening")
        await moment.ask("GET", "/v1/elsewhere")
        await moment.ask("GET", "/v1/open")
        await moment.post(b"{}", {"Content-Type": "text/html"})
        await converse(moment.served.public, b"no HTTP at all\r\n\r\n")
        await moment.ask("GET", "/elsewhere", admin=True)  # an operator's slip is no player's problem
        await moment.open()
        metrics = await read(moment)

    counted = {name: metrics.of("moment_problems_total", type=name) for name in PROBLEMS}
    once = {"malformed-json", "invalid-request", "unknown-template", "not-found", "method-not-allowed"}
    once |= {"unsupported-media-type", "bad-http"}
    assert counted == {name: float(name in once) for name in PROBLEMS}
    assert metrics.of("moment_problems_total", status="400", type="bad-http") == 1
    assert metrics.of("moment_bugs_total") == 0
    zeros = [key for key in metrics.samples if key[0] == "moment_problems_total"]
    assert len(zeros) == len(PROBLEMS)


async def test_a_bug_is_counted_as_the_503_that_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that nobody expected is a problem of status 503, and a bug; a player who leaves is neither."""

    async def broken(*_: object) -> None:
        raise failures.pop()

    failures: list[Exception] = [ConnectionResetError(), RuntimeError()]
    monkeypatch.setattr(public.moment, "answer", broken)
    async with running(config(tmp_path)) as moment:
        statuses = [(await moment.open()).status for _ in range(2)]
        metrics = await read(moment)

    assert statuses == [503, 400]
    assert metrics.of("moment_problems_total", status="503", type="overloaded") == 1
    assert metrics.of("moment_bugs_total") == 1
    assert metrics.of("moment_problems_total") == 1


async def test_a_malformed_budget_is_counted_and_told_without_its_value(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Junk is ignored, counted each time and told once; a number, none and null are no junk."""
    async with running(config(tmp_path)) as moment:
        for budget in ("canary", -1, True, {"canary": 1}, 300, 0, None):
            assert (await moment.open(budget_ms=budget)).status == 200
        await moment.post({"template": "morning", "budget_ms": None})
        metrics = await read(moment)

    assert metrics.of("moment_malformed_budgets_total", template="morning") == 4
    told = [record.getMessage() for record in caplog.records if "malformed budget" in record.getMessage()]
    assert len(told) == 1
    assert "canary" not in caplog.text


async def test_no_request_chooses_a_label(tmp_path: Path) -> None:
    """Whatever is asked, every label is of a closed list, and a hundred odd requests make no new series."""
    async with running(config(tmp_path)) as moment:
        await moment.open(bearing=ticket())
        await moment.turn("inventory", "error")
        await moment.open(bearing=ticket())
        await moment.open()
        before = await read(moment)
        for number in range(25):
            odd = f"odd-{number}"
            await moment.open(template=odd, bearing=odd)
            await moment.open(bearing=ticket(odd), headers={"X-Request-Id": odd, "traceparent": odd}, note=odd)
            await moment.open(
                context={"product": odd, "locale": odd, "timezone": odd, "place": {"lat": number, "lon": 0}}
            )
            await moment.ask("GET", f"/{odd}")
        after = await read(moment)

    assert {(name, value) for name, value in after.labels() if value not in LABELS[name]} == set()
    grown = {key for key in after.samples.keys() - before.samples.keys() if key[0] != "moment_asks_total"}
    assert grown == set()
    assert len(after.samples) <= len(before.samples) + 4


async def test_the_text_is_whole_before_the_first_open(tmp_path: Path) -> None:
    """A scrape of a gateway that has served nobody parses too, and names the families."""
    async with running(config(tmp_path)) as moment:
        heard = await moment.ask("GET", "/metrics", admin=True)

    assert read_exposition(heard.body).of("moment_opens_total") == 0
    for name in ("moment_opens_total", "moment_asks_total", "moment_overshoot_seconds"):
        assert f"# TYPE {name} ".encode() in heard.body
