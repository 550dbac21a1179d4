"""What a call can reach: declared hosts at allowed addresses, and how it ends where nobody is to be found."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from gateway.pool.resolver import Resolver
from names import BRIEF, PATIENT, Names
from raw_upstream import LOOPBACK, Asked, Rig, always, reply

Play = Callable[..., Any]


async def fate(rig: Rig) -> tuple[str, str | None]:
    """How a call ends."""
    return await rig.fate()


def test_a_refused_connection_is_an_error(play: Play) -> None:
    """Where nobody listens the call fails at once, and is not counted as blocked."""

    async def scenario(rig: Rig) -> None:
        rig.upstream.port = 0
        closed = rig.source.connector.settings.model_copy(update={"base_url": "http://127.0.0.1:1"})
        connector = type(rig.source.connector)(closed)

        assert await rig.fate(connector=connector) == ("error", "connect_refused")
        assert rig.pool.statistics().blocked == 0

    play(always(reply()), scenario)


def test_a_private_address_is_refused_unless_it_is_allowed(play: Play) -> None:
    """Without the loopback in the configuration the stand-in itself is out of reach, with not one byte sent."""

    async def scenario(rig: Rig) -> None:
        assert await rig.fate() == ("error", "blocked_address")
        assert rig.upstream.connections == 0
        assert rig.pool.statistics().blocked == 1

    play(always(reply()), scenario, allow_private=())
    assert play(always(reply()), fate, allow_private=LOOPBACK)[0] == "live"


def test_a_host_that_is_not_declared_is_not_called(play: Play) -> None:
    """The host of the base address must be one of the source's hosts."""

    async def scenario(rig: Rig) -> None:
        assert await rig.fate(hosts=("api.example", "*.0.0.1.example")) == ("error", "connector_fault")
        assert rig.upstream.connections == 0

    play(always(reply()), scenario)


async def answer(asked: Asked) -> None:
    """Answers well."""
    await asked.send(reply())


@pytest.mark.parametrize(("found", "fate"), [((), ("error", "dns_error")), (None, ("timeout", "dns_timeout"))])
def test_a_call_says_what_its_name_did(found: Any, fate: tuple[str, str], play_in_real_time: Play) -> None:
    """An unknown name is an error, a silent one a timeout, each with its own cause."""
    names = Names(found or ())
    if found is None:
        names.hanging.add("localhost")

    async def scenario(rig: Rig) -> None:
        assert await rig.fate(within=2) == fate

    # The connect limit is generous and the patience short, so that a slow machine changes no cause.
    law = BRIEF if found is None else PATIENT
    resolver = Resolver(time.monotonic, names, law)
    play_in_real_time(answer, scenario, host="localhost", resolver=resolver, connect_limit=2)
    names.let_go.set()


def test_a_name_that_moves_to_a_private_address_is_refused(play_in_real_time: Play) -> None:
    """What a name resolves to is checked where it is connected to: an allowed name opens no refused address."""
    names = Names(("127.0.0.1", "10.0.0.1"))

    async def scenario(rig: Rig) -> None:
        assert await rig.fate(within=2) == ("error", "blocked_address")
        assert rig.upstream.connections == 0

    resolver = Resolver(time.monotonic, names, PATIENT)
    play_in_real_time(answer, scenario, host="localhost", resolver=resolver, allow_private=(), connect_limit=2)


def test_the_system_is_asked_as_is(play_in_real_time: Play) -> None:
    """Without a stand-in, `localhost` is resolved by the system and reached."""

    async def scenario(rig: Rig) -> None:
        assert (await rig.fate(within=2))[0] == "live"

    resolver = Resolver(time.monotonic, law=PATIENT)
    play_in_real_time(answer, scenario, host="localhost", resolver=resolver, connect_limit=2)
