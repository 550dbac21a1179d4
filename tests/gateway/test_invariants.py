"""What holds of the whole engine with all its guards, whatever its sources do and however it is opened."""

import asyncio
import math
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from arbitrary import ALL_IS_STILL, LAWS, SCRIPTS, TIGHT, VISITS, Day, Visit, templates
from gateway.guards.cache import Cache
from gateway.laws import BreakerLaw, HedgeLaw, Laws
from gateway.moment import Answered
from gateway.outcome import Reason, Status
from scenario import Scenario
from staging import Stage
from stand_in import Script
from vendor import FAULTS, failing
from virtual_time import in_virtual_time, wait

SLOW = [HealthCheck.too_slow]


def assert_whole(day: Day, answered: Answered, took: float) -> None:
    """An answer is in time, valid, complete in its parts, and says why of all that is not as it should be."""
    payload: dict[str, Any] = orjson.loads(answered.answer.body)
    template = answered.payload.opening.template
    assert took <= payload["budget"]["total_ms"] / 1000 + 0.001
    assert list(payload["data"]) == [field.name for field in template.fields]
    Draft202012Validator(dict(template.schema)).validate(payload["data"])
    assert list(payload["signals"]) == [need.name for need in template.needs]
    for entry in payload["signals"].values():
        assert entry["status"] in set(Status)
        assert ("reason" in entry) == (entry["status"] in {"stale", "default"})
        assert entry.get("reason", "error") in set(Reason)
    for field in template.fields:
        why = payload["defaulted"].get(field.name)
        assert why in {None, "too_old", "group", "missing", *Reason}
        assert why is None or payload["data"][field.name] == field.default
    assert payload["complete"] == (set(payload["defaulted"].values()) <= {"missing"})


def assert_kept_right(day: Day, cache: Cache) -> None:
    """What the cache holds was brought by a call, as a reading: no default, nothing stale, nothing made up."""
    for entry in cache._table.values():
        assert entry.fresh.status is Status.FRESH
        assert entry.fresh.reason is None
        assert id(entry.reading.signal) in day.brought
        assert entry.fresh_until <= entry.swr_until <= entry.stale_until


def assert_within_budget(day: Day, laws: Laws) -> None:
    """Of each source, retries and hedges are no more than its tokens: those of the start, earned, and trickled in."""
    for name in {errand.source.name for errand in day.vendor.errands}:
        law = laws.retry_tokens
        earned = law.ratio * day.vendor.good[name]
        trickled = math.floor(day.rig.clock.now() / law.trickle_every)
        assert day.extra_calls(name) <= law.tokens + earned + trickled


@settings(max_examples=120, deadline=None, suppress_health_check=SLOW)
@given(
    text=templates(),
    scripts=st.lists(SCRIPTS, min_size=1, max_size=12),
    visits=st.lists(VISITS, min_size=1, max_size=14),
    laws=LAWS,
    quota=st.sampled_from([None, None, 2.0]),
)
@in_virtual_time
async def test_whatever_happens(
    text: str, scripts: list[Script], visits: list[Visit], laws: Laws, quota: float | None
) -> None:
    """Answers come in time and whole, nothing is shared or kept that may not be, and in the end nothing is left."""
    day = Day(text, scripts, laws, quota)
    watching = asyncio.ensure_future(permits_are_calls(day))

    told = await asyncio.gather(*(day.visited(visit) for visit in visits))

    watching.cancel()
    await asyncio.wait({watching})
    assert watching.cancelled(), watching.exception()
    for one, visit in zip(told, visits, strict=True):
        assert one is not None or visit.leaves is not None
        if one is not None:
            assert_whole(day, *one)
    assert_within_budget(day, laws)
    assert_kept_right(day, day.rig.stack.cache)
    assert [owners for owners in day.keys.values() if len(owners) > 1] == []
    assert all((key[1] is None) == (owner[2] is None) for key, (owner,) in day.keys.items())
    await wait(ALL_IS_STILL)
    assert day.left_over() == {}
    assert day.faults == []


async def permits_are_calls(day: Day) -> None:
    """At every hundredth of a second as many permits are out as calls are, those that ignore their end among them."""
    while True:
        await wait(0.01)
        assert sum(day.rig.stack.bulkhead.statistics().values()) == day.vendor.out


OUTAGE = """
template: morning
version: 3
budget: 400ms
tenant: main
signals: {aa: {connector: aa}}
data: {aa: {from: aa.value, type: number, nullable: true, default: null}}
"""
NO_BREAKER = BreakerLaw(min_calls=10**9, in_a_row=10**9)


