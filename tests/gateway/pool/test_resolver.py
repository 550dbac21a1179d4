"""A name that is slow or gone costs its own source a little time, and no other source any."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gateway.pool.resolver import MOST_LOOKUPS, DnsTimeout, Resolver, ResolverLaw, UnknownName
from names import BRIEF, PATIENT, Names

Play = Callable[..., Any]


class Time:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def run(scenario: Callable[[Resolver, Names, Time], Awaitable[None]], law: ResolverLaw = BRIEF) -> None:
    """Runs a scenario in real time, because lookups are threads; the resolver's own clock is the test's."""

    async def played() -> None:
        names, clock = Names(), Time()
        resolver = Resolver(clock, names, law)
        try:
            await asyncio.wait_for(scenario(resolver, names, clock), 5)
        finally:
            names.let_go.set()
            resolver.close()

    asyncio.run(played())


async def addresses(resolver: Resolver, host: str = "api.example") -> list[str]:
    """The addresses of a host, as texts."""
    return list(await resolver.resolve(host))


def test_a_name_is_looked_up_once_while_it_is_fresh() -> None:
    """Many callers at once share one lookup, and later ones have its result until it is no longer fresh."""

    async def scenario(resolver: Resolver, names: Names, clock: Time) -> None:
        names.addresses = ("127.0.0.1", "::1")
        first = await asyncio.gather(*(addresses(resolver) for _ in range(10)))
        clock.now += 29
        await addresses(resolver)
        assert (first[0], names.asked) == (["127.0.0.1", "::1"], ["api.example"])

        clock.now += 2
        names.addresses = ("127.0.0.2",)
        assert await addresses(resolver) == ["127.0.0.2"]

    run(scenario, PATIENT)


def test_the_last_good_address_serves_while_a_name_is_gone() -> None:
    """A failing lookup leaves the old address in use up to an hour, and is not repeated for five seconds."""

    async def scenario(resolver: Resolver, names: Names, clock: Time) -> None:
        await addresses(resolver)
        names.addresses = ()
        clock.now += 3000
        assert await addresses(resolver) == ["127.0.0.1"]
        assert await addresses(resolver) == ["127.0.0.1"]
        assert len(names.asked) == 2

        clock.now += 700
        with pytest.raises(UnknownName):
            await addresses(resolver)

    run(scenario, PATIENT)


def test_a_failure_is_remembered_for_a_while() -> None:
    """An unknown name is asked for again only after five seconds."""

    async def scenario(resolver: Resolver, names: Names, clock: Time) -> None:
        names.addresses = ()
        for _ in range(3):
            with pytest.raises(UnknownName):
                await addresses(resolver)
        assert len(names.asked) == 1

        clock.now += 6
        names.addresses = ("127.0.0.1",)
        assert await addresses(resolver) == ["127.0.0.1"]

    run(scenario, PATIENT)


def test_a_slow_name_holds_up_no_other() -> None:
    """Sixteen names that hang give up within the patience, with one lookup each; a healthy name is resolved."""

    async def scenario(resolver: Resolver, names: Names, clock: Time) -> None:
        slow = [f"slow{number}.example" for number in range(16)]
        names.hanging = set(slow)
        for _ in range(2):
            ends = await asyncio.gather(*(addresses(resolver, host) for host in slow), return_exceptions=True)
            assert {type(end) for end in ends} == {DnsTimeout}

        # Its patience is short, but the thread has nothing to wait for: twenty tries are two seconds' worth.
        found: list[str] = []
        for _ in range(20):
            try:
                found = await addresses(resolver, "healthy.example")
            except DnsTimeout:
                continue
            break
        assert found == ["127.0.0.1"]
        assert sorted(names.asked) == sorted([*slow, "healthy.example"])

    run(scenario)


def test_a_slow_name_uses_its_last_address_and_waits_for_it_once() -> None:
    """While a lookup hangs, the old address is used, after the patience at first and at once from then on."""

    async def scenario(resolver: Resolver, names: Names, clock: Time) -> None:
        while not names.asked or not resolver._hosts["api.example"].addresses:
            try:
                await addresses(resolver)
            except DnsTimeout:
                continue
        names.hanging.add("api.example")
        clock.now += 60
        assert await addresses(resolver) == ["127.0.0.1"]

        clock.now += 1
        began = time.perf_counter()
        for _ in range(40):
            assert await addresses(resolver) == ["127.0.0.1"]
        assert time.perf_counter() - began < 40 * BRIEF.patience

    run(scenario)


def test_there_are_never_more_lookups_than_allowed() -> None:
    """Beyond the most lookups a further name fails rather than start a thread, and is served once one has ended."""

    async def scenario(resolver: Resolver, names: Names, clock: Time) -> None:
        slow = [f"slow{number}.example" for number in range(MOST_LOOKUPS)]
        names.hanging = set(slow)
        await asyncio.gather(*(addresses(resolver, host) for host in slow), return_exceptions=True)
        with pytest.raises(DnsTimeout):
            await addresses(resolver)
        assert "api.example" not in names.asked

        names.let_go.set()
        for _ in range(40):
            try:
                assert await addresses(resolver) == ["127.0.0.1"]
            except DnsTimeout:
                await asyncio.sleep(0.01)
                continue
            break
        assert "api.example" in names.asked

    run(scenario)


def test_a_caller_who_leaves_stops_no_lookup() -> None:
    """The result of a lookup whose caller was cancelled serves the next one."""

    async def scenario(resolver: Resolver, names: Names, clock: Time) -> None:
        names.hanging.add("api.example")
        leaver = asyncio.ensure_future(addresses(resolver))
        await asyncio.sleep(0)
        leaver.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaver

        names.let_go.set()
        assert await addresses(resolver) == ["127.0.0.1"]
        assert len(names.asked) == 1

    run(scenario, PATIENT)
