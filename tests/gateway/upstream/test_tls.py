"""A certificate is always checked: a wrong one ends the call before a byte of the request is sent."""

import asyncio
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import trustme

from gateway.upstream import Pool
from raw_upstream import Asked, Rig, reply

Play = Callable[..., Any]
PAST = datetime(2020, 1, 1, tzinfo=UTC)


async def answer(asked: Asked) -> None:
    """Answers well."""
    await asked.send(reply())


async def fate(rig: Rig) -> tuple[str, str | None]:
    """How a call ends; a request has come in only if it ended well."""
    found = await rig.fate(within=2)
    assert (rig.upstream.requests == []) is (found[0] != "live")
    return found


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """An authority that the pool trusts."""
    return trustme.CA()


def served_by(leaf: trustme.LeafCert) -> ssl.SSLContext:
    """What a server shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """What a pool checks against."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda authority: authority.issue_cert("127.0.0.1"), ("live", '{"id": "a"}')),
        (lambda authority: authority.issue_cert("other.example"), ("error", "tls_error")),
        (lambda authority: authority.issue_cert("127.0.0.1", not_after=PAST), ("error", "tls_error")),
        (lambda _: trustme.CA().issue_cert("127.0.0.1"), ("error", "tls_error")),
    ],
    ids=["right", "wrong host", "expired", "of an unknown authority"],
)
def test_a_certificate_is_checked(
    make: Callable[[trustme.CA], trustme.LeafCert],
    found: tuple[str, str],
    authority: trustme.CA,
    play_in_real_time: Play,
) -> None:
    """Only a certificate in time, for this host and from a trusted authority is good enough."""
    server = served_by(make(authority))

    assert play_in_real_time(answer, fate, server_tls=server, tls=trusting(authority), connect_limit=2) == found


def test_a_handshake_that_stalls_ends_with_the_connect_limit(authority: trustme.CA, play: Play) -> None:
    """A server that accepts and says nothing costs no more than a connection may, well before the call's limit."""

    async def scenario(rig: Rig) -> None:
        async def mute(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            rig.upstream.writers.append(writer)

        server = await asyncio.start_server(mute, "127.0.0.1", 0)
        base = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        connector = type(rig.source.connector)(rig.source.connector.settings.model_copy(update={"base_url": base}))
        began = rig.clock.now()
        found = await rig.fate(connector=connector)
        took = rig.clock.now() - began
        server.close()

        assert found == ("timeout", "connect_timeout")
        assert took == pytest.approx(0.1, abs=0.01)

    play(answer, scenario)


def test_a_pool_checks_unless_it_is_told_whom_to_trust(authority: trustme.CA, play_in_real_time: Play) -> None:
    """There is no setting without a check: by default the system's authorities are trusted, and no other."""
    server = served_by(authority.issue_cert("127.0.0.1"))

    async def scenario(rig: Rig) -> tuple[str, str | None]:
        default = Pool(rig.clock, allow_private=(), connect_limit=2)
        default._connector._socket_factory = rig.pool._connector._socket_factory
        rig.pool, mine = default, rig.pool
        try:
            return await rig.fate(within=2)
        finally:
            await default.close()
            rig.pool = mine

    found = play_in_real_time(answer, scenario, server_tls=server, tls=trusting(authority), connect_limit=2)
    assert found == ("error", "tls_error")
