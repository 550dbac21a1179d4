"""What every problem must be: the members of RFC 9457 and ours, the headers of every answer, and nothing repeated."""

import re
from typing import Any

import orjson

from gateway.errors import PROBLEMS
from running import Heard

CANARY = "canary7f3a"


def check_problem(heard: Heard, status: int, name: str | None = None) -> dict[str, Any]:
    """Hold an answer to it, and return its document."""
    headers = {key.title(): value for key, value in heard.headers.items()}
    document: dict[str, Any] = orjson.loads(heard.body)
    assert heard.status == document["status"] == status
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Vary"] == "Origin, Authorization"
    assert headers["X-Request-Id"] == document["request_id"]
    assert {"type", "title", "status", "instance", "request_id"} <= set(document)
    assert set(document) <= {"type", "title", "status", "detail", "instance", "request_id", "errors"}
    kind = document["type"].removeprefix("urn:moment:problem:")
    assert (PROBLEMS[kind].status, PROBLEMS[kind].title) == (status, document["title"])
    assert name in (None, kind)
    told = repr(heard.headers).lower() + heard.body.decode().lower()
    assert CANARY not in told
    assert not re.search("python|aiohttp|traceback|pydantic", told)
    return document
