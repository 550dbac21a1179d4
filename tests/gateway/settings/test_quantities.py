"""Durations and sizes: numbers with a unit."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from gateway.settings import (
    Duration,
    PositiveDuration,
    Size,
    format_duration,
    format_size,
    parse_duration,
    parse_size,
)

DURATION: TypeAdapter[timedelta] = TypeAdapter(Duration)
SIZE: TypeAdapter[int] = TypeAdapter(Size)


class Held(BaseModel):
    wait: Duration
    size: Size


def message(adapter: TypeAdapter[Any], value: Any) -> str:
    """What the type says of a value that it refuses."""
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(value)
    return str(caught.value.errors()[0]["msg"])


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("0ms", 0),
        ("400ms", 400),
        ("1.5s", 1500),
        ("0.5ms", 0.5),
        ("15m", 900_000),
        ("2h", 7_200_000),
        ("7d", 604_800_000),
    ],
)
def test_a_duration_has_a_number_and_a_unit(text: str, milliseconds: float) -> None:
    """Milliseconds to days, whole or with a fraction, are exact."""
    assert parse_duration(text) == timedelta(milliseconds=milliseconds)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (300, "needs a unit"),
        (0, "needs a unit"),
        (1.5, "needs a unit"),
        ("300", "needs a unit"),
        ("-5s", "cannot be negative"),
        (-5, "cannot be negative"),
        (timedelta(seconds=-1), "cannot be negative"),
        ("0.0001ms", "finer than a microsecond"),
        ("99999999999999999d", "that long"),
        ("", "a number and a unit"),
        ("5 s", "a number and a unit"),
        ("5S", "a number and a unit"),
        ("5s\n", "a number and a unit"),
        ("٣s", "a number and a unit"),
        (".5s", "a number and a unit"),
        ("5w", "a number and a unit"),
        (True, "a number and a unit"),
        (None, "a number and a unit"),
        (["1s"], "a number and a unit"),
    ],
)
def test_what_is_no_duration_is_told_why(value: Any, says: str) -> None:
    """A bare number, a negative one, an unknown unit and anything else are refused in words for their case."""
    assert says in message(DURATION, value)


@given(st.timedeltas(min_value=timedelta()))
def test_a_duration_survives_its_text(duration: timedelta) -> None:
    """Every duration is written so that it is read back exactly."""
    assert parse_duration(format_duration(duration)) == duration


@given(st.text(max_size=20))
def test_any_text_is_a_duration_or_a_reason(text: str) -> None:
    """No text makes the parser raise anything but its own refusal."""
    try:
        told = format_duration(parse_duration(text))
    except ValueError as error:
        told = str(error)

    assert told.startswith("a duration ") or parse_duration(told) == parse_duration(text)


@pytest.mark.parametrize(
    ("text", "size"), [("0B", 0), ("512B", 512), ("64KiB", 65_536), ("1MiB", 1_048_576), ("2GiB", 2_147_483_648)]
)
def test_a_size_has_a_number_and_a_unit(text: str, size: int) -> None:
    """Bytes are counted in powers of 1024, and written back in the same form."""
    assert parse_size(text) == size
    assert format_size(size) == text


@given(st.integers(min_value=0, max_value=2**40))
def test_a_size_survives_its_text(size: int) -> None:
    """Every size is written so that it is read back exactly."""
    assert parse_size(format_size(size)) == size


@pytest.mark.parametrize("value", ["64KB", "64kib", "1.5MiB", "-1KiB", "KiB", "", -1, 1.5, True, None, "1KiB\n"])
def test_what_is_no_size_is_refused(value: Any) -> None:
    """Decimal units, fractions, negative numbers and anything else are refused with an example."""
    assert "64KiB" in message(SIZE, value)


def test_a_model_writes_the_text_form() -> None:
    """In JSON a duration and a size are the text that an operator would write; in Python they stay numbers."""
    held = Held.model_validate({"wait": "1.5s", "size": "64KiB"})

    assert held.model_dump(mode="json") == {"wait": "1500ms", "size": "64KiB"}
    assert Held.model_validate(held.model_dump()) == held
    assert Held.model_json_schema()["properties"]["wait"]["type"] == "string"


def test_some_durations_may_not_be_zero() -> None:
    """A wait that would make the gateway useless at 0 is refused there."""
    assert "longer than 0ms" in message(TypeAdapter(PositiveDuration), "0ms")
