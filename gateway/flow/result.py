"""What came of one signal: the outcome of its ask, of its elements together, or of the function that derives it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gateway.catalog.templates import Need
from gateway.outcome import Outcome, Reading, Reason, Status, default

_WORST_LAST = (Status.LIVE, Status.FRESH, Status.STALE, Status.DEFAULT)
_RANK = {status: rank for rank, status in enumerate(_WORST_LAST)}


@dataclass(slots=True, eq=False)
class Result:
    """One signal of one open. `document` is its JSON form, None by default.

    `as_of` is the time of the value by its source, RFC 3339; `age` and `took` are in seconds.
    """

    name: str
    need: Need
    status: Status
    reason: Reason | None
    cause: str | None
    document: dict[str, Any] | None
    as_of: str | None
    age: float
    took: float


def combine(need: Need, elements: tuple[str, ...] | None, outcomes: list[Outcome], now: float, took: float) -> Result:
    """The result of a signal asked once, or once an element: then a mapping by element, and as good as the worst."""
    if elements is None:
        return _single(need, outcomes[0], now, took)
    if not outcomes:
        return Result(need.name, need, Status.LIVE, None, None, {}, None, 0.0, 0.0)
    worst = max(outcomes, key=lambda outcome: _RANK[outcome.status])
    readings = [outcome.reading for outcome in outcomes if outcome.reading is not None]
    if worst.reading is None:
        return _single(need, worst, now, took)
    document = {element: reading.document for element, reading in zip(elements, readings, strict=True)}
    oldest = max(readings, key=lambda reading: reading.age(now))
    return Result(
        need.name, need, worst.status, worst.reason, worst.cause, document, oldest.as_of, oldest.age(now), took
    )


def derive(need: Need, values: dict[str, Any] | Outcome, parents: Iterable[Result], now: float, wall: float) -> Result:
    """The result of a derived signal, as good as the worst of its parents; what it raises costs this signal only."""
    assert need.derivation is not None
    if isinstance(values, Outcome):
        return _single(need, values, now, 0.0)
    try:
        signal = need.derivation(values)
        reading = Reading.of(signal, now, wall)
    except ValueError:  # an input is of another type than the function takes: half a picture states a false fact
        return _single(need, default(Reason.DEPENDENCY, "bad_input"), now, 0.0)
    except BaseException:  # nothing waits in here: it is the author's, a SystemExit too
        return _single(need, default(Reason.PLUGIN, "connector_bug"), now, 0.0)
    worst = max(parents, key=lambda result: _RANK[result.status], default=None)
    status, reason, cause = (worst.status, worst.reason, worst.cause) if worst else (Status.LIVE, None, None)
    if status is Status.DEFAULT:  # it runs on the defaults of its parents, and says so
        reason = Reason.DEPENDENCY
    return Result(need.name, need, status, reason, cause, reading.document, reading.as_of, reading.age(now), 0.0)


def improves(new: Result, old: Result) -> bool:
    """Whether a signal that came late is worth showing in the place of what is shown of it."""
    if new.document is None or old.document is None:
        return new.document is not None
    better = _RANK[old.status] - _RANK[new.status]
    return better > 0 or (better == 0 and new.document != old.document)


def _single(need: Need, outcome: Outcome, now: float, took: float) -> Result:
    reading = outcome.reading
    if reading is None:
        return Result(need.name, need, outcome.status, outcome.reason, outcome.cause, None, None, 0.0, took)
    return Result(
        need.name,
        need,
        outcome.status,
        outcome.reason,
        outcome.cause,
        reading.document,
        reading.as_of,
        reading.age(now),
        took,
    )
