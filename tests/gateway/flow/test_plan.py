"""What is asked of whom, and the first reason that holds why something is not asked at all."""

from typing import Any

import pytest
from pydantic import field_validator

from connectors import From, Query, Scope, Transient
from gateway.catalog.registry import Broken
from gateway.flow.plan import MOST_ELEMENTS
from morning import ticket
from stand_in import Figure, Member, Of, Place, Product, Script, source
from virtual_time import Rig, in_virtual_time

HEAD = "template: morning\nversion: 3\nbudget: 400ms\n"


class Both(Query):
    """A viewer's input, one of the context, and one of another signal."""

    member: str = From("ticket.member")
    product: str = From("context.product", pattern=r"^[a-z0-9]{1,20}$")
    of: str = From(max_length=32)
    colour: str = From("context.colour", default="red", max_length=8)


class Picky(Query):
    """A query whose author's validator has a mistake for one value."""

    of: str = From("context.of", max_length=32)

    @field_validator("of")
    @classmethod
    def _looked_up(cls, value: str) -> str:
        return {"a": "a", "b": "b"}[value]


SOURCES = (
    source("sky", Place),
    source("stock", Product),
    source("mine", Member, scope=Scope.VIEWER),
    source("both", Both, scope=Scope.VIEWER, consent=("loyalty", "history")),
    source("wishes", Product, scope=Scope.VIEWER),
    source("quotes", Of, batch=100),
    source("picky", Picky),
    Broken("broken", "some 1.0", "ImportError: no", "ImportError: no"),
)
BOTH = (
    HEAD
    + """
signals:
  stock: {connector: stock}
  both: {connector: both, with: {of: signals.stock.label}}
data: {label: {from: both.label, type: string, default: none}}
"""
)


def rig_of(text: str, stock: Script | None = None) -> Rig:
    """Sources that all bring a label, but for the stock where a script is given."""
    good = Script(brings=Figure(label="x", value=1.0))
    return Rig(lambda errand, query: stock if stock and errand.source.name == "stock" else good, SOURCES, text)


CONSENT = {"consent": ["loyalty", "history", 7, None]}
DOWN = Script(brings=Transient("down"))


@pytest.mark.parametrize(
    ("reason", "headers", "context", "who", "stock"),
    [
        ("prefetch", {"Sec-Purpose": "prefetch"}, {}, None, DOWN),
        ("consent", {}, {}, None, DOWN),
        ("consent", {}, {"consent": ["loyalty"]}, None, DOWN),
        ("consent", {}, {"consent": "loyalty history"}, "ann", DOWN),
        ("anonymous", {}, CONSENT, None, DOWN),
        ("input", {}, CONSENT, "ann", DOWN),
        ("input", {}, CONSENT | {"product": "p1"}, "no member", DOWN),
        ("dependency", {}, CONSENT | {"product": "p1"}, "ann", DOWN),
        ("input", {}, CONSENT | {"product": "p1", "colour": "much too long"}, "ann", None),
        (None, {}, CONSENT | {"product": "p1"}, "ann", None),
        (None, {}, CONSENT | {"product": "p1", "colour": "blue"}, "ann", None),
    ],
)
@in_virtual_time
async def test_the_first_reason_that_holds_is_told(
    reason: str | None, headers: dict[str, str], context: dict[str, Any], who: str | None, stock: Script | None
) -> None:
    """Prefetch, consent, anonymous, input, dependency: with several of them true the first is told."""
    rig = rig_of(BOTH, stock)
    claims = {} if who == "no member" else {"member": "m1"}

    told = await rig.open(ticket=ticket("ann", **claims) if who else None, headers=headers, **context)

    assert told.statuses()["both"] == ("live" if reason is None else f"default/{reason}")
    asked = [(query.member, query.product, query.of, query.colour) for query in rig.stand_in.asked("both")]
    assert asked == ([] if reason else [("m1", "p1", "x", context.get("colour", "red"))])


def one(signal: str) -> str:
    """A template of one signal."""
    return f"{HEAD}signals:\n  it: {signal}\ndata: {{label: {{from: it.label, type: string, default: none}}}}\n"


@in_virtual_time
async def test_a_plugin_that_could_not_be_loaded_costs_its_own_signal() -> None:
    """A broken connector is `plugin`, and the signal beside it is live."""
    text = HEAD + "signals:\n  it: {connector: broken}\n  sky: {connector: stock}\n"
    text += "data: {label: {from: it.any.thing, type: string, default: none}}\n"
    rig = rig_of(text)

    told = await rig.open(product="p1")

    assert told.statuses() == {"it": "default/plugin", "sky": "live"}


@pytest.mark.parametrize(("of", "status"), [("a", "live"), ("zzz", "default/plugin")])
@in_virtual_time
async def test_a_validator_that_breaks_costs_its_own_signal(of: str, status: str) -> None:
    """An exception in an author's own validator is a mistake of the plugin's, and never ends the open."""
    told = await rig_of(one("{connector: picky}")).open(of=of)

    assert told.statuses() == {"it": status}


