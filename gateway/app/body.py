"""The body of a request: how much of it is read, for how long, and in which form."""

import asyncio

from aiohttp import web

from gateway.errors import Problem


async def read_body(request: web.BaseRequest, most: int, patience: float) -> bytes:
    """The whole body, at most `most` bytes, received within `patience` seconds.

    Raises:
        Problem: 413, 408; 415 for a compressed one; 400 for an expectation that is not met here.
    """
    headers = request.headers
    if headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem.named("unsupported-media-type", detail="a compressed body is not read here")
    length = request.content_length
    if length is not None and length > most:
        raise Problem.named("body-too-large")
    if "Expect" in headers:
        await _continue(request)
    content = request.content
    if content.is_eof():
        body = content.read_nowait(-1)
    else:
        try:
            async with asyncio.timeout(patience):
                body = b""
                while not content.at_eof() and len(body) <= most:
                    body += await content.readany()
        except TimeoutError:
            raise Problem.named("request-timeout") from None
        except web.RequestPayloadError:
            raise Problem.named("bad-http") from None
    if len(body) > most:
        raise Problem.named("body-too-large")
    return body


async def _continue(request: web.BaseRequest) -> None:
    if request.headers["Expect"].lower() != "100-continue":
        raise Problem.named("bad-http")
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.writer.output_size = 0  # what was said is no part of the answer
