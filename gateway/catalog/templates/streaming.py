"""What of a template may come late: for which fields an event stream waits on, and what does not hold back its payload.

A signal comes late where its class says so, where each field made of it says when it is needed and no variant reads
it, which could not change any more, or where a signal that it reads comes late.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from gateway.catalog.templates.inspection import Inspection
from gateway.catalog.templates.model import LONGEST_TIMEOUT, SignalModel
from gateway.catalog.templates.template import Field, Rule
from gateway.settings import format_duration

Variants = Mapping[str, tuple[Rule, ...]]
Parents = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, eq=False)
class Streamed:
    """What one signal is to a stream. `shows` are the fields made of it, each with its `needed_at` in seconds."""

    shows: Mapping[str, float | None]
    comes_late: bool


def streamed_of(
    models: Mapping[str, SignalModel], parents: Parents, fields: Sequence[Field], variants: Variants
) -> dict[str, Streamed]:
    """What each signal is to a stream."""
    read = {root for rules in variants.values() for rule in rules if rule.when is not None for root in rule.when.roots}
    lines = {name: frozenset(_line(name, parents)) for name in models}
    shows = {
        name: {field.name: field.needed_at for field in fields if field.signal in line} for name, line in lines.items()
    }
    by_itself = {
        name
        for name, model in models.items()
        if model.class_ == "late" or (shows[name] and all(shows[name].values()) and lines[name].isdisjoint(read))
    }
    late = {one for name in by_itself for one in lines[name]}
    return {name: Streamed(shows[name], name in late) for name in models}


def check_timeouts(models: Mapping[str, SignalModel], streamed: Mapping[str, Streamed], found: Inspection) -> None:
    """A call may take longer than any answer where all that is made of it is needed later, and until then."""
    for name, model in models.items():
        needed = streamed[name].shows.values()
        longest = LONGEST_TIMEOUT.total_seconds()
        may_be_longer = bool(needed) and all(needed)
        if may_be_longer:
            longest = max(longest, *(at for at in needed if at is not None))
        if model.timeout is not None and model.timeout.total_seconds() > longest:
            why = "when the last of its fields is needed" if may_be_longer else "unless all its fields have a needed_at"
            at_most = format_duration(timedelta(seconds=longest))
            found.fault(("signals", name, "timeout"), f"timeout: should be at most {at_most}, {why}")


def _line(name: str, parents: Parents) -> Iterator[str]:
    """The signal and all that read it, directly or through others; each once, even in a circle."""
    seen, left = {name}, [name]
    while left:
        one = left.pop()
        yield one
        children = {child for child, of in parents.items() if one in of} - seen
        seen |= children
        left += children
