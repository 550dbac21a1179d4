"""Which addresses may be connected to, whatever they are spelled like."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pool.addresses import is_address, is_allowed, reached

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)

REFUSED = [
    "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "168.63.129.16", "192.0.0.192", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::a9fe:a9fe", "64:ff9b::10.0.0.1", "64:ff9b:1::1",
    "2002:a9fe:a9fe::", "2002:7f00:1::", "::127.0.0.1", "2001:db8::1", "100::1", "localhost", "127.1", "0x7f.1",
    "2130706433", "",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::"]


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_not_public_is_refused(address: str) -> None:
    """Private, local, reserved, multicast and metadata addresses are out of reach in every form; so is no address."""
    assert not is_allowed(address, ())


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is_allowed(address: str) -> None:
    """Public addresses need no word in the configuration, also inside an IPv6 form."""
    assert is_allowed(address, ())


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::ffff:127.0.0.1", "64:ff9b::7f00:1"])
def test_an_allowed_range_opens_itself_only(address: str) -> None:
    """A range of the configuration lets its own addresses through, in every form, and no neighbour."""
    assert is_allowed(address, LOOPBACK)
    assert not is_allowed("10.0.0.1", LOOPBACK)
    assert not is_allowed("::1", LOOPBACK)


@given(st.ip_addresses(v=4))
def test_a_form_of_ipv6_changes_nothing(address: ipaddress.IPv4Address) -> None:
    """An IPv4 address is allowed or refused alike, bare, mapped, behind NAT64 or 6to4."""
    number = int(address)
    forms = [f"::ffff:{address}", f"64:ff9b::{address}", f"2002:{number >> 16:x}:{number & 0xFFFF:x}::"]

    assert {reached(form) for form in forms} == {address}
    assert {is_allowed(form, ()) for form in forms} == {is_allowed(str(address), ())}


@pytest.mark.parametrize(
    ("host", "is_one"),
    [
        ("1.1.1.1", True),
        ("::1", True),
        ("127.1", False),
        ("0x7f.1", False),
        ("2130706433", False),
        ("localhost", False),
    ],
)
def test_only_a_full_address_is_connected_to_without_a_lookup(host: str, is_one: bool) -> None:
    """A short form of an address is a name like any other: what it resolves to is what is checked."""
    assert is_address(host) is is_one
