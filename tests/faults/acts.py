"""The acts of a vendor gone wrong: bytes on a wire, made from the bytes of a good answer."""

import asyncio
import gzip
import re
import socket
import struct
import time
import zlib
from collections.abc import Callable
from email.utils import formatdate
from functools import cache
from typing import Any

import orjson

from faults.evil import VENDORS, Act, Request
from raw_upstream import reply, turns

MIB = 1024 * 1024
CANARY = "canary-body-91c4"
"""Stands in bodies and headers of bad answers; never in a log."""

_ABRUPTLY = struct.pack("ii", 1, 0)
_NUMBERS = {
    "open-meteo": rb'("temperature_2m":)-?[\d.]+',
    "shopify": rb'("quantityAvailable":)(?:-?\d+|null)',
    "voucherify": rb'("balance":\{"points":)-?\d+',
    "alpaca": rb'("p":)[\d.]+',
}
"""The number in each vendor's body on which the reading stands."""


def says(make: Callable[[bytes], bytes], *, close: bool = False) -> Act:
    """Answers with bytes made from the good body."""

    async def act(asked: Request, good: bytes) -> None:
        await asked.send(make(good))
        if close:
            asked.writer.close()

    return act


def status(line: str, *lines: str, body: bytes = b"") -> Act:
    """Answers with a status, headers and a body that has nothing of the good one."""
    return says(lambda _: reply(body, line, f"X-Note: {CANARY}", *lines))


def body(make: Callable[[bytes], bytes], *lines: str) -> Act:
    """Answers 200 with a body made from the good one."""
    return says(lambda good: reply(make(good), "200 OK", *lines))


async def silence(asked: Request, good: bytes) -> None:
    """Reads the request and says nothing."""


def trickles(piece: int, every: float, *, head: bool) -> Act:
    """Sends the right answer a few bytes at a time: its head too, or its body alone."""

    async def act(asked: Request, good: bytes) -> None:
        whole = reply(good)
        at = 0 if head else len(whole) - len(good)
        await asked.send(whole[:at])
        while at < len(whole):
            await asyncio.sleep(every)
            await asked.send(whole[at : at + piece])
            at += piece

    return act


def resets(share: float) -> Act:
    """Sends a share of the answer (0 for none of it), then tears the connection down."""

    async def act(asked: Request, good: bytes) -> None:
        whole = reply(good)
        if share:
            await asked.send(whole[: len(whole) - int(len(good) * (1 - share))])
            await turns()  # a reset takes along what the other side has not read
        asked.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABRUPTLY)
        asked.abort()

    return act


def closes_later(after: float) -> Act:
    """Answers well, and closes the connection a moment later."""

    async def act(asked: Request, good: bytes) -> None:
        await asked.send(reply(good))
        await asyncio.sleep(after)
        asked.writer.close()

    return act


async def closes_on_the_second(asked: Request, good: bytes) -> None:
    """Closes on a request whose connection has carried one before; answers well on a new one."""
    if asked.is_first:
        await asked.send(reply(good))
    else:
        asked.writer.close()


def stray(other: Callable[[bytes], bytes], after: float | None) -> Act:
    """Answers well, and once more with what is another's: in the same segment, or some time later."""

    async def act(asked: Request, good: bytes) -> None:
        extra = reply(other(good))
        if after is None:
            await asked.send(reply(good) + extra)
        else:
            await asked.send(reply(good))
            await asyncio.sleep(after)
            await asked.send(extra)

    return act


def every_other(bad: Act) -> Act:
    """Answers well and badly in turns, well first."""

    async def act(asked: Request, good: bytes) -> None:
        await (bad(asked, good) if asked.number % 2 == 0 else asked.send(reply(good)))

    return act


def floods(head: bytes, chunk: bytes, most: int = 100_000_000) -> Act:
    """Sends a head, then one chunk again and again, up to a bound that no reader should come near."""

    async def act(asked: Request, good: bytes) -> None:
        await asked.send(head)
        for _ in range(most // len(chunk)):
            await asked.send(chunk)
            await asyncio.sleep(0)

    return act


@cache
def bomb(mebibytes: int = 200) -> bytes:
    """Gzip that would become that many MiB of zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(MIB)) for _ in range(mebibytes)) + packer.flush()


def gzipped(good: bytes) -> bytes:
    """The body in gzip."""
    return gzip.compress(good, mtime=0)


def number(token: str) -> Act:
    """The good body with its load-bearing number replaced by a token, as it stands."""

    async def act(asked: Request, good: bytes) -> None:
        vendor = vendor_of(good)
        changed, count = re.subn(_NUMBERS[vendor], lambda match: match[1] + token.encode(), good)
        assert count, vendor
        await asked.send(reply(changed))

    return act


def of_vendor(make: Callable[[str, Any], Any]) -> Act:
    """Answers 200 with a document made from the vendor's name and the good document."""
    return body(lambda good: orjson.dumps(make(vendor_of(good), orjson.loads(good))))


def vendor_of(good: bytes) -> str:
    """Whose good body this is."""
    marks = {
        "open-meteo": b'"current_units"',
        "shopify": b'"nodes"',
        "voucherify": b'"membership"',
        "alpaca": b'"latestTrade"',
    }
    return next(name for name, mark in marks.items() if mark in good)


def misshapen(vendor: str, good: Any) -> Any:
    """Valid JSON that no reader of this vendor accepts."""
    return VENDORS[vendor].misshape(good)


def later(seconds: float) -> str:
    """An HTTP date so long from now."""
    return formatdate(time.time() + seconds, usegmt=True)
