"""Every field from its signal or its default: ages, groups, gaps, misfits and variants."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors import Transient
from stand_in import Figure, Of, Script, source
from virtual_time import NOW, Rig, in_virtual_time, wait

DOWN = Script(brings=Transient("down"))
SOURCES = (source("one", Of, ttl=60.0, stale=6000.0), source("two", Of, ttl=60.0, stale=6000.0))
HEAD = """
template: morning
version: 3
budget: 400ms
signals:
  one: {connector: one, with: {of: context.of}}
  two: {connector: two, with: {of: context.of}}
"""
PLAIN = "type: number, nullable: true, default: null"


def rig_of(body: str, one: Any = None, two: Any = None) -> Rig:
    """Two sources that bring a figure each, or whatever their scripts say; scripts may be changed in place."""
    scripts = {"one": one or Figure(value=1.0, label="a"), "two": two or Figure(value=2.0, label="b")}

    def says(errand: Any, query: Any) -> Script:
        said = scripts[errand.source.name]
        said = said() if callable(said) else said
        return said if isinstance(said, Script) else Script(brings=said)

    return Rig(says, SOURCES, HEAD + body)


async def defaulted(rig: Rig) -> dict[str, str]:
    """Which fields show their default, and why."""
    found: dict[str, str] = (await rig.open(of="x")).payload["defaulted"]
    return found


AGES = f"""
data:
  brief: {{from: one.value, {PLAIN}, max_age: 90s}}
  long: {{from: one.label, type: string, default: none, max_age: 2h}}
  ever: {{from: one.value, {PLAIN}}}
"""


@in_virtual_time
async def test_each_field_shows_a_value_up_to_its_own_age() -> None:
    """Of one stale value one field shows its default as too old while its neighbours show the value."""
    said: list[Any] = [Figure(value=1.0, label="a")]
    rig = rig_of(AGES, lambda: said[0])
    await rig.open(of="x")
    said[0] = DOWN
    await wait(200.0)

    told = await rig.open(of="x")

    assert told.statuses()["one"] == "stale/error"
    assert told.payload["data"] == {"brief": None, "long": "a", "ever": 1.0}
    assert told.payload["defaulted"] == {"brief": "too_old"}
    assert told.payload["complete"] is False


@pytest.mark.parametrize(("age", "why"), [(89, None), (91, "too_old"), (7200, "too_old")])
@in_virtual_time
async def test_a_value_asked_just_now_may_be_too_old(age: float, why: str | None) -> None:
    """The source's own time counts: live and old is told as live with its true age, and the field as too old."""
    rig = rig_of(AGES, Figure(value=1.0, label="a", as_of=datetime.fromtimestamp(NOW - age + 0.02, UTC)))

    told = await rig.open(of="x")

    assert told.statuses()["one"] == "live"
    assert told.payload["signals"]["one"]["age_ms"] == age * 1000
    assert told.payload["defaulted"].get("brief") == why


GROUPS = f"""
data:
  a: {{from: one.value, {PLAIN}}}
  b: {{from: two.value, {PLAIN}}}
  c: {{from: two.label, type: string, default: none}}
  d: {{from: one.label, type: string, default: none}}
groups: {{pair: [a, b]}}
"""


@in_virtual_time
async def test_a_group_is_shown_whole_or_by_default() -> None:
    """With one member by default all are, for `group`; who is in no group is not touched."""
    told = await rig_of(GROUPS, DOWN).open(of="x")

    assert told.payload["data"] == {"a": None, "b": None, "c": "b", "d": "none"}
    assert told.payload["defaulted"] == {"a": "error", "b": "group", "d": "error"}


@in_virtual_time
async def test_a_group_falls_with_a_gap_too() -> None:
    """A member that the vendor did not say takes its group along, and only itself is `missing`."""
    assert await defaulted(rig_of(GROUPS, Figure(label="a"))) == {"a": "missing", "b": "group"}


@in_virtual_time
async def test_a_whole_group_is_shown() -> None:
    """With every member in nothing is by default."""
    assert await defaulted(rig_of(GROUPS)) == {}


@in_virtual_time
async def test_reasons_are_in_the_order_of_the_template() -> None:
    """`defaulted` lists its fields as `data` does, though groups are levelled last."""
    paths = {"a": "two.value", "b": "one.value", "c": "one.value"}
    body = "data:\n" + "".join(f"  {name}: {{from: {path}, {PLAIN}}}\n" for name, path in paths.items())

    told = await rig_of(body + "groups: {pair: [a, b]}\n", DOWN).open(of="x")

    assert list(told.payload["defaulted"].items()) == [("a", "group"), ("b", "error"), ("c", "error")]


