"""The shipped `gateway.yaml`: it says what is so without it."""

from pathlib import Path

import pytest

from gateway.settings import GatewaySettings, parse_document, read_document, validate
from running import stated

SHIPPED = Path(__file__).resolve().parents[3] / "config" / "gateway.yaml"
MARKED = {"upstream"}
"""The section with the one line that is no default: the lab is on this computer."""
GUARDS = {"cache", "batch", "breaker", "bulkhead", "hedge", "retry", "late"}


@pytest.mark.parametrize("section", sorted(GatewaySettings.model_fields.keys() - MARKED))
def test_the_file_states_the_defaults(section: str) -> None:
    """Each number that an operator reads there is the one in force when the line is taken away."""
    shipped = validate(read_document(SHIPPED, {}), GatewaySettings)

    assert getattr(shipped, section) == getattr(GatewaySettings(), section)


@pytest.mark.parametrize("section", sorted(GUARDS))
def test_the_examples_of_the_guards_are_their_defaults(section: str) -> None:
    """Each is a comment, fits when it is said, and says a number that is in force already."""
    text = SHIPPED.read_text(encoding="utf-8")
    assert section not in parse_document(text, "gateway.yaml", {}).data

    example = parse_document(stated(text), "gateway.yaml", {})

    assert example.data[section]
    assert getattr(validate(example, GatewaySettings), section) == getattr(GatewaySettings(), section)
