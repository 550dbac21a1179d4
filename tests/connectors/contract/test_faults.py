"""The six faults, and their base that cannot be raised."""

import pytest

from connectors import Absent, BadReply, Fault, Misconfigured, Throttled, Transient, Unauthorized


def test_the_base_cannot_be_raised() -> None:
    """A fault without a reason says nothing, so the base refuses to be made."""
    with pytest.raises(TypeError, match="one of them"):
        Fault("something")


@pytest.mark.parametrize(
    ("kind", "reason", "culprit"),
    [
        (Absent, "absent", "nobody"),
        (Throttled, "quota", "gateway"),
        (Unauthorized, "unauthorized", "gateway"),
        (Transient, "error", "upstream"),
        (BadReply, "invalid", "upstream"),
        (Misconfigured, "error", "connector"),
    ],
)
def test_each_fault_names_its_reason_and_who_must_act(kind: type[Fault], reason: str, culprit: str) -> None:
    """Every fault carries the payload's reason and the one who must act on it."""
    made = kind("a message")

    assert (made.reason, made.fault, str(made)) == (reason, culprit, "a message")


def test_a_throttled_fault_keeps_the_wait() -> None:
    """The wait that the vendor asked for travels with the fault; without one it is None, never 0."""
    assert (Throttled(retry_after=7.0).retry_after, Throttled().retry_after) == (7.0, None)
