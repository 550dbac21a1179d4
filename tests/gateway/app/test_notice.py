"""A notice: told at once, then at most once a minute, and none is lost from the count."""

import logging

import pytest

from gate_bench import Hand
from gateway.app.notice import Notice


def test_it_is_told_at_once_and_then_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """The first is told; those of the next minute with the first after it; and so on."""
    hand = Hand()
    notice = Notice("it happened: %d", hand.clock)
    with caplog.at_level(logging.WARNING, "moment"):
        for _ in range(130):
            notice.happened()
            hand.later(1.0)

    told = [record.getMessage() for record in caplog.records]
    assert told == ["it happened: 1", "it happened: 60", "it happened: 60"]
