"""What of a template may come late, and how long its call may take then."""

import pytest

from gateway.catalog.registry import Registry
from gateway.catalog.templates import Need, Template, load_template
from gateway.errors import ConfigError
from gateway.settings import parse_document
from stand_in import DERIVATIONS, Of, Place, source

SOURCES = (source("sky", Place), source("quotes", Of, timeout=0.4))
HEAD = "template: morning\nversion: 1\nsignals:\n"
AIR = "  air: {connector: sky}\n"
QUOTES = '  quotes: {connector: quotes, each: "context.symbols"STATED}\n'
SUM = "  sum: {derive: total, with: {quotes: signals.quotes}}\n"
VALUE = "{from: %s.value, type: number, nullable: true, default: null%s}\n"


def made(text: str) -> Template:
    """The template of a text."""
    registry = Registry({one.name: one for one in SOURCES}, DERIVATIONS)
    return load_template(parse_document(text, "t.yaml", {}), registry)


def needs(stated: str = "", needed: str = ", needed_at: 12s", more: str = "", air: str = "") -> dict[str, Need]:
    """The needs of a template whose sum of quotes is needed at some time."""
    data = "data:\n  t: " + VALUE % ("air", air) + "  s: " + VALUE % ("sum", needed) + more
    return {need.name: need for need in made(HEAD + AIR + QUOTES.replace("STATED", stated) + SUM + data).needs}


def test_what_is_needed_later_comes_late_with_all_that_it_is_made_of() -> None:
    """Quotes are read by no field but through the sum, and so have until the sum is needed; the air has not."""
    made_ = needs()

    assert {name: need.comes_late for name, need in made_.items()} == {"air": False, "quotes": True, "sum": True}
    assert made_["quotes"].shows == made_["sum"].shows == {"s": 12.0}
    assert made_["air"].shows == {"t": None}


@pytest.mark.parametrize(
    ("needed", "more"),
    [
        ("", ""),
        (", needed_at: 0s", ""),
        (", needed_at: 12s", "  u: " + VALUE % ("sum", "")),
        (", needed_at: 12s", "variants: {hero: [{when: 'sum.value > `1`', use: up}, {use: still}]}\n"),
    ],
)
def test_what_is_needed_at_once_does_not_come_late(needed: str, more: str) -> None:
    """One field that is needed at once, or a variant, which cannot change any more, and the signal is waited for."""
    assert not any(need.comes_late for need in needs(needed=needed, more=more).values())


def test_what_is_made_of_a_late_one_comes_late() -> None:
    """The child of a signal of class late cannot come before it."""
    made_ = needs(stated=", class: late", needed="")

    assert {name: need.comes_late for name, need in made_.items()} == {"air": False, "quotes": True, "sum": True}


@pytest.mark.parametrize(
    ("needed", "fields", "expected"),
    [
        (", needed_at: 12s", None, 12.0),
        (", needed_at: 12s", {"s"}, 12.0),
        (", needed_at: 12s", {"t"}, 1.5),
        (", needed_at: 200ms", {"s"}, 0.2),
        ("", None, 1.5),
        ("", set(), 1.5),
    ],
)
def test_the_window(needed: str, fields: set[str] | None, expected: float) -> None:
    """A signal is waited for until the last of its fields that show nothing is needed; else for the usual time."""
    assert needs(needed=needed)["quotes"].window(1.5, fields) == expected


@pytest.mark.parametrize(
    ("stated", "timeout", "patience"),
    [("", 0.4, 0.4), (", timeout: 200ms", 0.2, 0.2), (", timeout: 1s", 1.0, 1.0), (", timeout: 12s", 0.4, 12.0)],
)
def test_a_long_timeout_counts_in_a_stream_alone(stated: str, timeout: float, patience: float) -> None:
    """Up to a second it is the signal's own everywhere; beyond, an answer in one piece keeps to the connector's."""
    quotes = needs(stated)["quotes"]

    assert (quotes.timeout, quotes.patience) == (timeout, patience)


@pytest.mark.parametrize(
    ("stated", "needed", "told"),
    [
        (", timeout: 1001ms", "", "at most 1s, unless all its fields have a needed_at"),
        (", timeout: 2s, class: late", "", "at most 1s, unless all its fields have a needed_at"),
        (", timeout: 12001ms", ", needed_at: 12s", "at most 12s, when the last of its fields is needed"),
        (", timeout: 2s", ", needed_at: 300ms", "at most 1s, when the last of its fields is needed"),
    ],
)
def test_a_timeout_that_no_scene_waits_for(stated: str, needed: str, told: str) -> None:
    """A call may not take longer than whatever is made of it can be of use."""
    with pytest.raises(ConfigError) as error:
        needs(stated, needed)

    (fault,) = error.value.faults
    assert f"timeout: should be {told}" in str(fault)
    assert str(fault).startswith("t.yaml:5:")


def test_a_circle_is_told_and_no_more() -> None:
    """Signals that read each other are one fault of the file, and no endless search for what is made of them."""
    text = HEAD + "  a: {derive: doubled, with: {one: signals.b}}\n  b: {derive: doubled, with: {one: signals.a}}\n"

    with pytest.raises(ConfigError, match="circle"):
        made(text + "data:\n  t: " + VALUE % ("a", ", needed_at: 1s"))
