"""What a field may hold, and the JSON Schema that says the same."""

import math
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from gateway.catalog.templates import REFUSED
from gateway.catalog.templates.model import FieldModel
from gateway.catalog.templates.values import BOUNDS, Kind

EXACT = 2**53 - 1


def kind(**stated: Any) -> Kind:
    """The kind of a field of which this is stated."""
    return Kind.of(FieldModel.model_validate({"from": "moment.date", "default": None, **stated}))


@pytest.mark.parametrize(
    ("stated", "value", "expected"),
    [
        ({"type": "string"}, "x", "x"),
        ({"type": "string"}, 1, REFUSED),
        ({"type": "string", "max_length": 2}, "abc", REFUSED),
        ({"type": "string", "max_length": 2}, "ab", "ab"),
        ({"type": "string", "enum": ["a"]}, "b", REFUSED),
        ({"type": "number"}, 1, 1),
        ({"type": "number"}, 1.5, 1.5),
        ({"type": "number"}, "1.5", REFUSED),
        ({"type": "number"}, True, REFUSED),
        ({"type": "number"}, math.nan, REFUSED),
        ({"type": "number"}, math.inf, REFUSED),
        ({"type": "number"}, EXACT, EXACT),
        ({"type": "number"}, 2**60, float(2**60)),
        ({"type": "number"}, 10**400, REFUSED),
        ({"type": "number", "minimum": 0}, -0.5, REFUSED),
        ({"type": "number", "maximum": 1}, 1, 1),
        ({"type": "integer"}, 3, 3),
        ({"type": "integer"}, 3.0, 3),
        ({"type": "integer"}, 3.5, REFUSED),
        ({"type": "integer"}, False, REFUSED),
        ({"type": "integer"}, math.inf, REFUSED),
        ({"type": "integer"}, EXACT + 1, REFUSED),
        ({"type": "integer"}, -1e300, REFUSED),
        ({"type": "integer", "enum": [1, 2]}, 2.0, 2),
        ({"type": "boolean"}, False, False),
        ({"type": "boolean"}, 0, REFUSED),
        ({"type": "object"}, {"a": 1}, {"a": 1}),
        ({"type": "object"}, [], REFUSED),
        ({"type": "array"}, [1], [1]),
        ({"type": "array", "max_length": 1}, [1, 2], REFUSED),
        ({"type": "array"}, (1,), REFUSED),
        ({"type": "array"}, "x", REFUSED),
        ({"type": "string", "nullable": True}, None, REFUSED),
    ],
)
def test_a_value_is_of_the_type_and_within_the_bounds(stated: dict[str, Any], value: Any, expected: Any) -> None:
    """Nothing is coerced but an integral float; null is never a value of a type."""
    read = kind(**stated).read(value)

    assert read is expected or (read == expected and type(read) is type(expected))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-3, 3).map(float)
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from([EXACT, EXACT + 1, -EXACT, -EXACT - 1, 2.0**53, 1e300, -0.0]),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=2), below, max_size=2),
    max_leaves=5,
)


@st.composite
def kinds(draw: st.DrawFn) -> Kind:
    """Any kind that a template can state."""
    field_type = draw(st.sampled_from(["string", "number", "integer", "boolean", "object", "array"]))
    stated: dict[str, Any] = {"type": field_type, "nullable": draw(st.booleans())}
    values = {
        "minimum": st.floats(-5, 5) | st.just(float(EXACT)),
        "maximum": st.floats(-5, 5) | st.just(-float(EXACT)),
        "max_length": st.integers(0, 3),
    }
    for bound, strategy in values.items():
        if field_type in BOUNDS[bound] and draw(st.booleans()):
            stated[bound] = draw(strategy)
    whole = kind(**stated)
    if field_type in BOUNDS["enum"] and draw(st.booleans()):
        fitting = [value for value in draw(st.lists(JSON, max_size=6)) if whole.read(value) is not REFUSED]
        stated["enum"] = fitting or None
    return kind(**stated)


@given(kinds(), JSON)
def test_the_schema_accepts_exactly_what_is_read(made: Kind, value: Any) -> None:
    """What is read validates, and what is refused does not; null validates where it may stand."""
    schema = made.schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    read = made.read(value)

    if read is not REFUSED:
        assert validator.is_valid(read)
        assert made.read(read) == read
    elif value is None:
        assert validator.is_valid(None) is made.nullable
    elif not _is_no_json(value):
        assert not validator.is_valid(value)


def _is_no_json(value: Any) -> bool:
    """Whether a number cannot stand in JSON at all, or not as any player reads it."""
    if type(value) is int:
        return abs(value) > 1.7e308
    return type(value) is float and not math.isfinite(value)


@pytest.mark.parametrize("value", [EXACT, EXACT + 1, -EXACT, -EXACT - 1, 2.0**53, 1e300])
def test_the_schema_states_which_integers_every_player_reads(value: float) -> None:
    """An integer that a browser would round is refused, and its schema says so."""
    made = kind(type="integer")

    assert Draft202012Validator(made.schema()).is_valid(value) is (made.read(value) is not REFUSED)


@given(kinds())
def test_the_schema_is_json(made: Kind) -> None:
    """A schema can be sent: no infinity, no tuple."""
    assert orjson.loads(orjson.dumps(made.schema())) == made.schema()
