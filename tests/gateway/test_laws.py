"""The numbers of the guards stand once: settings that say nothing come to the laws as they are."""

from dataclasses import fields

import pytest

from gateway.app.laws import laws_of
from gateway.laws import Laws, most_to_one
from gateway.settings import GatewaySettings


@pytest.mark.parametrize("law", [one.name for one in fields(Laws)])
def test_the_defaults_of_the_settings_are_those_of_the_laws(law: str) -> None:
    """Guard by guard, in seconds and bytes."""
    assert getattr(laws_of(GatewaySettings()), law) == getattr(Laws(), law)


@pytest.mark.parametrize(("connections", "most"), [(1024, 256), (7, 1), (1, 1)])
def test_one_vendor_has_a_quarter_of_the_connections(connections: int, most: int) -> None:
    """And one at least."""
    assert most_to_one(connections) == most
