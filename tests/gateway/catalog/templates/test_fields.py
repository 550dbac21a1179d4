"""The fields of a template: each with a path that exists, a type that it can have, and a default that is one."""

import pytest

from throwaway_connectors import faults, field, signals, template

TEXT = "from: air.condition, type: string, default: unknown"


def test_a_field_is_read_as_it_is_stated() -> None:
    """Path, type, default, ages and privacy are those of the file, in seconds and compiled."""
    text = field("from: air.temperature_c, type: number, nullable: true, default: null, max_age: 2h, needed_at: 12s")
    made = template(text).fields[0]

    assert (made.name, made.signal, made.path.text) == ("f", "air", "air.temperature_c")
    assert (made.default, made.max_age, made.needed_at, made.group) == (None, 7200.0, 12.0, frozenset())
    assert (made.kind.type, made.kind.nullable) == ("number", True)


def test_the_moment_is_a_signal_that_nobody_is_asked_for() -> None:
    """A field of the moment names no signal."""
    made = template(field("from: moment.weekday, type: string, default: today")).fields[0]

    assert made.signal is None


def test_fields_keep_their_order_and_their_defaults() -> None:
    """`data` without any signal is every default in the order of the file."""
    text = (
        field(TEXT)
        + "  e: {from: air.rainy, type: boolean, default: false}\n"
        + "  d: {from: air.wind, type: object, default: {a: [1]}}\n"
    )

    assert list(template(text).defaults().items()) == [("f", "unknown"), ("e", False), ("d", {"a": [1]})]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (
            "from: air.condition, type: string, default: null",
            "6:51: could come out empty: give a default other than null",
        ),
        ("from: air.condition, type: string", "6:3: 'default' is missing"),
        ("from: air.condition, default: x", "6:3: 'type' is missing"),
        ("type: string, default: x", "6:3: 'from' is missing"),
        ("", "6:3: 'from' is missing"),
        ("from: air.condition, type: text, default: x", "6:34: type: should be"),
        ("from: air.condition, type: strin, default: x", "(did you mean 'string'?)"),
        (f"{TEXT}, max_ag: 60s", "6:60: unknown key 'max_ag' (did you mean 'max_age'?)"),
        (f"{TEXT}, max_age: 60", "max_age: a duration needs a unit"),
        (f"{TEXT}, max_age: 0s", "max_age: should be longer than 0ms"),
        (f"{TEXT}, needed_at: soon", "needed_at: a duration is a number and a unit"),
        (f"{TEXT}, privacy: secret", "privacy: should be"),
        (f"{TEXT}, nullable: 1", "nullable: should be"),
        ("from: air.condition, type: string, default: 3", "6:51: the default is no string within"),
        ("from: air.condition, type: string, default: unknown, max_length: 3", "6:51: the default is no string within"),
        ("from: air.condition, type: string, default: unknown, enum: [a, b]", "6:51: the default is no string within"),
        ("from: air.temperature_c, type: number, default: '3'", "6:55: the default is no number within"),
        ("from: air.temperature_c, type: number, default: .inf", "6:55: the default is no number within"),
        ("from: air.temperature_c, type: number, default: -1, minimum: 0", "6:55: the default is no number within"),
        ("from: item.quantity, type: integer, default: 1.5", "6:52: the default is no integer within"),
        ("from: air.rainy, type: boolean, default: 0", "6:48: the default is no boolean within"),
        ("from: air.wind, type: object, default: [1]", "6:46: the default is no object within"),
        ("from: air.wind, type: object, default: {a: .nan}", "6:46: the default has no form in JSON"),
        ("from: air.wind, type: object, default: {a: 99999999999999999999}", "6:46: the default has no form in JSON"),
        ("from: air.wind.gusts, type: array, default: [1, 2], max_length: 1", "6:51: the default is no array within"),
        (
            "from: air.temperature_c, type: number, default: 1, max_length: 3",
            "max_length says nothing of a field of type number",
        ),
        (f"{TEXT}, minimum: 3", "minimum says nothing of a field of type string"),
        (f"{TEXT}, maximum: 3", "maximum says nothing of a field of type string"),
        ("from: air.wind, type: object, default: {}, enum: [{}]", "enum says nothing of a field of type object"),
        (f"{TEXT}, max_length: -1", "max_length: should be greater than or equal to 0"),
        (
            "from: air.condition, type: string, nullable: true, default: null, enum: []",
            "an enum without a value lets nothing fit",
        ),
        (f"{TEXT}, enum: [unknown, 3]", "6:76: is no string within the field's own bounds"),
        (f"{TEXT}, enum: [unknown, null]", "6:76: is no string within the field's own bounds"),
        ("from: item.quantity, type: integer, default: 1, enum: [1, true]", "6:65: is no integer"),
        ("from: air.temperature_c, type: number, nullable: true, default: null, minimum: .nan", "minimum: should be"),
        ("from: air.temperature_c, type: number, nullable: true, default: null, minimum: '3'", "minimum: should be"),
        (
            "from: air.temperature_c, type: number, nullable: true, default: null, minimum: 3, maximum: 2",
            "maximum is below minimum",
        ),
        ("from: 'air.[', type: string, default: x", "6:13: not a JMESPath expression"),
        (
            "from: air.conditon, type: string, default: x",
            "6:13: 'air.conditon': no such path: 'conditon' (did you mean 'condition'?)",
        ),
        ("from: aire.condition, type: string, default: x", "no such path: 'aire' (did you mean 'air'?)"),
        ("from: where.lat, type: number, default: 0", "6:13: 'where.lat': no such path: 'where'"),
        ("from: ticket.sub, type: string, default: x", "no such path: 'ticket'"),
        ("from: air.condition.first, type: string, default: x", "'first' is read of what is string"),
        (
            "from: air.condition || item.sku, type: string, default: x",
            "reads one signal, or the moment; 'air.condition || item.sku' reads air and item",
        ),
        ("from: \"'rain'\", type: string, default: x", "reads one signal, or the moment; \"'rain'\" reads nothing"),
        ("from: '@', type: object, default: {}", "6:13: '@' reads all that there is"),
        ("from: 'keys(@)', type: array, default: []", "reads all that there is"),
        ("from: '*', type: array, default: []", "reads all that there is"),
        ("from: moment.now, type: string, default: x", "reads moment.now, which only a derive may"),
        ("from: 'moment.\"now\"', type: string, default: x", "which only a derive may"),
        ("from: 'to_string(moment)', type: string, default: x", "which only a derive may"),
        ("from: moment, type: object, default: {}", "which only a derive may"),
        ("from: moment.wekday, type: string, default: x", "(did you mean 'weekday'?)"),
        ("from: air.condition, type: integer, default: 1", "6:34: 'air.condition' is string, never integer"),
        (
            "from: air.temperature_c, type: string, default: x",
            "6:38: 'air.temperature_c' is null or number, never string",
        ),
        ("from: air.wind, type: array, default: []", "'air.wind' is null or object, never array"),
        ("from: 'length(air.condition)', type: string, default: x", "is number, never string"),
        ("from: moment.date, type: number, default: 0", "'moment.date' is string, never number"),
    ],
)
def test_what_is_wrong_with_a_field_is_told_with_its_place(line: str, fault: str) -> None:
    """A field that could come out empty, of a wrong type or of nowhere does not load, and says why and where."""
    found = faults(field(line, "{air: {connector: sky}, item: {connector: news}}"))

    assert any(fault in one for one in found)
    assert all(one.startswith("t.yaml:6:") for one in found)
    assert len(found) == (3 if line == "" else 1)


