"""What a vendor is to the lab: a path, a way to answer from the inputs alone, and its own words for trouble."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gateway.lab.seeded import Seeded


class Source(StrEnum):
    """The sources, by what they tell; knobs and call counts are kept a source."""

    WEATHER = "weather"
    INVENTORY = "inventory"
    LOYALTY = "loyalty"
    MARKET = "market"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as a vendor sees it.

    `query` holds repeated names joined by commas, `headers` is read without regard to case, `wall` is the instant of
    the request as a Unix time, `values` is where all values of the answer come from.
    """

    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    wall: float
    values: Seeded


@dataclass(frozen=True, slots=True)
class Told:
    """What a vendor answers: a status, a JSON body, and how many places, variants, members or symbols were asked."""

    status: int
    body: Any
    items: int


@dataclass(frozen=True, slots=True)
class Vendor:
    """One stand-in: where it listens, how it answers, and what it says when a knob makes it fail.

    `misshape` turns the body of a good answer into valid JSON that no reader of this vendor can accept.
    """

    source: Source
    method: str
    path: str
    tell: Callable[[Asked], Told]
    misshape: Callable[[Any], Any]
    failed: Mapping[str, Any]
    throttled: Mapping[str, Any]
