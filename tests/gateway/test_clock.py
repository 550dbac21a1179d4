"""The clock hands on the time it was given."""

from gateway.clock import Clock


def test_time_is_what_was_passed_in() -> None:
    """A clock reads the two sources it was given and no other."""
    clock = Clock(now=lambda: 1.5, wall=lambda: 1_700_000_000.0)

    assert (clock.now(), clock.wall()) == (1.5, 1_700_000_000.0)
