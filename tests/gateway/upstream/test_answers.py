"""Whose doing an exception is, what a batch came to, and that no answer is taken on trust."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors import Absent, BadReply, Connector, Misconfigured, Throttled, Transient, Unauthorized
from gateway.ask import Errand
from gateway.guards import Done
from gateway.outcome import Verdict
from gateway.pool.failures import failed
from gateway.upstream import Upstream
from raw_upstream import Asked, Id, Rig, Thing, reply
from scripted_pool import GET, POLICY, after, before, connector_of, run, told

Play = Callable[..., Any]


class NoMember(Absent):
    """A connector's own kind of a fault."""


FAULTS: list[tuple[BaseException, tuple[str, str, str]]] = [
    (Absent(), ("absent", "connector_fault", "good")),
    (NoMember(), ("absent", "connector_fault", "good")),
    (Throttled(retry_after=3), ("quota", "connector_fault", "neutral")),
    (Unauthorized(), ("unauthorized", "connector_fault", "neutral")),
    (Transient(), ("error", "connector_fault", "bad")),
    (BadReply(), ("invalid", "connector_fault", "bad")),
    (Misconfigured(), ("error", "connector_fault", "neutral")),
]


@pytest.mark.parametrize(("fault", "found"), FAULTS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("when", [before, after])
def test_a_fault_says_itself_what_it_is(when: Any, fault: BaseException, found: tuple[str, str, str]) -> None:
    """Each of the six faults, and a connector's own kind of one, has its reason and its verdict."""
    assert told(run(connector_of(when(fault)))) == found


def test_a_fault_may_name_its_cause() -> None:
    """A cause of the closed list is kept, any other is not: it could hold a value."""

    def caused(cause: str) -> BadReply:
        fault = BadReply()
        fault.cause = cause  # type: ignore[attr-defined]
        return fault

    assert told(run(connector_of(after(caused("identity_mismatch"))))) == ("invalid", "identity_mismatch", "bad")
    assert told(run(connector_of(after(caused("canary"))))) == ("invalid", "connector_fault", "bad")


OF_THE_REPLY = [
    KeyError("k"),
    IndexError(),
    LookupError(),
    TypeError(),
    AttributeError(),
    ValueError(),
    ZeroDivisionError(),
    OSError(),
]
OF_THE_AUTHOR = [RuntimeError(), RecursionError(), MemoryError(), AssertionError(), NameError(), StopAsyncIteration()]
NO_EXCEPTIONS = [SystemExit(1), KeyboardInterrupt(), GeneratorExit(), asyncio.CancelledError(), BaseException()]


@pytest.mark.parametrize("error", OF_THE_REPLY, ids=repr)
def test_a_reply_that_is_not_as_promised_is_invalid(error: Exception) -> None:
    """What reading a wrong reply raises is the source's doing after a reply, and the author's before one."""
    assert told(run(connector_of(after(error)))) == ("invalid", "invalid_schema", "bad")
    assert told(run(connector_of(before(error)))) == ("plugin", "connector_bug", "neutral")


@pytest.mark.parametrize("error", [*OF_THE_AUTHOR, *NO_EXCEPTIONS], ids=repr)
@pytest.mark.parametrize("when", [before, after])
def test_any_other_exception_is_the_authors(when: Any, error: BaseException) -> None:
    """Not even `sys.exit` or a CancelledError of the author's own gets out of a talk, and no source is blamed."""
    assert told(run(connector_of(when(error)))) == ("plugin", "connector_bug", "neutral")


@pytest.mark.parametrize(
    ("compute", "found"),
    [
        (lambda body: Thing(id=Decimal("N/A")), "invalid"),
        (lambda body: Thing(size=1 // 0), "invalid"),
        (lambda body: datetime.fromtimestamp(1e18, UTC), "invalid"),
        (lambda body: body["missing"], "invalid"),
        (lambda body: next(iter([])), "plugin"),
        (lambda body: Thing.model_construct(size="many"), "invalid"),
        (lambda body: Thing().model_copy(update={"size": float("nan")}), "invalid"),
        (lambda body: Thing.model_construct(as_of="yesterday"), "invalid"),
        (lambda body: Thing(id="a", as_of="0001-01-01T00:00:00+14:00"), "invalid"),
        (lambda body: None, "invalid"),
        (lambda body: {"id": "a"}, "invalid"),
        (lambda body: Id(), "invalid"),
        (lambda body: object(), "invalid"),
    ],
)
def test_an_answer_is_checked_though_it_looks_like_one(compute: Callable[[Any], Any], found: str) -> None:
    """A signal made or changed past its checks, and what is no signal at all, never becomes a reading."""

    def read(self: Any, query: Id) -> Any:
        answer = yield GET
        return compute(answer.json)

    assert told(run(connector_of(read)))[0] == found


def test_a_reading_that_states_nothing_is_absent() -> None:
    """A signal equal to the connector's default is no reading, and no failure of the source."""

    def read(self: Any, query: Id) -> Any:
        yield GET
        return Thing(id=None, size=None)

    assert told(run(connector_of(read))) == ("absent", None, "good")


def batching(answer: Callable[[Sequence[Id]], Any]) -> Connector[Any, Any, Any]:
    """A connector that reads many at once, and answers what it is told."""

    def read_many(self: Any, queries: Sequence[Id]) -> Any:
        yield GET
        return answer(queries)

    policy = POLICY.model_copy(update={"batch": 10})
    return connector_of(Connector.read, read_many=read_many, policy=policy)


A, B, C = Id(id="a"), Id(id="b"), Id(id="c")


def test_a_batch_is_matched_by_query() -> None:
    """Answers in another order, one left out, one a fault and one malformed: each query gets its own outcome."""

    def answer(queries: Sequence[Id]) -> Mapping[Id, Any]:
        found = {query: Thing(id=query.id) for query in reversed(queries)}
        found[Id(id="d")] = Transient()  # type: ignore[assignment]
        found[Id(id="e")] = Thing.model_construct(size="many")
        found[Id(id="unasked")] = Thing(id="x")
        del found[B]
        return found

    done = run(batching(answer), queries=(A, B, C, Id(id="d"), Id(id="e")))

    first, second, third, fourth, fifth = done.outcomes
    assert [one.reading and one.reading.document["id"] for one in (first, third)] == ["a", "c"]
    assert [(one.reason, one.cause) for one in (second, fourth, fifth)] == [
        ("absent", "left_out"),
        ("error", "connector_fault"),
        ("invalid", "invalid_schema"),
    ]
    assert done.verdict is Verdict.GOOD


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (lambda queries: {}, "good"),
        (lambda queries: dict.fromkeys(queries, BadReply()), "bad"),
        (lambda queries: dict.fromkeys(queries, Throttled()), "neutral"),
        (lambda queries: {A: BadReply(), B: Throttled()}, "good"),
        (lambda queries: {A: BadReply(), B: Throttled(), C: Thing.model_construct(size="x")}, "bad"),
        (lambda queries: [Thing(id="a")], "bad"),
        (lambda queries: None, "bad"),
    ],
)
def test_the_verdict_of_a_batch_is_one(answer: Callable[[Sequence[Id]], Any], verdict: str) -> None:
    """One good element makes the call good; else the worst element is what it says of its source."""
    done = run(batching(answer), queries=(A, B, C))

    assert (done.verdict.value, len(done.outcomes)) == (verdict, 3)


def test_a_failed_call_fails_the_whole_batch() -> None:
    """What ends the talk ends it for each of its queries."""
    done = run(batching(dict), failed(None, "total_timeout"), queries=(A, B, C))

    assert {(outcome.reason, outcome.cause) for outcome in done.outcomes} == {("timeout", "total_timeout")}
    assert (len(done.outcomes), done.verdict) == (3, Verdict.BAD)


def test_a_batch_of_one_is_a_plain_read() -> None:
    """A single query goes through `read`, which a batching connector has from its base."""
    done = run(batching(lambda queries: {query: Thing(id=query.id) for query in queries}), queries=(B,))

    assert done.outcomes[0].reading.document["id"] == "b"
    assert told(run(batching(lambda queries: {}), queries=(B,)))[0] == "absent"


class Treacherous(dict[Any, Any]):
    """A mapping that does not want to be read."""

    def get(self, key: Any, default: Any = None) -> Any:
        raise SystemExit


def test_a_mapping_that_raises_costs_its_queries_only() -> None:
    """Even what an answer does while it is read stays inside of the errand."""
    done = run(batching(lambda queries: Treacherous()), queries=(A, B))

    assert [outcome.reason for outcome in done.outcomes] == ["plugin", "plugin"]


JUNK = {
    "NaN": b'{"id": NaN}',
    "out of range": b'{"size": 1e999}',
    "deep": b"[" * 200_000,
    "not UTF-8": b'{"id": "\xff"}',
    "trailing junk": b'{"id": "a"} x',
    "empty": b"",
    "a page": b"<html>",
}


@pytest.mark.parametrize("name", JUNK)
def test_a_body_that_is_not_json_is_invalid(name: str, play: Play) -> None:
    """What is not JSON over a real connection is the source's fault, and says so."""

    async def behave(asked: Asked) -> None:
        await asked.send(reply(JUNK[name]))

    async def scenario(rig: Rig) -> Done:
        return await Upstream(rig.pool, rig.clock)(Errand(rig.source, (Id(),), rig.clock.now(), 1, rig.clock.now() + 1))

    assert told(play(behave, scenario)) == ("invalid", "invalid_json", "bad")


@pytest.mark.parametrize(
    ("body", "found"),
    [(b'\xef\xbb\xbf{"id": "a"}', None), (b'{"size": "many"}', "invalid"), (b'{"size": 1.5}', "invalid")],
)
def test_a_body_is_read_for_what_it_says(body: bytes, found: str | None, play: Play) -> None:
    """A byte order mark does no harm; a wrong type does."""

    async def behave(asked: Asked) -> None:
        await asked.send(reply(body))

    async def scenario(rig: Rig) -> Done:
        return await Upstream(rig.pool, rig.clock)(Errand(rig.source, (Id(),), rig.clock.now(), 1, rig.clock.now() + 1))

    assert told(play(behave, scenario))[0] == found
