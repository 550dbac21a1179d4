"""Which addresses may be connected to: checked on the socket itself, so that no spelling of an address gets around it.

A check of the name, or of an earlier resolution, is passed by `127.1`, by a literal and by a name that resolves anew.
"""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

# `ipaddress` calls these global, though a cloud's metadata service or a neighbour answers there.
_NOT_PUBLIC: tuple[Network, ...] = (
    ipaddress.IPv4Network("168.63.129.16/32"),
    ipaddress.IPv4Network("192.0.0.0/24"),
    ipaddress.IPv6Network("fec0::/10"),
    ipaddress.IPv6Network("64:ff9b:1::/48"),
)


class BlockedAddress(OSError):  # noqa: N818 - says what is wrong with it
    """The address is private, local or reserved, and the configuration does not allow its range."""

    def __init__(self) -> None:
        super().__init__("the address is not public and not allowed")


def reached(text: str) -> Address:
    """The address that packets will end up at: an IPv4 address inside an IPv6 one is taken out.

    Raises:
        ValueError: the text is no address.
    """
    address: Address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def is_allowed(text: str, allow_private: tuple[Network, ...]) -> bool:
    """Whether an address may be connected to: it is public, or stands in an allowed range."""
    try:
        address = reached(text)
    except ValueError:
        return False
    if any(address in network for network in allow_private):
        return True
    public = address.is_global and not address.is_multicast and not address.is_reserved
    return public and not any(address in network for network in _NOT_PUBLIC)


def is_address(host: str) -> bool:
    """Whether a host is an address in itself, rather than a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
