"""The body of a reply, read and decoded under one cap, which counts decoded bytes."""

import zlib
from typing import Final

from aiohttp import ClientResponse

from connectors import BadReply
from gateway.upstream.failures import failed

# One request asks for gzip alone: vendors' terms want it, and a forecast of 50 kB then fits the first flight of TCP.
_WINDOW_BITS: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}


async def read_body(response: ClientResponse, most: int) -> bytes:
    """The whole body, decoded.

    A length over the cap is refused from the header, with nothing read. Else reading stops at the cap, and so does
    decoding, in the middle of a block: what a bomb would become is never made.

    Raises:
        Failed: it is too large, or not in the encoding that the headers name.
    """
    stated = response.content_length
    if stated is not None and stated > most and response.method != "HEAD":
        raise failed(BadReply, "too_large")
    chunks: list[bytes] = []
    size = 0
    while chunk := await response.content.readany():
        size += len(chunk)
        if size > most:
            raise failed(BadReply, "too_large")
        chunks.append(chunk)
    raw = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    encoding = response.headers.get("Content-Encoding")
    return decoded(raw, encoding, most) if encoding and raw else raw


def decoded(raw: bytes, encoding: str, most: int) -> bytes:
    """A body without its encoding, which is one that we know, complete, and followed by nothing.

    Raises:
        Failed: it is larger than `most` once decoded, or it is not what the encoding says.
    """
    name = encoding.strip().lower()
    if name == "identity":
        return raw
    bits = _WINDOW_BITS.get(name)
    if bits is None:
        raise failed(BadReply, "decode_error")
    inflater = zlib.decompressobj(bits)
    try:
        body = inflater.decompress(raw, most + 1)
    except zlib.error:
        raise failed(BadReply, "decode_error") from None
    if len(body) > most:
        raise failed(BadReply, "too_large")
    if not inflater.eof or inflater.unused_data:
        raise failed(BadReply, "decode_error")
    return body
