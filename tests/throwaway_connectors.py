"""Small connectors and derivations, a registry of them, and templates over them: what the catalog's tests load."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import EntryPoint
from typing import Annotated, Any, Literal

import pytest
from pydantic import AwareDatetime, Field

from connectors import (
    Attribution,
    Connector,
    Fault,
    From,
    Money,
    Part,
    Policy,
    Query,
    Scope,
    Settings,
    Signal,
    Talk,
    derived,
    minutes,
    ms,
)
from gateway.catalog.registry import Registry, build_registry
from gateway.catalog.templates import Template, load_template
from gateway.errors import ConfigError
from gateway.settings import parse_document
from gateway.settings.connectors import read_connectors

SHARED = Policy(scope=Scope.SHARED, timeout=ms(300), ttl=minutes(1), stale=minutes(5), hosts=("api.example",))
VIEWER = SHARED.model_copy(update={"scope": Scope.VIEWER})
MANY = SHARED.model_copy(update={"batch": 10})


class Plain(Settings):
    base_url: str = "https://api.example"


class Wind(Part):
    speed: float
    gusts: tuple[float, ...] = ()


class Air(Signal):
    major = 4

    temperature_c: float | None = None
    condition: Literal["rain", "clear", "unknown"] = "unknown"
    wind: Wind | None = None
    rainy: bool = False
    region: Annotated[str, Field(json_schema_extra={"x-privacy": "tenant"})] = ""
    seen_by: Annotated[str, Field(json_schema_extra={"x-privacy": "viewer"})] = ""


class Item(Signal):
    quantity: int | None = None
    price: Money | None = None
    sku: str | None = None


class Holding(Part):
    symbol: str
    quantity: int


class Wealth(Signal):
    """A viewer's account whose author says nothing of privacy."""

    holdings: tuple[Holding, ...] = ()
    points: int | None = None
    extra: dict[str, Any] = {}  # noqa: RUF012 - pydantic copies it


class Quote(Signal):
    last: str | None = None
    volume: int | None = None


class Verdict(Signal):
    verdict: Literal["up", "down", "unknown"] = "unknown"
    amount: float | None = None


class Spot(Query):
    lat: float = From("where.lat", round=2, ge=-90, le=90)
    lon: float = From("where.lon", round=2, ge=-180, le=180)


class Article(Query):
    variant: str = From(pattern=r"^[0-9]{1,20}$", max_length=20)


class Member(Query):
    member: str = From("ticket.sub", max_length=64)


class Ticker(Query):
    symbol: str = From(pattern=r"^[A-Z]{1,10}$", max_length=10)


class Words(Query):
    words: str = From(max_length=200)
    limit: int = From(default=5)


class Pair(Query):
    base: str = From(pattern=r"^[A-Z]{3}$", max_length=3)
    quote: str = From(pattern=r"^[A-Z]{3}$", max_length=3)


class Limits(Query):
    limit: int = From(default=5, ge=1, le=100)


class Nothing(Query):
    pass


class Sky(Connector[Plain, Spot, Air]):
    name, policy, default = "sky", SHARED, Air()
    attribution = Attribution("Weather by Sky", "https://sky.example")

    def read(self, query: Spot) -> Talk[Air]:
        yield from ()
        return self.default


class Shop(Connector[Plain, Article, Item]):
    name, policy, default = "shop", SHARED, Item()

    def read(self, query: Article) -> Talk[Item]:
        yield from ()
        return self.default


class Account(Connector[Plain, Member, Wealth]):
    name, policy, default = "account", VIEWER, Wealth()

    def read(self, query: Member) -> Talk[Wealth]:
        yield from ()
        return self.default


class Quotes(Connector[Plain, Ticker, Quote]):
    name, policy, default = "quotes", MANY, Quote()

    def read_many(self, queries: Sequence[Ticker]) -> Talk[Mapping[Ticker, Quote | Fault]]:
        yield from ()
        return {}


class Search(Connector[Plain, Words, Item]):
    name, policy, default = "search", SHARED, Item()

    def read(self, query: Words) -> Talk[Item]:
        yield from ()
        return self.default


class Rates(Connector[Plain, Pair, Quote]):
    name, policy, default = "rates", SHARED, Quote()

    def read(self, query: Pair) -> Talk[Quote]:
        yield from ()
        return self.default


class Top(Connector[Plain, Limits, Item]):
    name, policy, default = "top", SHARED, Item()

    def read(self, query: Limits) -> Talk[Item]:
        yield from ()
        return self.default


class Clustered(Connector[Plain, Nothing, Item]):
    name, default = "clustered", Item()
    policy = SHARED.model_copy(update={"hosts": ("api.example", "*.api.example")})

    def read(self, query: Nothing) -> Talk[Item]:
        yield from ()
        return self.default


class News(Connector[Plain, Nothing, Item]):
    name, policy, default = "news", SHARED, Item()

    def read(self, query: Nothing) -> Talk[Item]:
        yield from ()
        return self.default


@derived(default=Verdict())
def worth(holdings: tuple[Holding, ...], quotes: Mapping[str, Quote], now: AwareDatetime) -> Verdict:
    """Nothing is computed here: its inputs are what tests look at."""
    return Verdict()


@derived(default=Verdict())
def mood(temperature: float | None) -> Verdict:
    """Nothing is computed here either."""
    return Verdict()


NAMES = ("sky", "shop", "account", "quotes", "search", "rates", "top", "news", "clustered")
POINTS = {
    **{name: EntryPoint(name, f"throwaway_connectors:{name.title()}", "moment.connectors") for name in NAMES},
    **{name: EntryPoint(name, f"throwaway_connectors:{name}", "moment.connectors") for name in ("worth", "mood")},
    "away": EntryPoint("away", "no_such_module_anywhere:Away", "moment.connectors"),
    "lost": EntryPoint("lost", "no_such_module_anywhere:lost", "moment.connectors"),
}


@cache
def registry(text: str = "".join(f"{name}: {{}}\n" for name in (*NAMES, "away"))) -> Registry:
    """A registry of what `connectors.yaml` lists; all the throw-away ones where nothing is said."""
    return build_registry(read_connectors(parse_document(text, "connectors.yaml", {})), POINTS)


HEAD = "template: t\nversion: 1\n"


def template(text: str) -> Template:
    """The template of a text."""
    return load_template(parse_document(text, "t.yaml", {}), registry())


def faults(text: str) -> list[str]:
    """The lines of the error that the text of a template raises."""
    with pytest.raises(ConfigError) as caught:
        template(text)
    return str(caught.value).splitlines()


def field(line: str, signals: str = "air: {connector: sky}") -> str:
    """The text of a template with one field, `f`."""
    return f"{HEAD}signals:\n  {signals}\ndata:\n  f: {{{line}}}\n"


def signals(*lines: str) -> str:
    """The text of a template with these signals, from line 4 on, and one field that reads none of them."""
    listed = "".join(f"  {line}\n" for line in lines)
    return f"{HEAD}signals:\n{listed}data:\n  today: {{from: moment.date, type: string, default: today}}\n"
