"""Signals that read signals: no circles, types that fit, and ages that go from reader to what is read."""

import math

import pytest

from throwaway_connectors import faults, field, signals, template

QUOTES = 'quotes: {connector: quotes, each: "ticket.holdings[*].symbol"}'
WORTH = "worth: {derive: worth, with: {holdings: ticket.holdings, quotes: signals.quotes, now: moment.now}}"


@pytest.mark.parametrize(
    ("max_ages", "expected"),
    [
        ("max_age: 60s|max_age: 2h", (60.0, 7200.0)),
        ("max_age: 60s|", (60.0, math.inf)),
        ("|", (math.inf, math.inf)),
    ],
)
def test_the_ages_of_a_need_are_those_of_its_readers(max_ages: str, expected: tuple[float, float]) -> None:
    """A cached value is asked anew for the strictest field, and used for the most lenient one."""
    first, second = max_ages.split("|")
    line = "from: air.condition, type: string, default: unknown, "
    made = template(field(line + first) + f"  g: {{{line}{second}}}\n")

    assert (made.needs[0].fresh_within, made.needs[0].usable_within) == expected


def test_a_derived_signal_hands_its_ages_to_its_parents() -> None:
    """What is derived is as old as what it is derived from, so its fields limit that as well."""
    text = signals(
        QUOTES, WORTH, "air: {connector: sky}", "mood: {derive: mood, with: {temperature: signals.air.temperature_c}}"
    )
    text += "  v: {from: worth.verdict, type: string, default: unknown, max_age: 30s}\n"
    text += "  w: {from: air.condition, type: string, default: unknown, max_age: 60s}\n"
    made = {need.name: need for need in template(text).needs}

    assert (made["quotes"].fresh_within, made["quotes"].usable_within) == (30.0, 30.0)
    assert (made["air"].fresh_within, made["air"].usable_within) == (60.0, math.inf)


def test_ages_are_found_once_however_many_ways_lead_to_them() -> None:
    """Of forty pairs of signals each of which reads both of the pair before, a file loads at once, ages and all."""
    lines = ["a0: {connector: sky}", "b0: {connector: sky}"]
    for floor in range(1, 40):
        number = "temperature_c" if floor == 1 else "amount"
        below = f"signals.a{floor - 1}.{number} || signals.b{floor - 1}.{number}"
        lines += [f'{name}{floor}: {{derive: mood, with: {{temperature: "{below}"}}}}' for name in "ab"]
    text = signals(*lines) + "  v: {from: a39.verdict, type: string, default: unknown, max_age: 30s}\n"

    made = {need.name: need for need in template(text).needs}

    assert {made[name].fresh_within for name in ("a0", "b0", "a20", "a39")} == {30.0}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["a: {connector: shop, with: {variant: signals.a.sku}}"],
            ["t.yaml:4:3: signals read each other in a circle: a -> a"],
        ),
        (
            [
                "a: {connector: shop, with: {variant: signals.c.sku}}",
                "b: {connector: shop, with: {variant: signals.a.sku}}",
                "c: {connector: shop, with: {variant: signals.b.sku}}",
                "d: {connector: shop, with: {variant: signals.a.skuu}}",
            ],
            [
                "t.yaml:4:3: signals read each other in a circle: a -> c -> b -> a",
                "t.yaml:7:40: 'signals.a.skuu': no such path: 'skuu' (did you mean 'sku'?)",
            ],
        ),
        (
            [
                "a: {connector: shop, with: {variant: signals.b.sku}}",
                "b: {connector: shop, with: {variant: signals.a.sku}}",
                "c: {connector: shop, with: {variant: signals.d.sku}}",
                "d: {connector: shop, with: {variant: signals.c.sku}}",
            ],
            [
                "t.yaml:4:3: signals read each other in a circle: a -> b -> a",
                "t.yaml:6:3: signals read each other in a circle: c -> d -> c",
            ],
        ),
    ],
)
def test_every_circle_is_found(lines: list[str], expected: list[str]) -> None:
    """Signals that read each other are told in the order of reading, and hide no other fault."""
    assert faults(signals(*lines)) == expected


@pytest.mark.parametrize(
    ("inputs", "fault"),
    [
        ("holdings: signals.quotes, quotes: signals.quotes", "is object, and input 'holdings' takes array"),
        (
            "holdings: ticket.holdings, quotes: signals.air",
            "is object, and input 'quotes' takes object of another shape",
        ),
        ("holdings: signals.air.wind.gusts, quotes: signals.quotes", "takes array of another shape"),
        ("holdings: ticket.holdings, quotes: signals.quotes, zone: moment.timezone", "worth takes no input 'zone'"),
    ],
)
def test_a_derive_takes_what_its_function_says(inputs: str, fault: str) -> None:
    """The inputs of a derivation are those of its function, and their types are looked into."""
    line = f"worth: {{derive: worth, with: {{{inputs}, now: moment.now}}}}"
    (found,) = faults(signals(QUOTES, "air: {connector: sky}", line))

    assert found.startswith("t.yaml:6:")
    assert fault in found


def test_a_path_through_a_parent_is_checked_against_its_signal() -> None:
    """`signals.<name>` has the shape of that signal, and what its own `each` made of it."""
    text = signals(QUOTES, "shop: {connector: shop, with: {variant: signals.quotes.AAPL.lst}}")

    assert faults(text) == ["t.yaml:5:43: 'signals.quotes.AAPL.lst': no such path: 'lst' (did you mean 'last'?)"]


def test_a_path_that_cannot_fit_its_budget_is_warned_of() -> None:
    """Calls that follow each other and together may take longer than the budget load, with a warning and its place."""
    chain = signals(
        "air: {connector: sky}",
        "next: {connector: sky, timeout: 200ms, with: {lat: signals.air.temperature_c}}",
        "last: {connector: sky, timeout: 50ms, with: {lat: signals.next.temperature_c}}",
    )
    alone = signals("air: {connector: sky, timeout: 900ms}")

    warnings = template(chain).warnings
    assert [str(one).partition(": ")[0] for one in warnings] == ["t.yaml:5:9", "t.yaml:6:9"]
    assert "500 ms together, and the budget is 400 ms" in warnings[0].message
    assert "550 ms together" in warnings[1].message
    assert template(chain.replace("version: 1", "version: 1\nbudget: 600ms")).warnings == ()
    assert template(alone).warnings == ()
