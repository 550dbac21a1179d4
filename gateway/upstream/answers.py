"""From what a connector says to outcomes: its own code is run here, and nothing that it raises gets out."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import UTC
from types import TracebackType
from typing import Any, Final

from orjson import JSONDecodeError

from connectors import BadReply, Call, Connector, Fault, Reply
from connectors.contract.faults import FOREIGN
from gateway.ask import Errand
from gateway.clock import Clock
from gateway.outcome import Done, Outcome, Reading, Reason, Verdict, default, live, of_fault, row_of
from gateway.pool.failures import Failed, bug, failed

Talking = Generator[Call, Reply, Any]
AnyConnector = Connector[Any, Any, Any]

_ABSENT: Final = default(Reason.ABSENT)
_LEFT_OUT: Final = default(Reason.ABSENT, "left_out")


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The last word of a talk."""

    value: object


def begin(errand: Errand) -> Talking:
    """Start the talk of an errand; nothing of it has run yet.

    Raises:
        Failed: the connector gave no talk.
    """
    connector, queries = errand.source.connector, errand.queries
    try:
        talk: Any = connector.read(queries[0]) if len(queries) == 1 else connector.read_many(queries)
    except BaseException as error:
        raise blamed(error, replied=False) from None
    if not isinstance(talk, Generator):
        raise bug("read returned no talk")
    return talk


def listen(talk: Talking, reply: Reply | None) -> Call | Answer:
    """Run the connector's code up to its next call, or to its answer.

    Nothing waits in here, so whatever is raised is the author's, a CancelledError or a SystemExit too.

    Raises:
        Failed: it ended in a fault or in an exception, or asked for what is no call.
    """
    try:
        call = next(talk) if reply is None else talk.send(reply)
    except StopIteration as stop:
        return Answer(stop.value)
    except BaseException as error:
        raise blamed(error, replied=reply is not None) from None
    if not isinstance(call, Call):
        raise bug("something else than a Call was yielded")
    return call


def blamed(error: BaseException, *, replied: bool) -> Failed:
    """Whose doing an exception is: a fault says so itself, the rest follows from when it was raised.

    Anything but `FOREIGN`, and anything before there was a reply, is a mistake in the connector.
    """
    if isinstance(error, Fault):
        return Failed(of_fault(error), row_of(error)[1], _place(error))
    if not replied or not isinstance(error, FOREIGN):
        return bug(_place(error))
    told = failed(BadReply, "invalid_json" if isinstance(error, JSONDecodeError) else "invalid_schema")
    told.where = _place(error)
    return told


def read_one(value: object, errand: Errand, clock: Clock, *, replied: bool) -> Done:
    """What a plain `read` came to."""
    outcome, verdict = _reading(value, errand.source.connector, clock, replied=replied)
    return Done((outcome,), verdict)


def read_each(answers: object, errand: Errand, clock: Clock, *, replied: bool) -> Done:
    """What a `read_many` came to, matched by query: one bad element costs its own query only.

    The verdict is good if any element is: the call itself has succeeded.
    """
    if not isinstance(answers, Mapping):
        raise blamed(TypeError(), replied=replied)
    pairs = [_element(answers, query, errand.source.connector, clock, replied=replied) for query in errand.queries]
    verdicts = {verdict for _, verdict in pairs}
    worst_first = Verdict.GOOD, Verdict.BAD, Verdict.NEUTRAL
    return Done(tuple(outcome for outcome, _ in pairs), next(one for one in worst_first if one in verdicts))


def _element(
    answers: Mapping[Any, Any], query: object, connector: AnyConnector, clock: Clock, *, replied: bool
) -> tuple[Outcome, Verdict]:
    try:
        found = answers.get(query)
        if found is None:
            return _LEFT_OUT, Verdict.GOOD
        if isinstance(found, Fault):
            return of_fault(found), row_of(found)[1]
        return _reading(found, connector, clock, replied=replied)
    except Failed as refused:
        return refused.outcome, refused.verdict
    except BaseException as error:  # nothing waits in here: it is the author's
        told = blamed(error, replied=replied)
        return told.outcome, told.verdict


def _reading(value: object, connector: AnyConnector, clock: Clock, *, replied: bool) -> tuple[Outcome, Verdict]:
    """The outcome of a signal, which is validated anew: an instance can be made and changed past its checks."""
    try:
        if not isinstance(value, connector.signal_type):
            raise TypeError
        signal = connector.signal_type.model_validate(value)
        if signal.as_of is not None:
            signal.as_of.astimezone(UTC)  # raises for an instant that UTC cannot name, rather than where it is written
        if signal == connector.default:
            return _ABSENT, Verdict.GOOD
        return live(Reading.of(signal, clock.now(), clock.wall())), Verdict.GOOD
    except BaseException as error:  # nothing waits in here: it is a validator's
        raise blamed(error, replied=replied) from None


def _place(error: BaseException) -> str:
    """The kind of an exception and the line that raised it. Never its text, which may hold a viewer's value."""
    last: TracebackType | None = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    kind = type(error).__name__
    return kind if last is None else f"{kind} at {last.tb_frame.f_code.co_filename}:{last.tb_lineno}"
