"""Everything a connector declares is checked when its class is created, and all that is wrong is told at once."""

from collections.abc import Generator, Mapping, Sequence
from types import new_class
from typing import Any

import pytest
from pydantic import Field

from connectors import (
    Call,
    Connector,
    From,
    Part,
    Policy,
    Query,
    Reply,
    Scope,
    Settings,
    Signal,
    minutes,
    ms,
    seconds,
)
from connectors.contract.checks import RESERVED_NAMES


class Inner(Part):
    number: int = 0


class Stars(Signal):
    count: int | None = None
    inner: Inner | None = None


class Sky(Query):
    lat: float = From("where.lat", round=2, ge=-90, le=90)


def policy(**changed: Any) -> Policy:
    """A good policy with some of it changed."""
    good = {"scope": Scope.SHARED, "timeout": ms(200), "ttl": seconds(30), "stale": minutes(5), "hosts": ("a.example",)}
    return Policy.model_validate({**good, **changed})


def read(self: Any, query: Any) -> Generator[Call, Reply, Stars]:
    """Read the count of the stars."""
    reply = yield Call("GET", "/stars")
    return Stars(count=reply.json["count"])


def read_many(self: Any, queries: Any) -> Generator[Call, Reply, dict[Any, Stars]]:
    """Read the count of the stars, for several."""
    yield Call("GET", "/stars")
    return {}


GOOD: Mapping[str, Any] = {"name": "stars", "default": Stars(), "policy": policy(), "read": read}


def connector(
    *, query: Any = Sky, settings: Any = Settings, signal: Any = Stars, without: Sequence[str] = (), **changed: Any
) -> type[Connector[Any, Any, Any]]:
    """A connector class with these declarations."""
    body = {name: value for name, value in {**GOOD, **changed}.items() if name not in without}
    base: Any = Connector[settings, query, signal]
    return new_class("Zoo", (base,), exec_body=lambda namespace: namespace.update(body))


def query(kind: Any, *args: Any, **bounds: Any) -> type[Query]:
    """A query with one field."""
    return type("Made", (Query,), {"__annotations__": {"field": kind}, "field": From(*args, **bounds)})


def test_a_good_connector_knows_its_types() -> None:
    """The types are taken from the brackets; settings are the instance's."""
    made = connector()

    assert (made.settings_type, made.query_type, made.signal_type) == (Settings, Sky, Stars)
    assert made(Settings(base_url="http://127.0.0.1")).settings.base_url == "http://127.0.0.1"


class Unbound(Query):
    lat: float = Field(default=0, ge=0)


class Reserved(Settings):
    policy: str = ""
    hosts: str = ""


VIEWER = policy(scope=Scope.VIEWER)
ZOO: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"without": ["name"]}, "name is required"),
    "a name that is none": ({"name": "Stars!"}, "name is required and matches"),
    "a name of one letter": ({"name": "s"}, "name is required and matches"),
    "a name that is too long": ({"name": "s" * 41}, "name is required and matches"),
    "a name that is no text": ({"name": 5}, "name is required and matches"),
    "a word of the gateway": ({"name": "ticket"}, "name 'ticket' is a word of the gateway's own"),
    "no policy": ({"without": ["policy"]}, "policy is required"),
    "a policy that is a dict": ({"policy": {"scope": "shared"}}, "policy is required"),
    "no default": ({"without": ["default"]}, "default is required and is an instance of Stars"),
    "a default of another kind": ({"default": Signal()}, "default is required and is an instance of Stars"),
    "a default past validation": ({"default": Stars.model_construct(count="x")}, "default is not a valid Stars: count"),
    "a part past validation": (
        {"default": Stars.model_construct(inner=Inner.model_construct(number="x"))},
        "default is not a valid Stars: inner.number",
    ),
    "settings of another class": ({"settings": Signal}, "settings_type is no subclass of Settings"),
    "a query of another class": ({"query": dict}, "query_type is no subclass of Query"),
    "a signal of another class": ({"signal": int}, "signal_type is no subclass of Signal"),
    "a setting called policy": ({"settings": Reserved}, "a setting may not be called 'policy'"),
    "a setting called hosts": ({"settings": Reserved}, "a setting may not be called 'hosts'"),
    "an input without From": ({"query": Unbound}, "query field 'lat' has no From(...)"),
    "an unknown root": ({"query": query(int, "viewer.age", ge=0)}, "reads unknown root 'viewer'"),
    "the whole scope": ({"query": query(str, "@.ticket.sub", pattern="^a$")}, "reads unknown root '@'"),
    "everything of the scope": ({"query": query(str, "*.sub | [0]", pattern="^a$")}, "reads unknown root '@'"),
    "a ticket in a shared one": (
        {"query": query(str, "ticket.sub", pattern="^a$")},
        "shared scope may not read ticket.sub",
    ),
    "a ticket behind a fallback": (
        {"query": query(str, "context.a || ticket.sub", pattern="^a$")},
        "shared scope may not read context.a || ticket.sub",
    ),
    "the moment itself": ({"query": query(str, "moment.now")}, "reads moment.now"),
    "the moment in quotes": ({"query": query(str, 'moment."now"')}, "reads moment.now"),
    "the moment in a viewer's one": ({"query": query(str, "moment.now"), "policy": VIEWER}, "reads moment.now"),
    "any text of the player": ({"query": query(str, "context.product")}, "comes from the player: give it bounds"),
    "any text or null": ({"query": query(str | None, "context.product")}, "comes from the player: give it bounds"),
    "any number of texts": ({"query": query(tuple[str, ...], "context.tags")}, "comes from the player"),
    "a list": ({"query": query(list[int], "where.list")}, "query field 'field' holds a list"),
    "a bare dict": ({"query": query(dict, "where.map")}, "query field 'field' holds a dict"),
    "a list or null": ({"query": query(list[int] | None, "where.list")}, "query field 'field' holds a list"),
    "a set in a tuple": ({"query": query(tuple[set[int], ...], "where.s")}, "query field 'field' holds a set"),
    "a mapping": ({"query": query(Mapping[str, int], "where.map")}, "query field 'field' holds a Mapping"),
    "no talk": ({"without": ["read"]}, "write read(query), or read_many(queries)"),
    "a batch without read_many": ({"policy": policy(batch=10)}, "policy.batch is 10, but there is no read_many"),
    "read_many without a batch": ({"read_many": read_many}, "read_many without policy.batch"),
}


