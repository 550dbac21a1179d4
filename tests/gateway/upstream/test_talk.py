"""Whatever a connector does, its talk is ended in order, and its errand comes back."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from connectors import Call, Transient
from gateway.ask import Errand
from gateway.clock import Clock
from gateway.outcome import Status, Verdict
from gateway.pool.failures import failed
from gateway.upstream import Upstream
from gateway.upstream.talk import MOST_CALLS
from raw_upstream import WALL, Id, Thing, source_of
from scripted_pool import GET, ScriptedPool, after, connector_of, run, run_all, told

Play = Callable[..., Any]


def test_a_talk_that_ends_well_is_a_live_outcome() -> None:
    """Two calls, two replies, one signal: live, with the signal as its reading, and good for the source."""

    def read(self: Any, query: Id) -> Any:
        first = yield GET
        second = yield Call("GET", "/v1/" + first.json["next"])
        return Thing(id=query.id, size=second.json["size"])

    done = run(connector_of(read), b'{"next": "b"}', b'{"size": 7}')

    assert done.verdict is Verdict.GOOD
    assert done.outcomes[0].status is Status.LIVE
    assert done.outcomes[0].reading.document == {"as_of": None, "id": "a", "size": 7}


@pytest.mark.parametrize("answer", [None, 7, [], GET, iter([GET])], ids=lambda answer: type(answer).__name__)
def test_a_read_that_is_no_talk_is_the_authors(answer: Any) -> None:
    """A `read` that returns something else than a generator fails as a plugin."""
    assert told(run(connector_of(lambda self, query: answer))) == ("plugin", "connector_bug", "neutral")


@pytest.mark.parametrize("junk", [None, "GET /", {"method": "GET"}, 0, Thing()], ids=repr)
def test_what_is_no_call_is_not_performed(junk: Any) -> None:
    """Something else than a `Call` that is yielded ends the talk as a plugin's fault."""

    def read(self: Any, query: Id) -> Any:
        yield junk

    assert told(run(connector_of(read))) == ("plugin", "connector_bug", "neutral")


def test_a_talk_has_at_most_so_many_calls() -> None:
    """Eight calls are performed; a ninth is not, and the talk ends as a plugin's fault."""

    def read_of(calls: int) -> Callable[..., Any]:
        def read(self: Any, query: Id) -> Any:
            for _ in range(calls):
                yield GET
            return Thing(id="a")

        return read

    assert run(connector_of(read_of(MOST_CALLS))).outcomes[0].status is Status.LIVE
    (endless,), upstream = run_all(connector_of(read_of(10**9)), [()], queries=(Id(),))
    assert told(endless) == ("plugin", "connector_bug", "neutral")
    assert upstream.statistics().pool.calls == MOST_CALLS


def test_a_call_without_a_reply_ends_the_talk_and_is_not_thrown_into_it() -> None:
    """The talk of a failed call is closed: its `finally` runs, its `except` does not, and the failure stands."""
    seen: list[str] = []

    def read(self: Any, query: Id) -> Any:
        try:
            yield GET
        except Exception:
            seen.append("except")
        finally:
            seen.append("finally")
        return Thing(id="a")

    assert told(run(connector_of(read), failed(Transient, "reset"))) == ("error", "reset", "bad")
    assert told(run(connector_of(read), failed(None, "total_timeout"))) == ("timeout", "total_timeout", "bad")
    assert seen == ["finally", "finally"]


def test_what_a_talk_does_while_it_is_closed_changes_nothing() -> None:
    """A talk that raises or yields on in its `finally` has no say any more."""

    def raises(self: Any, query: Id) -> Any:
        try:
            yield GET
        finally:
            raise SystemExit

    def goes_on(self: Any, query: Id) -> Any:
        try:
            yield GET
        finally:
            yield GET

    assert told(run(connector_of(raises), failed(Transient, "reset"))) == ("error", "reset", "bad")
    assert told(run(connector_of(goes_on), failed(Transient, "reset"))) == ("error", "reset", "bad")


