"""A body is decoded under its cap, and what is not whole is not used."""

import asyncio
import gzip
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pool.encoding import decoded
from gateway.pool.failures import Failed
from raw_upstream import Asked, Rig, reply, turns

Play = Callable[..., Any]
BODY = b'{"id": "a"}' * 50


def cause_of(raw: bytes, encoding: str, most: int = 1 << 20) -> str | None:
    """The cause for which a body is refused."""
    with pytest.raises(Failed) as caught:
        decoded(raw, encoding, most)
    return caught.value.outcome.cause


@given(st.binary(max_size=5000), st.sampled_from([("gzip", gzip.compress), ("deflate", zlib.compress)]))
def test_what_was_encoded_is_read(body: bytes, way: tuple[str, Callable[[bytes], bytes]]) -> None:
    """A body comes out of each known encoding as it went in."""
    name, encode = way

    assert decoded(encode(body), name, 5000) == body


@pytest.mark.parametrize("encoding", ["GZIP", " gzip ", "x-gzip"])
def test_an_encoding_has_more_than_one_spelling(encoding: str) -> None:
    """Case and blanks make no difference."""
    assert decoded(gzip.compress(BODY), encoding, 1 << 20) == BODY


def test_identity_is_no_encoding() -> None:
    """`identity` leaves the bytes alone."""
    assert decoded(BODY, "identity", 1 << 20) == BODY


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress", "", "\x00"])
def test_an_unknown_encoding_is_refused(encoding: str) -> None:
    """What was not asked for is not guessed at."""
    assert cause_of(gzip.compress(BODY), encoding) == "decode_error"


@pytest.mark.parametrize("cut", range(1, len(gzip.compress(BODY)), 7))
def test_a_body_cut_short_is_never_used(cut: int) -> None:
    """A gzip stream that ends early, its checksum included, is an error, though part of it could be read."""
    assert cause_of(gzip.compress(BODY)[:-cut], "gzip") == "decode_error"


def test_what_follows_the_end_is_refused() -> None:
    """Bytes behind the end of the stream make the whole suspect."""
    assert cause_of(gzip.compress(BODY) + b"x", "gzip") == "decode_error"


def test_a_wrong_checksum_is_refused() -> None:
    """A body that was changed on its way is not read."""
    raw = bytearray(gzip.compress(BODY))
    raw[-5] ^= 1

    assert cause_of(bytes(raw), "gzip") == "decode_error"


def test_the_cap_counts_decoded_bytes() -> None:
    """A body is refused at one byte over the cap, whatever its encoded size."""
    raw = gzip.compress(BODY)

    assert decoded(raw, "gzip", len(BODY)) == BODY
    assert cause_of(raw, "gzip", len(BODY) - 1) == "too_large"


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """200 MiB of zeros in about 200 KiB."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b"\0" * (1 << 20)
    return b"".join(deflater.compress(block) for _ in range(200)) + deflater.flush()


def test_a_bomb_holds_up_the_loop_for_no_time(bomb: bytes, play_in_real_time: Play) -> None:
    """200 MiB of zeros end at the cap as too large; no turn of the loop takes 20 ms of the processor."""

    async def behave(asked: Asked) -> None:
        await asked.send(reply(bomb, "200 OK", "Content-Encoding: gzip"))

    async def scenario(rig: Rig) -> tuple[tuple[str, str | None], float]:
        longest = 0.0

        async def watch() -> None:
            nonlocal longest
            while True:
                began = time.thread_time()
                await asyncio.sleep(0)
                longest = max(longest, time.thread_time() - began)

        watcher = asyncio.ensure_future(watch())
        await asyncio.sleep(0)
        found = await rig.fate(within=2)
        await turns()  # so that the watcher sees the turn that came last
        watcher.cancel()
        return found, longest

    end, longest = play_in_real_time(behave, scenario)
    assert end == ("invalid", "too_large")
    assert 0 < longest < 0.020
