"""The shapes of failure: which sources of a template are down together, and which signals they would have filled."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from gateway.catalog.templates import Template

MOST = 5
"""The sources of which every combination is shown; of more, every single failure, and all together."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Some sources that are down, and the signals that are asked of them, in the template's order."""

    sources: frozenset[str]
    signals: tuple[str, ...]
    is_all: bool

    @property
    def title(self) -> str:
        """What has happened, in words."""
        if not self.sources:
            return "Everything answers"
        if self.is_all:
            return "Nothing answers"
        *before, last = self.signals
        return f"Without {', '.join(before)} and {last}" if before else f"Without {last}"


def shapes_of(template: Template, most: int = MOST) -> tuple[Shape, ...]:
    """The shapes of a template, from nothing down to everything down."""
    sources = sources_of(template)
    return tuple(
        Shape(frozenset(down), signals_of(template, frozenset(down)), bool(down) and len(down) == len(sources))
        for count in counts(len(sources), most)
        for down in combinations(sources, count)
    )


def sources_of(template: Template) -> tuple[str, ...]:
    """The sources that the template asks, each once; what is derived has none of its own."""
    return tuple(dict.fromkeys(need.source.name for need in template.needs if need.source is not None))


def signals_of(template: Template, sources: frozenset[str]) -> tuple[str, ...]:
    """The signals that are asked of some sources."""
    return tuple(need.name for need in template.needs if need.source is not None and need.source.name in sources)


def counts(sources: int, most: int = MOST) -> Iterator[int]:
    """How many may be down together; beyond `most` not every combination is worth a picture."""
    yield from range(sources + 1) if sources <= most else (0, 1, sources)
