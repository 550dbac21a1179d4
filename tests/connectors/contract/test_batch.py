"""A batch: one query of it is a batch of one, and one bad element of it harms no neighbour."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors import (
    Absent,
    BadReply,
    Call,
    Connector,
    Fault,
    From,
    Policy,
    Query,
    Reply,
    Scope,
    Settings,
    Signal,
    Talk,
    Transient,
    minutes,
    ms,
    seconds,
)

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Stars(Signal):
    count: int | None = None


class Sky(Query):
    lat: float = From("where.lat", round=2, ge=-90, le=90)


class Batched(Connector[Settings, Sky, Stars]):
    """Counts stars, several skies at a time."""

    name = "batched"
    default = Stars()
    policy = Policy(
        scope=Scope.SHARED, timeout=ms(200), ttl=seconds(30), stale=minutes(5), batch=10, hosts=("a.example",)
    )

    def read_many(self, queries: Sequence[Sky]) -> Talk[Mapping[Sky, Stars | Fault]]:
        """Read the counts by latitude."""
        reply = yield Call("GET", "/stars")
        counts = reply.json
        return {one: self.alone(count_of, counts[str(one.lat)]) for one in queries if str(one.lat) in counts}


def count_of(element: Any) -> Stars:
    """The stars in one element."""
    if element == "gone":
        raise Transient("gone")
    return Stars(count=int(element["count"]))


def talked(body: bytes, lat: float) -> Any:
    """What a batched connector makes of a body for one query, driven by hand."""
    talk = Batched(Settings(base_url="http://127.0.0.1")).read(Sky(lat=lat))
    next(talk)
    with pytest.raises(StopIteration) as ended:
        talk.send(Reply(AT, 200, {}, body))
    return ended.value.value


def test_a_batched_connector_reads_one_query_as_a_batch_of_one() -> None:
    """Without a `read` of its own, one query is asked through `read_many`."""
    assert talked(b'{"1.0": {"count": 7}}', 1) == Stars(count=7)


def test_a_query_left_out_is_absent_and_a_fault_as_value_is_raised() -> None:
    """What `read_many` says of one query is what `read` says of it."""
    with pytest.raises(Absent):
        talked(b'{"1.0": {"count": 7}}', 2)
    with pytest.raises(Transient):
        talked(b'{"1.0": "gone"}', 1)


@pytest.mark.parametrize("element", [b"null", b"5", b"[]", b"{}", b'{"count": "many"}', b'{"count": [1]}', b'"here"'])
def test_an_element_of_another_shape_is_its_own_bad_reply(element: bytes) -> None:
    """A missing key, another type or a number that is none costs that element alone, and not the connector."""
    with pytest.raises(BadReply):
        talked(b'{"1.0": %s, "2.0": {"count": 7}}' % element, 1)

    assert talked(b'{"1.0": %s, "2.0": {"count": 7}}' % element, 2) == Stars(count=7)


def test_what_is_the_authors_own_is_not_hidden() -> None:
    """An exception that no reply explains is not turned into a bad reply."""

    def broken() -> Stars:
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        Batched.alone(broken)
