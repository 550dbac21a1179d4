"""The shapes of failure: which sources are down together, how many ways there are, and how each is called."""

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.rehearsal.shapes import MOST, Shape, shapes_of, sources_of
from morning import SOURCES, TEMPLATE
from stand_in import Place, source
from virtual_time import loaded


def template_of(count: int):
    """A template that asks so many sources, a signal each."""
    names = [f"s{number}" for number in range(count)]
    signals = "".join(f"  {name}: {{connector: {name}}}\n" for name in names) or "  {}\n"
    fields = "".join(
        f"  {name}: {{from: {name}.value, type: number, nullable: true, default: null}}\n" for name in names
    )
    own = "  today: {from: moment.weekday, type: string, default: today}\n"
    text = f"template: morning\nversion: 3\nsignals:\n{signals}data:\n{own}{fields}"
    return loaded(text, [source(name, Place) for name in names])


@given(st.integers(0, MOST))
def test_up_to_five_sources_fail_in_every_combination(count: int) -> None:
    """All 2^n sets of sources are there, each once, from none to all."""
    template = template_of(count)
    names = sources_of(template)
    every = chain.from_iterable(combinations(names, size) for size in range(count + 1))

    assert [shape.sources for shape in shapes_of(template)] == [frozenset(one) for one in every]


@given(st.integers(MOST + 1, 9))
def test_more_sources_fail_alone_and_all_together(count: int) -> None:
    """None, each by itself, and all: no page holds every combination of more than five."""
    template = template_of(count)
    names = sources_of(template)

    told = [shape.sources for shape in shapes_of(template)]
    assert told == [frozenset(), *(frozenset({name}) for name in names), frozenset(names)]


def test_what_is_derived_has_no_outage_of_its_own() -> None:
    """Four sources stand behind the five signals of the engine's template: 16 shapes."""
    template = loaded(TEMPLATE, SOURCES)

    assert sources_of(template) == ("sky", "stock", "points", "quotes")
    assert len(shapes_of(template)) == 16


def test_a_source_behind_two_signals_takes_both_down() -> None:
    """What is down is the source; the shape names all the signals that are asked of it."""
    text = """
template: morning
version: 3
signals: {here: {connector: sky}, there: {connector: sky}}
data:
  warm: {from: here.value, type: number, nullable: true, default: null}
  cold: {from: there.value, type: number, nullable: true, default: null}
"""
    template = loaded(text, [source("sky", Place)])

    assert [(shape.signals, shape.title) for shape in shapes_of(template)] == [
        ((), "Everything answers"),
        (("here", "there"), "Nothing answers"),
    ]


@pytest.mark.parametrize(
    ("signals", "title"),
    [
        (("a",), "Without a"),
        (("a", "b"), "Without a and b"),
        (("a", "b", "c"), "Without a, b and c"),
    ],
)
def test_a_shape_says_what_is_missing(signals: tuple[str, ...], title: str) -> None:
    """Its title lists the signals in words."""
    assert Shape(frozenset(signals), signals, is_all=False).title == title
