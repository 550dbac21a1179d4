"""Names to addresses, without ever holding up another name.

State: for each host its last good addresses, the instant of its last failure, and at most one lookup that is under way.
* A lookup runs in a thread of its own, because `getaddrinfo` can neither be cancelled nor be given a limit; there is
  never more than one a host, and never more than `MOST_LOOKUPS` in all. The hosts are those of the configuration.
* Only the loop's thread changes the state. Nobody's leaving stops a lookup; its result serves the next one.
* An address is used without asking for `fresh`, and where asking fails or takes longer than `patience` up to `keep`.
* A host that failed is not asked again for `sulk`, and no failure ever replaces a good address.
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

MOST_LOOKUPS = 32
Lookup = Callable[[str], tuple[str, ...]]


class DnsTimeout(Exception):  # noqa: N818 - named like TimeoutError's other kinds
    """The name was not resolved in time, and no earlier address is at hand."""


class UnknownName(Exception):  # noqa: N818 - says what is wrong with it
    """The name does not resolve, or did not a moment ago."""


@dataclass(frozen=True, slots=True)
class ResolverLaw:
    """The durations of the resolver, in seconds."""

    patience: float = 0.050
    fresh: float = 30.0
    keep: float = 3600.0
    sulk: float = 5.0


@dataclass(slots=True)
class _Host:
    addresses: tuple[str, ...] = ()
    good_at: float = 0.0
    failed_at: float | None = None
    asked_at: float = 0.0
    lookup: asyncio.Future[None] | None = None


def addresses_of(host: str) -> tuple[str, ...]:
    """Ask the system for the addresses of a host; blocks.

    Raises:
        OSError: the name has none, or nobody could say.
    """
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return tuple(dict.fromkeys(str(info[4][0]) for info in found))


class Resolver:
    """Resolves for one loop; `now` is that loop's time."""

    def __init__(self, now: Callable[[], float], lookup: Lookup = addresses_of, law: ResolverLaw | None = None) -> None:
        self._now = now
        self._ask = lookup
        self._law = law or ResolverLaw()
        self._hosts: dict[str, _Host] = {}
        self._under_way = 0

    async def resolve(self, host: str) -> tuple[str, ...]:
        """The addresses of a host, in the order in which the system would have them tried.

        Raises:
            UnknownName: the name does not resolve, or did not a moment ago.
            DnsTimeout: nothing was heard within the patience.
        """
        known = self._hosts.setdefault(host, _Host())
        if not known.addresses or self._now() - known.good_at > self._law.fresh:
            await self._refresh(host, known)
        return known.addresses

    def close(self) -> None:
        """Forget all; a lookup that is still under way ends unheard."""
        self._hosts.clear()

    async def _refresh(self, host: str, known: _Host) -> None:
        """Ask and wait a little; returns only if there are addresses to use."""
        if not self._sulks(known):
            lookup = known.lookup or self._start(host, known)
            if lookup is not None and not (known.addresses and self._is_slow(known)):
                await asyncio.wait((lookup,), timeout=self._law.patience)
        if not known.addresses or self._now() - known.good_at > self._law.keep:
            if self._sulks(known):
                raise UnknownName("the name does not resolve")
            raise DnsTimeout("the name was not resolved in time")

    def _sulks(self, known: _Host) -> bool:
        return known.failed_at is not None and self._now() - known.failed_at <= self._law.sulk

    def _is_slow(self, known: _Host) -> bool:
        """Whether the lookup under way has used up the patience of an earlier call."""
        return self._now() - known.asked_at > self._law.patience

    def _start(self, host: str, known: _Host) -> asyncio.Future[None] | None:
        if self._under_way >= MOST_LOOKUPS:
            return None
        loop = asyncio.get_running_loop()
        known.lookup = loop.create_future()
        known.asked_at = self._now()
        self._under_way += 1
        # A daemon, because a lookup that hangs must not hold up the end of the process.
        threading.Thread(target=self._run, args=(loop, host, known), daemon=True, name=f"resolve {host}").start()
        return known.lookup

    def _run(self, loop: asyncio.AbstractEventLoop, host: str, known: _Host) -> None:
        """In the thread: ask, and hand the result to the loop."""
        found: tuple[str, ...] = ()
        with suppress(OSError, UnicodeError):  # UnicodeError: a label that IDNA refuses
            found = self._ask(host)
        with suppress(RuntimeError):  # the loop is closed: nobody is left to hear
            loop.call_soon_threadsafe(self._arrived, known, found)

    def _arrived(self, known: _Host, found: tuple[str, ...]) -> None:
        self._under_way -= 1
        lookup, known.lookup = known.lookup, None
        if found:
            known.addresses, known.good_at, known.failed_at = found, self._now(), None
        else:
            known.failed_at = self._now()
        if lookup is not None and not lookup.done():
            lookup.set_result(None)