@settings(max_examples=30, deadline=None, suppress_health_check=SLOW)
@given(
    faults=st.lists(st.sampled_from(["503", "refused", "reset", "502", "504", "never"]), min_size=1, max_size=5),
    every=st.sampled_from([0.001, 0.02, 0.2]),
    hedged=st.booleans(),
)
@in_virtual_time
async def test_a_total_outage_costs_ten_calls(faults: list[str], every: float, hedged: bool) -> None:
    """With no success at all there are ten extra calls, and one more each ten seconds, however many opens there are."""
    scripts = [Script(3600.0) if one == "never" else Script(0.02, failing(one)) for one in faults]
    day = Day(OUTAGE, scripts, Laws(breaker=NO_BREAKER, hedge=HedgeLaw(enabled=hedged, min_samples=0)))

    visits = [Visit(number * every, None, 1, None, f"p{number}", None, 0, 0.0) for number in range(150)]
    await asyncio.gather(*(day.visited(visit) for visit in visits))

    extra = day.extra_calls("aa")
    assert extra <= 10 + math.floor(day.rig.clock.now() / 10)
    assert extra >= 10 or set(faults) == {"never"}


ENDS = {
    "good": Script(0.02),
    "bad": Script(0.02, failing("500")),
    "neutral": Script(0.02, failing("400")),
    "lost": Script(5.0, deaf=True),
}


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(
    ends=st.lists(st.sampled_from(list(ENDS)), min_size=1, max_size=30),
    gaps=st.lists(st.sampled_from([0.0, 0.01, 0.1, 0.5, 1.0]), min_size=20, max_size=60),
)
@in_virtual_time
async def test_no_lease_outlives_its_time(ends: list[str], gaps: list[float]) -> None:
    """However probes end, or do not come back, a circuit is never half-open with a lease that is over once asked."""
    day = Day(OUTAGE, [ENDS["bad"]] * 3 + [ENDS[one] for one in ends], TIGHT)

    visits = [Visit(sum(gaps[:number]), None, 1, None, f"p{number}", None, 0, 0.0) for number in range(len(gaps))]
    await asyncio.gather(*(day.visited(visit) for visit in visits))

    assert day.faults == []
    await wait(10.0)
    assert day.left_over() == {}


AGES = st.floats(0.0, 130.0).map(lambda age: round(age, 3))
_RANK = {"fresh": 0, "stale": 1, "default": 2}


async def status_at(document: dict[str, Any], age: float) -> int:
    """How good the status of the one signal is when its cached entry is that old."""
    signal = document["signals"]["weather"] | {"cached": {"age": f"{age:.3f}s"}}
    stage = Stage(Scenario.model_validate(document | {"signals": {"weather": signal}}))
    stage.set_up()
    answered = await stage.open(stage.scenario.opens[0], 0)
    await wait(5.0)
    return _RANK[answered.payload["signals"]["weather"]["status"]]


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(
    ages=st.tuples(AGES, AGES),
    ttl=st.sampled_from([0.5, 20, 60]),
    stale=st.sampled_from([60, 100]),
    max_age=st.sampled_from([None, "10s", "70s"]),
    fault=st.sampled_from([None, *sorted(FAULTS)]),
    level=st.integers(0, 3),
    scope=st.sampled_from(["shared", "viewer"]),
    jitter=st.floats(0, 1),
)
def test_older_is_never_better(
    ages: tuple[float, float],
    ttl: float,
    stale: float,
    max_age: str | None,
    fault: str | None,
    level: int,
    scope: str,
    jitter: float,
) -> None:
    """Of two equal days the one whose cached entry is older has no better status, as long as asking brings nothing."""
    signal = {"ttl": f"{ttl}s", "stale": f"{stale}s", "max_age": max_age, "fault": fault, "scope": scope}
    signal["latency"] = "20ms" if fault else "never"
    document = {
        "claim": "The older the entry, the less it is worth.",
        "signals": {"weather": signal},
        "chance": jitter,
        "laws": Laws(),
        "opens": [{"viewer": "ann", "level": level}],
        "after": {"calls": {}},
    }
    seen: list[int] = []

    @in_virtual_time
    async def play(age: float) -> None:
        seen.append(await status_at(document, age))

    for age in sorted(ages):
        play(age)

    assert seen == sorted(seen)


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(
    text=templates(),
    scripts=st.lists(SCRIPTS, min_size=1, max_size=5),
    leaving=st.sampled_from([0.0, 0.001, 0.02, 0.0499, 0.05, 0.1, 0.3, 0.39]),
    who=st.integers(0, 3),
)
def test_who_leaves_changes_no_answer(text: str, scripts: list[Script], leaving: float, who: int) -> None:
    """Of four equal opens one is cancelled at any time: the others are told what they would have been, and when."""
    told: dict[bool, list[Any]] = {}

    @in_virtual_time
    async def play(goes: bool) -> None:
        day = Day(text, scripts, TIGHT)
        stays = Visit(0.0, 1, 1, None, "x", None, 0, 0.0, ("x", "y"))
        opens = [asyncio.ensure_future(day.open(stays)) for _ in range(4)]
        await wait(leaving)
        if goes:
            opens[who].cancel()
        await asyncio.wait(opens)
        stayed = [one.result() for number, one in enumerate(opens) if number != who]
        told[goes] = [
            (one.payload.data, [(result.status, result.reason) for result in one.payload.results.values()], took)
            for one, took in stayed
        ]
        await wait(ALL_IS_STILL)
        assert day.left_over() == {}

    play(goes=True)
    play(goes=False)

    assert told[True] == told[False]
