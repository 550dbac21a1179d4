"""What was fetched before: how long it is served, when it is renewed, and when it must not stand in any more."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cache_bench import CEILING, QUOTE, TTL, CacheBench, told
from connectors import BadReply, From, Misconfigured, Query, Scope, Throttled, Transient, Unauthorized
from gateway.laws import CacheLaw
from gateway.outcome import Reason, Status, default
from stand_in import Of, source

VIEWERS = source("quote", Of, ttl=TTL, stale=CEILING, scope=Scope.VIEWER)


def test_a_fresh_value_is_served_without_asking() -> None:
    """Within its ttl an entry is served as fresh with its true age, and nothing is asked or renewed."""
    bench = CacheBench()
    bench.fetched(1.0)
    bench.later(TTL - 1)

    outcome = bench.read()

    assert told(outcome) == ("fresh", None, 1.0)
    assert outcome.reading is not None
    assert outcome.reading.age(bench.now) == TTL - 1
    assert (bench.asks, bench.refreshes) == ([], [])


def test_a_hundred_readers_renew_once() -> None:
    """Past the ttl and before twice of it all readers are served at once, and one renewal goes out for all of them."""
    bench = CacheBench()
    bench.fetched(1.0)
    bench.later(TTL + 1)

    outcomes = [bench.read() for _ in range(100)]

    assert {told(outcome) for outcome in outcomes} == {("fresh", None, 1.0)}
    assert (len(bench.refreshes), bench.asks) == (1, [])
    assert bench.cache.statistics().refreshing == 1


@pytest.mark.parametrize("fault", [Transient, BadReply, Throttled, Misconfigured, Unauthorized])
def test_a_renewal_that_fails_keeps_the_value(fault: type[Exception]) -> None:
    """What a renewal cannot bring stays as it was, and the next reader may renew anew."""
    bench = CacheBench()
    bench.fetched(1.0)
    bench.later(TTL + 1)
    bench.read()

    bench.cache.keep(bench.refreshes[0], default(Reason(fault.reason)))  # type: ignore[attr-defined]

    assert told(bench.read()) == ("fresh", None, 1.0)
    assert len(bench.refreshes) == 2


def test_a_renewal_that_succeeds_replaces_the_value() -> None:
    """After a renewal all readers get the newer value, fresh for a whole ttl again."""
    bench = CacheBench()
    bench.fetched(1.0)
    bench.later(TTL + 1)
    bench.read()
    bench.fetched(2.0, bench.refreshes[0])
    bench.later(TTL - 1)

    assert told(bench.read()) == ("fresh", None, 2.0)
    assert (len(bench.refreshes), bench.cache.statistics().refreshing) == (1, 0)


def test_only_so_many_renewals_run_at_once() -> None:
    """With `refreshes` renewals out a further key is served and not renewed, until one of them is back."""
    bench = CacheBench(CacheLaw(refreshes=2, jitter=0.0))
    asks = [bench.ask(query=Of(of=f"q{number}")) for number in range(3)]
    for ask in asks:
        bench.fetched(1.0, ask)
    bench.later(TTL + 1)

    outcomes = [bench.read(ask) for ask in asks]

    assert {outcome.status for outcome in outcomes} == {Status.FRESH}
    assert [ask.query for ask in bench.refreshes] == [Of(of="q0"), Of(of="q1")]
    bench.fetched(2.0, asks[0])
    bench.read(asks[2])
    assert bench.refreshes[-1].query == Of(of="q2")


@pytest.mark.parametrize(
    ("age", "status"), [(2 * TTL, "stale"), (CEILING - 1, "stale"), (CEILING, "default"), (CEILING + 1, "default")]
)
def test_an_old_value_stands_in_up_to_its_ceiling_to_the_second(age: float, status: str) -> None:
    """A ceiling of 24 hours lets a value of 23:59:59 stand in when asking fails, and none of 24:00:00 or more."""
    bench = CacheBench()
    bench.fetched(1.0)
    bench.later(age)

    outcome = bench.read()

    assert told(outcome)[:2] == (status, "timeout")
    assert len(bench.asks) == 1


@pytest.mark.parametrize(
    ("reason", "stands_in"),
    [
        (reason, reason not in {"absent", "dependency", "input", "anonymous", "consent", "prefetch"})
        for reason in Reason
    ],
)
def test_an_old_value_stands_in_for_failures_alone(reason: Reason, stands_in: bool) -> None:
    """Where the source said that there is none, or nothing may be read, the old value does not stand in."""
    bench = CacheBench()
    bench.fetched(1.0)

    outcome = bench.cache.settle(bench.ask(), default(reason, "total_timeout", 3.0))

    assert told(outcome) == (("stale", reason.value, 1.0) if stands_in else ("default", reason.value, None))


def test_absent_replaces_the_old_value() -> None:
    """After the source has said that there is none, no later failure brings the old value back."""
    bench = CacheBench()
    bench.fetched(1.0)
    bench.cache.keep(bench.ask(), default(Reason.ABSENT))

    assert told(bench.read()) == ("default", "absent", None)
    bench.later(31.0)
    assert told(bench.read()) == ("default", "timeout", None)
    assert bench.cache.statistics().entries == 0


@pytest.mark.parametrize(("of", "kept"), [(QUOTE, True), (VIEWERS, False)])
def test_a_refused_credential_ends_a_viewers_value_and_no_shared_one(of: Any, kept: bool) -> None:
    """After 401 or 403 a viewer's old value is not shown again; a shared one says nothing of a viewer and may be."""
    bench = CacheBench()
    ask = bench.ask(of, viewer="v1")
    bench.fetched(1.0, ask)
    bench.cache.keep(ask, default(Reason.UNAUTHORIZED))

    assert told(bench.read(ask))[0] == ("fresh" if kept else "default")


