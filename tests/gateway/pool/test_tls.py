"""A certificate is always checked: a wrong one ends the call before a byte of the request is sent."""

import asyncio
import os
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
import trustme

from connectors import Call, Settings
from gateway.pool import Pool
from raw_upstream import LOOPBACK, Asked, Rig, comes_true, reply

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
        default = Pool(rig.clock, allow_private=LOOPBACK, connect_limit=2)
        rig.pool, mine = default, rig.pool
        try:
            return await rig.fate(within=2)
        finally:
            await default.close()
            rig.pool = mine

    found = play_in_real_time(answer, scenario, server_tls=server, tls=trusting(authority), connect_limit=2)
    assert found == ("error", "tls_error")


def test_a_pool_that_would_not_check_is_not_made(authority: trustme.CA, play: Play) -> None:
    """Neither the certificate nor its name can be left unchecked by whoever makes a pool."""
    nameless, blind = trusting(authority), trusting(authority)
    nameless.check_hostname = blind.check_hostname = False
    blind.verify_mode = ssl.CERT_NONE

    async def scenario(rig: Rig) -> None:
        for context in (nameless, blind):
            with pytest.raises(ValueError, match="always checked"):
                Pool(rig.clock, tls=context)

    play(answer, scenario)


def test_a_connection_over_tls_is_used_again(authority: trustme.CA, play_in_real_time: Play) -> None:
    """One handshake serves many calls; it has settled on HTTP/1.1 where the server can do more."""
    server = served_by(authority.issue_cert("127.0.0.1"))
    server.set_alpn_protocols(["h2", "http/1.1"])
    spoken: set[str | None] = set()

    async def echo(asked: Asked) -> None:
        spoken.add(asked.writer.get_extra_info("ssl_object").selected_alpn_protocol())
        await asked.send(reply(asked.id.encode()))

    async def scenario(rig: Rig) -> None:
        for number in range(50):
            call = Call("GET", "/v1", params={"id": str(number)})
            assert await rig.fate(call, within=2) == ("live", str(number))
        assert (rig.upstream.connections, spoken) == (1, {"http/1.1"})

    play_in_real_time(echo, scenario, server_tls=server, tls=trusting(authority), connect_limit=2)


@pytest.mark.parametrize("wait", [0.0, 0.02])
def test_a_stray_answer_inside_of_tls_is_nobodys(wait: float, authority: trustme.CA, play_in_real_time: Play) -> None:
    """An answer too many ends a connection over TLS as it ends any other."""
    server = served_by(authority.issue_cert("127.0.0.1"))

    async def behave(asked: Asked) -> None:
        await asked.send(reply(asked.id.encode()))
        if asked.number == 1:
            await asyncio.sleep(wait)
            await asked.send(reply(b"stray"))

    async def scenario(rig: Rig) -> None:
        for name in ("first", "second", "third"):
            assert await rig.fate(Call("GET", "/v1", params={"id": name}), within=2) == ("live", name)
            assert await comes_true(lambda: rig.pool.statistics().desynchronised)
        assert rig.upstream.connections > 1
        assert rig.pool.statistics().desynchronised == 1

    play_in_real_time(behave, scenario, server_tls=server, tls=trusting(authority), connect_limit=2)


@pytest.mark.parametrize(
    ("is_said", "found"), [(True, ("live", "[1, 2")), (False, ("error", "cut_short"))], ids=["said", "not said"]
)
def test_an_end_that_tls_does_not_say_is_none(
    is_said: bool, found: tuple[str, str], authority: trustme.CA, play_in_real_time: Play
) -> None:
    """A reply that ends with its connection is whole only if the other side said so: anybody can cut a connection."""
    context = served_by(authority.issue_cert("127.0.0.1"))
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        raw, _ = listening.accept()
        raw.settimeout(5)
        with context.wrap_socket(raw, server_side=True) as wrapped:
            wrapped.recv(4096)
            wrapped.sendall(b"HTTP/1.0 200 OK\r\n\r\n[1, 2")
            with suppress(OSError):
                wrapped.unwrap() if is_said else wrapped.shutdown(socket.SHUT_RDWR)

    async def scenario(rig: Rig) -> tuple[str, str | None]:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        base = f"https://127.0.0.1:{listening.getsockname()[1]}"
        try:
            return await rig.fate(connector=type(rig.source.connector)(Settings(base_url=base)), within=2)
        finally:
            await asyncio.to_thread(thread.join, 2)

    with listening:
        assert play_in_real_time(answer, scenario, tls=trusting(authority), connect_limit=2) == found


def test_handshakes_that_are_left_leave_nothing(authority: trustme.CA, play_in_real_time: Play) -> None:
    """Two hundred callers who leave in the middle of a handshake leave no descriptor and no task."""
    server = served_by(authority.issue_cert("127.0.0.1"))

    async def scenario(rig: Rig) -> None:
        assert (await rig.fate(within=2))[0] == "live"
        files, tasks = len(os.listdir("/proc/self/fd")), len(asyncio.all_tasks())
        for number in range(200):
            call = asyncio.ensure_future(rig.ask(reuse=False, within=2))
            for _ in range(number % 10):
                await asyncio.sleep(0)
            call.cancel()
            await asyncio.wait({call})

        assert await comes_true(lambda: len(os.listdir("/proc/self/fd")) <= files)
        assert await comes_true(lambda: len(asyncio.all_tasks()) <= tasks)
        assert rig.pool.statistics().open == rig.pool.statistics().idle
        assert (await rig.fate(within=2))[0] == "live"

    play_in_real_time(answer, scenario, server_tls=server, tls=trusting(authority), connect_limit=2)