@pytest.mark.parametrize("product", [None, "", "Ä", "P1", "x" * 21, 7, True, ["p1"], {"a": 1}, "p1\n"])
@in_virtual_time
async def test_a_value_out_of_bounds_is_not_sent(product: Any) -> None:
    """What the player sent and the query does not take never reaches a source."""
    rig = rig_of(one("{connector: stock}"))

    told = await rig.open(product=product)

    assert (told.statuses(), rig.stand_in.errands) == ({"it": "default/input"}, [])


@in_virtual_time
async def test_a_place_is_rounded_before_it_is_anywhere() -> None:
    """Two viewers in one cell of a hundredth of a degree share one call, and the exact place is in no query."""
    rig = rig_of(one("{connector: sky}"))
    await rig.open(place={"lat": 51.50853, "lon": -0.12574})

    told = await rig.open(place={"lat": 51.5101, "lon": -0.1299})

    assert told.statuses() == {"it": "fresh"}
    assert [(query.lat, query.lon) for query in rig.stand_in.asked("sky")] == [(51.51, -0.13)]


@pytest.mark.parametrize("lon", [-0.0, 0.0, 0, -0.001, 0.004])
@in_virtual_time
async def test_there_is_one_nought(lon: float) -> None:
    """The meridian is one key, from whichever side one rounds to it."""
    rig = rig_of(one("{connector: sky}"))
    await rig.open(place={"lat": 51.5, "lon": lon})

    told = await rig.open(place={"lat": 51.5, "lon": 0.0})

    assert told.statuses() == {"it": "fresh"}
    assert [str(query.lon) for query in rig.stand_in.asked("sky")] == ["0.0"]


@in_virtual_time
async def test_without_a_place_none_is_sent() -> None:
    """No consented place, no call: the signal is `input`."""
    rig = rig_of(one("{connector: sky}"))

    assert (await rig.open()).statuses() == {"it": "default/input"}
    assert rig.stand_in.errands == []


@in_virtual_time
async def test_the_viewer_is_in_the_key_though_no_query_names_them() -> None:
    """What is a viewer's own is asked once a viewer, and read again by that viewer alone, whatever its author binds."""
    rig = rig_of(one("{connector: wishes}"))

    told = [await rig.open(ticket=ticket(name), product="p1") for name in ("ann", "bob", "ann")]

    assert [one.statuses()["it"] for one in told] == ["live", "live", "fresh"]
    assert [query.product for query in rig.stand_in.asked("wishes")] == ["p1", "p1"]


EACH = one("{connector: quotes, each: 'ticket.symbols'}").replace("it.label", "it.AA.label")


@pytest.mark.parametrize(
    ("symbols", "asked", "status"),
    [
        (["AA", "BB"], ["AA", "BB"], "live"),
        (["BB", "AA", "BB", "AA"], ["BB", "AA"], "live"),
        ([], [], "live"),
        (["AA", "b a d"], ["AA"], "default/input"),
        (["AA", None], ["AA"], "default/input"),
        (["AA", {"symbol": "BB"}], ["AA"], "default/input"),
        ("AA", [], "default/input"),
        ({"AA": 1}, [], "default/input"),
        (None, [], "default/input"),
    ],
)
@in_virtual_time
async def test_each_asks_once_an_element(symbols: Any, asked: list[str], status: str) -> None:
    """Each distinct element is one query of one errand; one that cannot be asked makes the signal `input`."""
    rig = rig_of(EACH)

    told = await rig.open(ticket=ticket(symbols=symbols))

    assert told.statuses() == {"it": status}
    assert [query.of for query in rig.stand_in.asked("quotes")] == asked
    assert len(rig.stand_in.errands) == min(1, len(asked))
    if symbols == []:
        assert told.payload["signals"]["it"] == {"status": "live", "age_ms": 0, "took_ms": 0, "source": "quotes"}


@pytest.mark.parametrize(("count", "status"), [(100, "live"), (101, "default/shed"), (150, "default/shed")])
@in_virtual_time
async def test_a_ticket_cannot_multiply_calls(count: int, status: str) -> None:
    """At most a hundred elements of a signal are asked; with more of them the rest is `shed`, and so is the signal."""
    rig = rig_of(EACH)

    told = await rig.open(ticket=ticket(symbols=[f"S{number}" for number in range(count)]))

    assert told.statuses() == {"it": status}
    assert len(rig.stand_in.asked("quotes")) == min(count, MOST_ELEMENTS) == 100


@in_virtual_time
async def test_a_change_of_the_settings_changes_every_key() -> None:
    """Tenant, connector, the signal's major and the settings are in the key: nothing is read across any of them."""
    spaces = set()
    for text in (one("{connector: stock}"), one("{connector: stock}").replace("budget", "tenant: other\nbudget")):
        rig = rig_of(text)
        assert rig.template is not None
        spaces.add(rig.template.needs[0].space)

    assert spaces == {"main/stock@1/d", "other/stock@1/d"}
