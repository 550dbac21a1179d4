"""Who may connect: so many connections in all, and so many of one address.

The law of the state:
1. A connection is taken in when it is made, or closed at once; each that was taken in is let go of once, when it ends.
2. An address stands here only while it has a connection, so that there are never more of them than connections.
3. An IPv6 address counts with its whole /64, which is what one customer of a network has to choose from.
4. A trusted address, a balancer's or this computer's own, counts in all but has no number of its own.
"""

import ipaddress
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

_Address = IPv4Address | IPv6Address

_OF_A_CUSTOMER = 64


@dataclass(frozen=True, slots=True)
class ConnectionsLaw:
    """The most connections `in_all` and of `each_address`, but for addresses that are `trusted`."""

    in_all: int
    each_address: int
    trusted: tuple[IPv4Network | IPv6Network, ...]


class Connections:
    """The connections of one port."""

    def __init__(self, law: ConnectionsLaw) -> None:
        self._law = law
        self._taken: dict[Hashable, str | None] = {}
        self._of: Counter[str] = Counter()
        self.refused: Counter[str] = Counter(in_all=0, each_address=0)

    def enter(self, connection: Hashable, host: str) -> bool:
        """Whether a connection from a host, as the system writes its address, is taken in."""
        customer = self._customer(host)
        if len(self._taken) >= self._law.in_all:
            self.refused["in_all"] += 1
            return False
        if customer is not None:
            if self._of[customer] >= self._law.each_address:
                self.refused["each_address"] += 1
                return False
            self._of[customer] += 1
        self._taken[connection] = customer
        return True

    def leave(self, connection: Hashable) -> None:
        """A connection has ended; one that was never taken in changes nothing."""
        customer = self._taken.pop(connection, None)
        if customer is not None:
            self._of[customer] -= 1
            if not self._of[customer]:
                del self._of[customer]

    def __len__(self) -> int:
        """How many there are."""
        return len(self._taken)

    def _customer(self, host: str) -> str | None:
        """What an address counts as; None for one that is trusted."""
        address = _address(host)
        if any(address in network for network in self._law.trusted):
            return None
        if address.version == 4:
            return str(address)
        return str(ipaddress.ip_network((int(address), _OF_A_CUSTOMER), strict=False))


def _address(host: str) -> _Address:
    """The address without its scope; one of IPv4 that came by way of IPv6 is itself."""
    address = ipaddress.ip_address(host.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
