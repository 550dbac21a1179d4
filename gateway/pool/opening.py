"""Opens a connection: the name, the race between its addresses, the guard on each, TLS."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from functools import lru_cache

from gateway.pool.addresses import BlockedAddress, Network, is_address, is_allowed
from gateway.pool.connection import Connection
from gateway.pool.origin import Key
from gateway.pool.resolver import Resolver

NEXT_ADDRESS_AFTER = 0.025
"""Seconds after which a second address is tried beside the first; the customary 0.25 is longer than a connection may
take at all."""


@lru_cache(maxsize=1)
def of_the_system() -> ssl.SSLContext:
    """Trusts the authorities of the system, and checks certificate and name. Reading them takes a while."""
    return ssl.create_default_context()


class Opener:
    """Opens connections. `refused` is told of each address that is blocked.

    Raises:
        ValueError: `tls` checks less than certificate and name.
    """

    def __init__(
        self,
        resolver: Resolver,
        tls: ssl.SSLContext,
        allow_private: tuple[Network, ...],
        refused: Callable[[], None],
    ) -> None:
        if tls.verify_mode is not ssl.CERT_REQUIRED or not tls.check_hostname:
            raise ValueError("a certificate and its name are always checked")
        tls.set_alpn_protocols(["http/1.1"])
        self._resolver = resolver
        self._tls = tls
        self._allow_private = allow_private
        self._refused = refused
        self._loop = asyncio.get_running_loop()

    async def open(self, key: Key, connection: Connection) -> None:
        """Make a connection stand; the caller closes it if this raises.

        Raises:
            Exception: a row of `failures.OF_OPENING`.
        """
        host, port, is_tls = key
        addresses = (host,) if is_address(host) else await self._resolver.resolve(host)
        found = await (self._reach(addresses[0], port) if len(addresses) == 1 else self._race(addresses, port))
        await self._loop.create_connection(
            lambda: connection, sock=found, ssl=self._tls if is_tls else None, server_hostname=host if is_tls else None
        )

    async def _reach(self, address: str, port: int) -> socket.socket:
        """Connect to one address, if that may be connected to: it is looked at here, where it is used."""
        if not is_allowed(address, self._allow_private):
            self._refused()
            raise BlockedAddress
        found = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        try:
            found.setblocking(False)
            await self._loop.sock_connect(found, (address, port))
        except BaseException:
            found.close()
            raise
        return found

    async def _race(self, addresses: Sequence[str], port: int) -> socket.socket:
        """Connect to the first address that answers; each next one is tried a moment later, or at once after a no."""
        tries: list[asyncio.Task[socket.socket]] = []
        won: asyncio.Task[socket.socket] | None = None
        try:
            for address in addresses:
                tries.append(self._loop.create_task(self._reach(address, port)))
                won = await _first(tries, NEXT_ADDRESS_AFTER)
                if won is not None:
                    return won.result()
            won = await _first(tries, None)
            if won is not None:
                return won.result()
            raise _told([error for one in tries if (error := one.exception()) is not None])
        finally:
            for one in tries:
                if one is not won:
                    one.cancel()
                    one.add_done_callback(_discard)


async def _first(
    tries: Sequence[asyncio.Task[socket.socket]], patience: float | None
) -> asyncio.Task[socket.socket] | None:
    """The first try that succeeds; None once all have failed, or after so many seconds."""
    while pending := [one for one in tries if not one.done()]:
        await asyncio.wait(pending, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        won = next((one for one in tries if one.done() and one.exception() is None), None)
        if won is not None or patience is not None:
            return won
    return None


def _told(errors: Sequence[BaseException]) -> BaseException:
    """What to say of addresses that all failed: that one is blocked only if that is true of each."""
    return next((error for error in errors if not isinstance(error, BlockedAddress)), errors[0])


def _discard(late: asyncio.Task[socket.socket]) -> None:
    if not late.cancelled() and late.exception() is None:
        late.result().close()
