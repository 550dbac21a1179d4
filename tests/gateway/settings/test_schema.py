"""The core schema: what an unquoted scalar means."""

import math
from typing import Any

import pytest

from gateway.settings.schema import resolve


@pytest.mark.parametrize(
    "text", ["NO", "no", "yes", "on", "off", "y", "12:30", "2026-11-23", "1_000", "0b11", "nULL", "1e", "=", "<<", "."]
)
def test_what_only_yaml_1_1_knows_is_a_string(text: str) -> None:
    """Countries, times and dates stay what was written."""
    assert resolve(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("FALSE", False),
        ("12", 12),
        ("-7", -7),
        ("010", 10),
        ("0o17", 15),
        ("0xfF", 255),
        ("1.10", 1.1),
        ("1.", 1.0),
        (".5", 0.5),
        ("-1e3", -1000.0),
        ("-.inf", -math.inf),
        ("+.INF", math.inf),
    ],
)
def test_the_forms_of_the_core_schema(text: str, value: Any) -> None:
    """Null, booleans, whole numbers and floats have exactly the forms of YAML 1.2."""
    resolved = resolve(text)

    assert (type(resolved), resolved) == (type(value), value)


def test_not_a_number_is_a_float() -> None:
    """`.nan` is the one value that does not equal itself."""
    assert resolve(".nan") != resolve(".nan")


def test_a_number_longer_than_python_reads_is_refused() -> None:
    """A whole number of thousands of digits raises instead of taking the time to read it."""
    with pytest.raises(ValueError, match="digits"):
        resolve("9" * 5000)
