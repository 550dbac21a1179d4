"""Drives the talk of a connector by hand, and makes of what it raises what the gateway makes of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors import (
    Absent,
    BadReply,
    Call,
    Connector,
    Fault,
    Misconfigured,
    Reply,
    Signal,
    Talk,
    Throttled,
    Transient,
    Unauthorized,
)
from connectors.contract.faults import FOREIGN

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

_OF_STATUS: Mapping[int, type[Fault]] = {
    **dict.fromkeys((401, 403), Unauthorized),
    **dict.fromkeys((204, 404, 410), Absent),
    429: Throttled,
}
_OF_HUNDRED: Mapping[int, type[Fault]] = {2: BadReply, 3: BadReply, 4: Misconfigured}
Answer = Signal | Fault


def answers_of(connector: Connector[Any, Any, Any], queries: Sequence[Any], reply_to: Any) -> list[Answer]:
    """The answer to each query, in order; `reply_to(call)` gives the reply of one call, or raises the fault of it.

    A batched connector is asked once for all, any other once a query. What the gateway makes of an exception and of a
    query left out is made of it here too.
    """
    if connector.policy.batch == 1:
        return [_settled(connector.read(query), reply_to) for query in queries]
    many = _settled(connector.read_many(tuple(queries)), reply_to)
    if isinstance(many, Fault):
        return [many for _ in queries]
    return [many.get(query, Absent("left out")) for query in queries]


def drive(talk: Talk[Any], reply_to: Any) -> Any:
    """Drive a talk to its end and return what it returns; whatever it raises is raised."""
    try:
        call = next(talk)
        while True:
            call = talk.send(reply_to(call))
    except StopIteration as end:
        return end.value


def expected_only(call: Call, reply: Reply) -> Reply:
    """The reply, if the call expects its status.

    Raises:
        Fault: the one that stands for the status.
    """
    if reply.status in call.expect:
        return reply
    raise _OF_STATUS.get(reply.status, _OF_HUNDRED.get(reply.status // 100, Transient))(f"status {reply.status}")


def _settled(talk: Talk[Any], reply_to: Any) -> Any:
    """What a talk returns, or the fault that it ended with."""
    asked = 0

    def count(call: Call) -> Reply:
        nonlocal asked
        reply: Reply = reply_to(call)
        asked += 1
        return reply

    try:
        return drive(talk, count)
    except Fault as fault:
        return fault
    except FOREIGN as error:
        if not asked:
            raise
        return BadReply(type(error).__name__)