@pytest.mark.parametrize("of", [QUOTE, VIEWERS])
def test_absence_and_refusal_of_one_key_harm_no_other(of: Any) -> None:
    """What the source says of one query of one viewer changes no other's entry."""
    bench = CacheBench()
    one, other = bench.ask(of, viewer="v1"), bench.ask(of, viewer="v2")
    bench.fetched(1.0, one)
    bench.fetched(2.0, other)
    bench.cache.keep(one, default(Reason.ABSENT))

    assert told(bench.read(other)) == ("fresh", None, 2.0)


@given(chance=st.floats(0, 1), jitter=st.floats(0, 0.5), age=st.floats(0, 2 * TTL))
def test_jitter_shortens_the_time_of_a_value_and_never_lengthens_it(chance: float, jitter: float, age: float) -> None:
    """Before `(1 - jitter) · ttl` nothing is renewed, and past the ttl everything is, whatever chance says."""
    bench = CacheBench(CacheLaw(jitter=jitter), chance)
    bench.fetched(1.0)
    bench.later(age)
    bench.read()

    if age < TTL * (1 - jitter) - 1e-6:
        assert bench.refreshes == []
    if TTL + 1e-6 < age < 2 * TTL - 1e-6:
        assert len(bench.refreshes) == 1


def test_jitter_sets_equal_entries_apart() -> None:
    """Two entries of one instant do not expire together where chance differs."""
    young, old = CacheBench(CacheLaw(), 0.0), CacheBench(CacheLaw(), 1.0)
    for bench in (young, old):
        bench.fetched(1.0)
        bench.later(TTL * 0.95)
        bench.read()

    assert (len(young.refreshes), len(old.refreshes)) == (0, 1)


def test_the_number_of_entries_is_bounded() -> None:
    """Over the bound the entry used least recently goes, and no other."""
    bench = CacheBench(CacheLaw(entries=3, jitter=0.0))
    asks = [bench.ask(query=Of(of=f"q{number}")) for number in range(4)]
    for ask in asks[:3]:
        bench.fetched(1.0, ask)
    bench.read(asks[0])
    bench.fetched(1.0, asks[3])

    assert [told(bench.read(ask))[0] for ask in asks] == ["fresh", "default", "fresh", "fresh"]
    assert bench.cache.statistics().entries == 3


class Number(Query):
    """A query of a number that a template binds."""

    number: float = From()


def test_one_number_is_one_key_however_it_is_written() -> None:
    """1 and 1.0 are one key, 0.0 and -0.0 too: equal queries hash alike."""
    bench = CacheBench()
    of = source("number", Number)
    bench.fetched(1.0, bench.ask(of, Number.model_validate({"number": 1.0})))
    bench.fetched(0.0, bench.ask(of, Number.model_validate({"number": 0.0})))

    assert told(bench.read(bench.ask(of, Number.model_validate({"number": 1}))))[2] == 1.0
    assert told(bench.read(bench.ask(of, Number.model_validate({"number": -0.0}))))[2] == 0.0
    assert bench.cache.statistics().entries == 2


@pytest.mark.parametrize("number", [float("nan"), float("inf"), "a", None, True])
def test_what_is_no_number_makes_no_key(number: Any) -> None:
    """A query refuses what is not finite, which would be equal to nothing and fill the table."""
    with pytest.raises(ValueError, match="number"):
        Number.model_validate({"number": number}, strict=True)
