"""Step 0: a request as it came, and what it says; limits first, then its shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, ValidationError

from gateway.errors import Problem

_DEEPEST = 16
_MOST_NODES = 256


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """A request as it came: the whole body, the headers (case-insensitive), the instant of its first byte."""

    body: bytes
    headers: Mapping[str, str]
    at: float


class OpenRequest(BaseModel):
    """What a player sends. `context` is untrusted; who the viewer is comes from the ticket alone."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    template: StrictStr = Field(max_length=64, description="The id of the template.", examples=["morning"])
    version: StrictInt | None = Field(None, description="The version of the template; the highest where left out.")
    ticket: StrictStr | None = Field(None, description="The signed proof of who the viewer is, a compact JWS.")
    budget_ms: Any = Field(
        None, description="What the open may take, in milliseconds, at most the template's; anything odd is ignored."
    )
    context: dict[str, Any] = Field(
        default_factory=dict,
        description="What the device knows: `locale`, `timezone`, `place` (`lat`, `lon`), and inputs of the template.",
    )


def read_request(body: bytes) -> OpenRequest:
    """Read the body of an open.

    Raises:
        Problem: it is no JSON, over the limits, or not of the right shape (400); no value is repeated.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Problem.named("malformed-json") from None
    if not _is_small(body):
        _check_size(document)
    try:
        return OpenRequest.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        raise Problem.named(
            "invalid-request", errors=tuple((_pointer(one["loc"]), one["msg"]) for one in found)
        ) from None


def _is_small(body: bytes) -> bool:
    """Whether a body is within the limits whatever it says: only brackets nest, and only they and commas add values."""
    brackets = body.count(b"[") + body.count(b"{")
    return brackets < _DEEPEST and brackets + body.count(b",") < _MOST_NODES


def _check_size(document: Any) -> None:
    """Refuse what is nested too deep or has too many parts, before anything walks through it again."""
    level, nodes = [document], 1
    for _ in range(_DEEPEST):
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below += value.values()
            elif isinstance(value, list):
                below += value
        nodes += len(below)
        if nodes > _MOST_NODES:
            raise Problem.named("invalid-request", detail=f"the body has more than {_MOST_NODES} values")
        if not below:
            return
        level = below
    raise Problem.named("invalid-request", detail=f"the body is nested deeper than {_DEEPEST} levels")


def _pointer(location: tuple[int | str, ...]) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in location)


def bearer(headers: Mapping[str, str]) -> str | None:
    """The token of an `Authorization: Bearer` header."""
    scheme, _, token = headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token else None
