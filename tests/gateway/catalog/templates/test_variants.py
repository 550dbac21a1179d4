"""The rules of a variant: the last holds when nothing else does, and every other reads what is there."""

import pytest

from throwaway_connectors import faults, signals, template

BASE = signals("air: {connector: sky}", "item: {connector: news}")


def variant(*rules: str) -> str:
    """The text of a template with one variant, its rules from line 9 on."""
    return BASE + "variants:\n  hero:\n" + "".join(f"    - {rule}\n" for rule in rules)


def test_rules_keep_their_order_and_the_last_always_holds() -> None:
    """Without any signal each variant is the use of its last rule."""
    made = template(
        variant("{when: \"air.condition == 'rain'\", use: wet}", "{when: air.rainy, use: damp}", "{use: dry}")
    )

    assert [rule.use for rule in made.variants["hero"]] == ["wet", "damp", "dry"]
    assert [rule.when.text if rule.when else None for rule in made.variants["hero"]][1:] == ["air.rainy", None]
    assert made.fallbacks() == {"hero": "dry"}


@pytest.mark.parametrize(
    "when",
    [
        "contains(['rain', 'clear'], air.condition)",
        "air.temperature_c < `3` && air.rainy",
        "to_number(item.price.amount) < `30`",
        "moment.weekday == 'monday'",
        "air.rainy && item.quantity > `0`",
        "!(air.rainy)",
    ],
)
def test_a_rule_may_read_several_signals_and_the_moment(when: str) -> None:
    """All that is in may be compared."""
    assert template(variant(f'{{when: "{when}", use: a}}', "{use: b}")).fallbacks() == {"hero": "b"}


LAST = "the last rule, and no other, has no `when`"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (("{when: air.rainy, use: wet}",), [f"10:7: {LAST}"]),
        (("{use: wet}", "{use: dry}"), [f"10:7: {LAST}"]),
        (("{use: wet}", "{when: air.rainy, use: dry}"), [f"10:7: {LAST}", f"11:7: {LAST}"]),
        (
            ("{when: air.rany, use: wet}", "{use: dry}"),
            ["10:14: 'air.rany': no such path: 'rany' (did you mean 'rainy'?)"],
        ),
        (
            ("{when: aire.rainy, use: wet}", "{use: dry}"),
            ["10:14: 'aire.rainy': no such path: 'aire' (did you mean 'air'?)"],
        ),
        (("{when: 'air.rainy && air.[', use: wet}", "{use: dry}"), ["10:14: not a JMESPath expression"]),
        (("{when: '', use: wet}", "{use: dry}"), ["10:14: when: should have at least 1 character"]),
        (("{when: true, use: wet}", "{use: dry}"), ["10:14: when: should be a string: quote it"]),
        (("{when: 'air.temperature_c > 3', use: wet}", "{use: dry}"), ["10:14: not a JMESPath expression"]),
        (
            ("{when: 'item.price.amount < `30`', use: a}", "{use: b}"),
            ["an order compares numbers, and this is null or string"],
        ),
        (
            ("{when: \"air.condition >= 'rain'\", use: a}", "{use: b}"),
            ["an order compares numbers, and this is string"],
        ),
        (("{when: length(item.quantity), use: a}", "{use: b}"), [r"length() takes string or array or object"]),
        (("{when: 'moment.now', use: a}", "{use: b}"), ["reads moment.now, which only a derive may"]),
        (("{when: 'to_string(moment . now)', use: a}", "{use: b}"), ["reads moment.now, which only a derive may"]),
        (("{when: ticket.vip, use: a}", "{use: b}"), ["no such path: 'ticket'"]),
        (("{when: '@', use: a}", "{use: b}"), ["reads all that there is"]),
        (("{when: air.rainy}", "{use: b}"), ["10:7: 'use' is missing"]),
        (("{whn: air.rainy, use: a}", "{use: b}"), ["10:8: unknown key 'whn' (did you mean 'when'?)"]),
        (("{when: air.rainy, use: 'a b'}", "{use: b}"), ["10:30: use: should match pattern"]),
        (("wet", "{use: dry}"), ["10:7: should be a mapping"]),
        (("{use: []}",), ["10:13: use: should be a string"]),
    ],
)
def test_what_is_wrong_with_a_rule_is_told_with_its_place(rules: tuple[str, ...], expected: list[str]) -> None:
    """A rule that could only be false, or that stands in the wrong place, does not load."""
    found = faults(variant(*rules))

    assert len(found) == len(expected)
    assert all(part in line for part, line in zip(expected, found, strict=True))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("variants: {hero: []}", "8:18: variants.hero: should have at least 1 item"),
        ("variants: {hero: {use: a}}", "8:18: variants.hero: should be a list"),
        ("variants: {Hero: [{use: a}]}", "8:12: variants.Hero: should match pattern"),
        ("variants: [a]", "8:11: variants: should be a mapping"),
    ],
)
def test_a_variant_is_a_list_of_rules(text: str, fault: str) -> None:
    """Anything else is told with its place."""
    (found,) = faults(BASE + text)

    assert fault in found