@pytest.mark.parametrize(("declarations", "message"), ZOO.values(), ids=ZOO)
def test_a_badly_declared_connector_is_refused_and_told_why(declarations: dict[str, Any], message: str) -> None:
    """Each fault refuses the class, and the message says what is wrong with which declaration."""
    with pytest.raises(TypeError) as caught:
        connector(**declarations)

    assert message in str(caught.value)


def test_all_faults_are_told_in_one_message() -> None:
    """An author mends everything at once: one line a fault, and no line that only follows from another."""
    wrong = {"name": "Stars", "default": None, "policy": policy(batch=2), "settings": Reserved}

    with pytest.raises(TypeError) as caught:
        connector(query=query(list[str], "ticket.a || context.b || viewer.c"), **wrong)

    told = [line.removeprefix("  * ") for line in str(caught.value).splitlines()[1:]]
    beginnings = [
        "name is required",
        "default is required",
        "a setting may not be called 'hosts'",
        "a setting may not be called 'policy'",
        "query field 'field' reads unknown root 'viewer'",
        "shared scope may not read",
        "query field 'field' comes from the player",
        "query field 'field' holds a list",
        "policy.batch is 2",
    ]
    assert len(told) == len(beginnings)
    assert all(line.startswith(beginning) for line, beginning in zip(told, beginnings, strict=True))


def test_without_its_types_a_class_is_still_told_what_else_is_wrong() -> None:
    """A connector that names no types at all hears of its types, its name, its policy and its talk."""
    with pytest.raises(TypeError) as caught:
        type("Zoo", (Connector,), {})

    told = str(caught.value)
    assert [word in told for word in ("settings_type", "query_type", "signal_type")] == [True] * 3
    assert [word in told for word in ("name is required", "policy is required", "write read(query)")] == [True] * 3


@pytest.mark.parametrize("name", sorted(RESERVED_NAMES))
def test_no_connector_takes_a_word_of_the_gateway(name: str) -> None:
    """A reserved word as a name is refused, whichever it is."""
    with pytest.raises(TypeError, match="word of the gateway's own"):
        connector(name=name)


@pytest.mark.parametrize(
    "declarations",
    [
        {"query": query(str, "ticket.sub", pattern="^a$"), "policy": VIEWER},
        {"query": query(str, "ticket.loyalty_id || ticket.sub"), "policy": VIEWER},
        {"query": query(str)},
        {"query": query(str, "moment.date")},
        {"query": query(str, "signals.account.id")},
        {"query": query(tuple[int, ...], "where.list")},
        {"query": query(frozenset[int], "where.list")},
        {"without": ["read"], "read_many": read_many, "policy": policy(batch=2)},
        {"read_many": read_many, "policy": policy(batch=2)},
        {"policy": policy(hosts=())},
    ],
)
def test_what_is_allowed_is_not_refused(declarations: dict[str, Any]) -> None:
    """Tickets in viewer scope, unbound fields, tuples, a batch with or without its own read, the operator's hosts."""
    assert connector(**declarations).name == "stars"
