"""Who may connect: the caps in all and of an address, and who is trusted; reckoned by hand and over real sockets."""

import asyncio
import ipaddress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exposition import read_exposition
from gateway.app.connections import Connections, ConnectionsLaw
from running import Edit, Running, config, running

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
SHIPPED = "connections: {most: 10000, each_address: 64, trusted: [127.0.0.0/8, "


def connections(in_all: int = 100, each_address: int = 2) -> Connections:
    """Connections of a port."""
    return Connections(ConnectionsLaw(in_all, each_address, LOOPBACK))


@pytest.mark.parametrize(
    "hosts",
    [
        ["192.0.2.1"] * 3,
        ["::ffff:192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1"],
        ["2001:db8::1", "2001:db8::2", "2001:db8::ffff:ffff:ffff:ffff"],
        ["fe80::1%eth0", "fe80::2%eth1", "fe80::3"],
    ],
)
def test_an_address_has_so_many(hosts: list[str]) -> None:
    """The third of one address is refused, in whatever form that is written, and of one /64 of IPv6."""
    port = connections()

    assert [port.enter(number, host) for number, host in enumerate(hosts)] == [True, True, False]
    assert (len(port), port.refused) == (2, {"in_all": 0, "each_address": 1})


def test_others_are_let_in_beside_it() -> None:
    """An address that is full is full for itself: the next address, and the next /64, are not."""
    port = connections()
    hosts = ["192.0.2.1"] * 3 + ["192.0.2.2", "2001:db8::1", "2001:db8:0:1::1"]

    assert [port.enter(number, host) for number, host in enumerate(hosts)] == [True, True, False, True, True, True]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_a_trusted_address_counts_in_all_alone(host: str) -> None:
    """This computer may have more than an address may, and not more than all may."""
    port = connections(in_all=5)

    assert [port.enter(number, host) for number in range(6)] == [True] * 5 + [False]
    assert port.refused == {"in_all": 1, "each_address": 0}


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from(["192.0.2.1", "192.0.2.2", "::1"]), st.booleans())))
def test_nothing_is_kept_of_who_has_gone(steps: list[tuple[int, str, bool]]) -> None:
    """However connections come and go, also twice or refused: with the last of them gone, no address stands there."""
    port = connections(in_all=6)
    there: dict[int, str] = {}
    for number, host, leaves in steps:
        if leaves:
            port.leave(number)
            there.pop(number, None)
        elif number not in there and port.enter(number, host):
            there[number] = host
        assert len(port) == len(there) <= 6
        assert all(list(there.values()).count(one) <= 2 for one in ("192.0.2.1", "192.0.2.2"))
    for number in range(21):
        port.leave(number)

    assert (len(port), dict(port._of)) == (0, {})


def told(moment: Running, name: str, **labels: str) -> float:
    """A number of the metrics, read without a connection."""
    return read_exposition(moment.served.assembly.engine.metrics.text(), name).of(name, **labels)


async def is_open(moment: Running) -> tuple[bool, asyncio.StreamWriter]:
    """Whether a new connection is answered on, and the connection."""
    at = moment.served.public
    reader, writer = await asyncio.open_connection(at.host, at.port)
    try:
        writer.write(b"GET /v1/templates HTTP/1.1\r\nHost: x\r\n\r\n")
        async with asyncio.timeout(2):
            return (await reader.read(12)) == b"HTTP/1.1 200", writer
    except ConnectionError:
        return False, writer


async def opened(folder: Path, count: int, edit: Edit) -> tuple[list[bool], list[bool], float, float]:
    """What comes of so many connections to a gateway, and of so many again once they have ended; how many it counts."""
    async with running(config(folder, edit)) as moment:
        tried = [await is_open(moment) for _ in range(count)]
        standing = told(moment, "moment_connections")
        refused = told(moment, "moment_connections_refused_total")
        for _, writer in tried:
            writer.transport.abort()
        async with asyncio.timeout(2):
            while told(moment, "moment_connections"):  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0)
        again = [await is_open(moment) for _ in range(count)]
        for _, writer in again:
            writer.transport.abort()
    return [one for one, _ in tried], [one for one, _ in again], standing, refused


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "new",
    [
        "connections: {most: 10000, each_address: 3, trusted: [10.0.0.0/8, ",  # this computer is not trusted
        "connections: {most: 3, each_address: 64, trusted: [127.0.0.0/8, ",
    ],
)
async def test_what_is_beyond_is_closed_at_once(tmp_path: Path, new: str) -> None:
    """Three are answered and two are not; when the three have gone, three are again."""
    first, again, standing, refused = await opened(tmp_path, 5, ("gateway.yaml", SHIPPED, new))

    assert first == again == [True] * 3 + [False] * 2
    assert (standing, refused) == (3, 2)


@pytest.mark.asyncio
async def test_this_computer_is_trusted_as_shipped(tmp_path: Path) -> None:
    """A load test from loopback has more connections than an address may."""
    first, _, standing, refused = await opened(tmp_path, 70, ("gateway.yaml", SHIPPED, SHIPPED))

    assert first == [True] * 70
    assert (standing, refused) == (70, 0)