def test_our_own_cancellation_goes_through_and_closes_the_talk() -> None:
    """An errand that is cancelled while a call is out ends as cancelled, whatever its connector thinks of that."""
    seen: list[str] = []

    def read(self: Any, query: Id) -> Any:
        try:
            yield GET
        except BaseException:
            seen.append("closed")
            raise RuntimeError from None

    async def played() -> None:
        pool = ScriptedPool()
        clock = Clock(asyncio.get_running_loop().time, lambda: WALL)
        upstream = Upstream(pool, clock)  # type: ignore[arg-type]
        errand = Errand(source_of(connector_of(read)), (Id(),), clock.now(), 1, clock.now() + 1)
        task = asyncio.ensure_future(upstream(errand))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()

    asyncio.run(played())
    assert seen == ["closed"]


def test_an_errand_without_time_is_not_sent() -> None:
    """Less than a tick before its end an errand is answered as out of budget, with no call and no verdict."""
    (done,), upstream = run_all(connector_of(after(KeyError())), [()], queries=(Id(), Id(id="b")), within=0.001)

    assert [outcome.reason for outcome in done.outcomes] == ["budget", "budget"]
    assert (done.verdict, upstream.statistics().pool.calls) == (Verdict.NEUTRAL, 0)


def test_a_bug_of_ours_is_counted_and_costs_its_own_signal_only() -> None:
    """An exception that stands in no table is an error without a verdict, and is told to the operator."""
    (done,), upstream = run_all(connector_of(after(KeyError())), [(LookupError(),)], queries=(Id(),))

    assert told(done) == ("error", "unmapped", "neutral")
    assert upstream.statistics().unmapped == 1


def test_a_broken_connector_is_logged_when_it_breaks_and_not_again(caplog: pytest.LogCaptureFixture) -> None:
    """One line as it breaks, none while it stays so, one more after it has answered; never with a text or a value."""

    def read(self: Any, query: Id) -> Any:
        answer = yield GET
        if answer.json.get("id") == "bad":
            raise RuntimeError("canary of the viewer")
        return Thing(id="a")

    good, bad = (b'{"id": "a"}',), (b'{"id": "bad"}',)
    with caplog.at_level(logging.DEBUG):
        _, upstream = run_all(connector_of(read), [bad, bad, bad, good, bad], queries=(Id(),))

    lines = [record.getMessage() for record in caplog.records if record.name == "moment.upstream"]
    assert len(lines) == 2
    assert all("plain" in line and "RuntimeError at " in line and "test_talk.py:" in line for line in lines)
    assert "canary" not in caplog.text
    failure = upstream.statistics().failures["plain"]
    assert (failure.reason, failure.cause, failure.at) == ("plugin", "connector_bug", WALL)
    assert failure.where is not None
    assert "RuntimeError" in failure.where


async def marked_by(read: Play) -> tuple[list[bool], Upstream]:
    """Whether the errand was marked as at work at each place that `read` looks from, and the step afterwards."""
    looks: list[bool] = []
    connector = connector_of(lambda self, query: read(lambda: looks.append(upstream.at_work is errand)))
    clock = Clock(asyncio.get_running_loop().time, lambda: WALL)
    pool = ScriptedPool(b'{"id": "a"}', failed(Transient, "reset"))
    upstream = Upstream(pool, clock)  # type: ignore[arg-type]
    errand = Errand(source_of(connector), (Id(),), clock.now(), 1.0, clock.now() + 1.0)
    task = asyncio.ensure_future(upstream(errand))
    await asyncio.sleep(0)
    assert upstream.at_work is None  # a call is out, or it has ended
    await task
    return looks, upstream


@pytest.mark.asyncio
async def test_a_connector_is_marked_while_its_code_runs_and_only_then() -> None:
    """Before its first call, after a reply and in its `finally`; nobody is while a call is out, or afterwards."""

    def read(look: Callable[[], None]) -> Any:
        try:
            look()
            yield GET
            look()
            yield GET
        finally:
            look()

    looks, upstream = await marked_by(read)

    assert looks == [True, True, True]
    assert upstream.at_work is None


@pytest.mark.asyncio
async def test_a_connector_that_gives_no_talk_is_marked_no_longer() -> None:
    """What raises before there is a talk leaves no mark behind."""

    def read(look: Callable[[], None]) -> Any:
        look()
        raise SystemExit

    looks, upstream = await marked_by(read)

    assert looks == [True]
    assert upstream.at_work is None
