"""Fixtures that play a scenario against a raw upstream: in virtual time, or in real time where threads take part."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import looptime
import pytest
import uvloop

from raw_upstream import Behaviour, Rig, rig

Scenario = Callable[[Rig], Awaitable[Any]]
Play = Callable[..., Any]


def play_on(loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> Play:
    """Makes the function that plays scenarios on loops of one kind."""

    async def play(behave: Behaviour, scenario: Scenario, **options: Any) -> Any:
        async with rig(behave, **options) as made:
            return await scenario(made)

    def run(behave: Behaviour, scenario: Scenario, **options: Any) -> Any:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            return runner.run(play(behave, scenario, **options))

    return run


@pytest.fixture
def play() -> Play:
    """Plays a scenario in virtual time."""
    return play_on(looptime.new_event_loop)


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def play_in_real_time(request: pytest.FixtureRequest) -> Play:
    """Plays a scenario in real time, on each kind of loop that the gateway runs on."""
    return play_on(request.param)