@pytest.mark.parametrize(
    "line",
    [
        "from: air.temperature_c, type: integer, default: 1",  # an integral number passes
        "from: item.quantity, type: number, default: 1",
        "from: item.quantity, type: number, default: 1.5, minimum: 1, maximum: 2",
        "from: item.quantity, type: integer, default: 2.0, enum: [1, 2]",
        "from: item.sku, type: string, nullable: true, default: null, enum: [a, null]",
        "from: 'max_by([air.wind], &speed).speed', type: number, default: 1",
        "from: air.wind.gusts, type: array, default: [], max_length: 0",
        "from: \"moment.weekday == 'monday'\", type: boolean, default: false",
    ],
)
def test_a_field_that_fits_loads(line: str) -> None:
    """The checks refuse nothing that can be right."""
    assert template(field(line, "{air: {connector: sky}, item: {connector: news}}")).fields[0].name == "f"


GROUPED = signals("air: {connector: sky}") + "".join(
    f"  {name}: {{from: air.condition, type: string, default: unknown}}\n" for name in ("one", "two", "three")
)


def test_a_field_knows_its_whole_group() -> None:
    """The fields of a group are named in each of them; the others have none."""
    made = {one.name: one.group for one in template(GROUPED + "groups: {offer: [one, two]}\n").fields}

    assert made == {"today": frozenset(), "one": {"one", "two"}, "two": {"one", "two"}, "three": frozenset()}


@pytest.mark.parametrize(
    ("groups", "fault"),
    [
        ("{a: [one, tow]}", "10:19: no field 'tow' in this template (did you mean 'two'?)"),
        ("{a: [one, two], b: [two, three]}", "10:29: field 'two' is in a group already"),
        ("{a: [one, one]}", "10:19: field 'one' is in a group already"),
        ("{A: [one]}", "10:10: groups.A: should match pattern"),
        ("{a: one}", "10:13: groups.a: should be a list"),
        ("[one]", "10:9: groups: should be a mapping"),
    ],
)
def test_what_is_wrong_with_a_group_is_told_with_its_place(groups: str, fault: str) -> None:
    """A group names fields of the template, each field is in one at most."""
    (found,) = faults(GROUPED + f"groups: {groups}\n")

    assert fault in found


def test_a_section_without_a_line_is_as_good_as_none() -> None:
    """What is commented out wholly says nothing."""
    assert template(GROUPED + "groups:\nvariants:\n").variants == {}