@pytest.mark.parametrize(("figure", "complete"), [(Figure(value=1.0), True), (Figure(value=0.0, label=""), True)])
@in_virtual_time
async def test_what_the_vendor_did_not_say_is_missing_and_complete(figure: Figure, complete: bool) -> None:
    """A gap in a signal that is in is `missing`, and is no incompleteness; nought and the empty text are no gaps."""
    told = await rig_of("data: {a: {from: one.label, type: string, default: none}}\n", figure).open(of="x")

    assert told.payload["complete"] is complete
    assert told.payload["defaulted"] == ({"a": "missing"} if figure.label is None else {})
    assert told.payload["data"] == {"a": "none" if figure.label is None else ""}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type: integer, default: 0", 1.5),
        ("type: number, minimum: 0, default: 0", -1.0),
        ("type: number, maximum: 9, default: 0", 9.1),
        ("type: integer, default: 0", 1e300),
        ("type: number, enum: [1, 2], default: 1", 3.0),
    ],
)
@in_virtual_time
async def test_a_value_that_does_not_fit_condemns_its_signal(field: str, value: float) -> None:
    """One value out of type or bounds makes the whole signal `invalid`: its other fields are not believed either."""
    body = f"data:\n  good: {{from: one.label, type: string, default: none}}\n  bad: {{from: one.value, {field}}}\n"
    body += "  other: {from: two.label, type: string, default: none}\n"
    body += "variants: {hero: [{when: \"one.label == 'a'\", use: seen}, {use: classic}]}\n"

    told = await rig_of(body, Figure(value=value, label="a")).open(of="x")

    assert told.statuses() == {"one": "default/invalid", "two": "live"}
    assert told.payload["defaulted"] == {"good": "invalid", "bad": "invalid"}
    assert told.payload["data"]["other"] == "b"
    assert told.payload["variants"] == {"hero": "classic"}
    assert "age_ms" not in told.payload["signals"]["one"]


@pytest.mark.parametrize(("value", "shown"), [(4.0, 4), (0.0, 0), (-3.0, -3), (2.0**53 - 1, 2**53 - 1)])
@in_virtual_time
async def test_a_whole_number_passes_as_an_integer(value: float, shown: int) -> None:
    """4.0 is the integer 4, and is written as one."""
    told = await rig_of("data: {a: {from: one.value, type: integer, default: 7}}\n", Figure(value=value)).open(of="x")

    assert told.payload["data"] == {"a": shown}
    assert type(told.payload["data"]["a"]) is int


@pytest.mark.parametrize(
    ("rule", "use"),
    [
        ("one.label == 'a'", "yes"),
        ("one.label == 'b'", "no"),
        ("one.value > `0`", "yes"),
        ("one.owner == 'a'", "no"),
        ("one.owner", "no"),
        ("contains(one.owner, 'a')", "no"),  # contains() of null raises
        ("contains(one.owner, 'a') || one.value > `0`", "no"),
        ("one.owner || one.value > `0`", "yes"),
        ("two.label == 'b'", "no"),  # two is a default
        ("two.label != 'rain'", "no"),
        ("!(two.value)", "no"),
        ("one.value > `0` || two.value > `0`", "no"),  # it reads a default
        ("moment.weekday == 'friday'", "yes"),
        ("one.value && moment.season == 'none'", "yes"),
    ],
)
@in_virtual_time
async def test_a_rule_holds_on_what_is_known(rule: str, use: str) -> None:
    """A rule that reads a signal that is a default, or that raises, is false, though it be written in the negative."""
    body = f"data: {{a: {{from: one.value, {PLAIN}}}}}\n"
    body += f'variants: {{hero: [{{when: "{rule}", use: yes_}}, {{use: no_}}]}}\n'

    told = await rig_of(body, two=DOWN).open(of="x")

    assert told.payload["variants"] == {"hero": f"{use}_"}


@in_virtual_time
async def test_the_first_rule_that_holds_decides() -> None:
    """Rules are tried in their order; the last, which has no condition, is for when none holds."""
    body = f"data: {{a: {{from: one.value, {PLAIN}}}}}\n"
    body += (
        'variants: {hero: [{when: "one.value > `5`", use: big}, {when: "one.value > `0`", use: some}, {use: none}]}\n'
    )

    uses = [(await rig_of(body, Figure(value=value)).open(of="x")).payload["variants"]["hero"] for value in (9, 1, -1)]

    assert uses == ["big", "some", "none"]
