"""The signals that the product ships are read as their documents are."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import Money, Signal
from connectors.contract.expression import Expression
from connectors.inventory.signal import Location, Stock
from connectors.loyalty.signal import Balance, Expiring, Loyalty, NextTier, Tier, Unit
from connectors.market.portfolio import Portfolio, portfolio
from connectors.market.signal import Extended, Market
from connectors.weather.signal import Place, Weather
from gateway.catalog.registry import signal_schema
from gateway.catalog.shapes import NoSuchPath, Shape, obj, shape_in, shape_of
from gateway.settings import read_document

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MONEY = Money(amount="19.90", currency="GBP")
FULL: dict[str, Signal] = {
    "weather": Weather(as_of=NOW, temperature_c=4.3, place=Place(lat=51.5, lon=-0.1, name="London", country="GB")),
    "stock": Stock(as_of=NOW, quantity=22, price=MONEY, locations=(Location(id="a", quantity=3),)),
    "loyalty": Loyalty(
        member_id="m",
        points_available=120,
        points_expiring=Expiring(points=3, date=date(2026, 12, 1)),
        unit=Unit(one="point", other="points"),
        tier=Tier(id="g", name="Gold"),
        next_tier=NextTier(name="Platinum", basis="spend", remaining=MONEY),
        balances=(Balance(id="b", kind="spendable", available=120),),
    ),
    "market": Market(symbol="AAPL", last="231.4", extended=Extended(kind="post", price="232")),
    "portfolio": Portfolio(as_of=NOW, value="1", direction="up", trading_date=date(2026, 11, 20)),
}
EMPTY: dict[str, Signal] = {name: type(signal)() for name, signal in FULL.items()}


def schema_of(signal: Signal) -> dict[str, Any]:
    """The schema of a signal's document."""
    return type(signal).model_json_schema(mode="serialization")


SHAPES: dict[str, Shape] = {name: shape_in(schema_of(signal)) for name, signal in FULL.items()}


def names_in(schema: Any) -> set[str]:
    """The names of all members anywhere in a schema."""
    if isinstance(schema, list):
        return set().union(*map(names_in, schema))
    if not isinstance(schema, dict):
        return set()
    own = set(schema.get("properties", {}))
    return own.union(*map(names_in, schema.values()))


NAMES = {name: sorted(names_in(schema_of(signal))) for name, signal in FULL.items()}
CHAINS = st.sampled_from(sorted(FULL)).flatmap(
    lambda name: st.tuples(st.just(name), st.lists(st.sampled_from(NAMES[name]), min_size=1, max_size=3))
)


def is_there(document: Any, path: list[str]) -> bool:
    """Whether each key of a path is in a document, until there is null, or a scalar in the place of an object."""
    for name in path:
        if not isinstance(document, dict):
            return not isinstance(document, list)
        if name not in document:
            return False
        document = document[name]
    return True


@given(CHAINS, st.booleans())
def test_a_checked_path_never_reads_a_missing_key(chain: tuple[str, list[str]], is_full: bool) -> None:
    """A chain of names that the check lets pass exists in each document of the signal, as far as that goes."""
    name, path = chain
    document = (FULL if is_full else EMPTY)[name].model_dump(mode="json")
    try:
        shape_of(Expression(".".join([name, *path])), obj(SHAPES))
    except NoSuchPath:
        return

    assert is_there(document, path)


def test_every_path_of_the_documents_is_known() -> None:
    """What stands in a full document can be read of its signal, and is of one of the types told."""
    kinds = {str: "string", int: "integer", float: "number", bool: "boolean", dict: "object", list: "array"}

    def check(value: Any, shape: Shape) -> None:
        assert shape.types is not None
        assert kinds.get(type(value), "null") in shape.types | ({"integer"} if "number" in shape.types else set())
        if isinstance(value, dict):
            for name, below in value.items():
                check(below, shape.member(name))
        if isinstance(value, list):
            for element in value:
                check(element, shape.element())

    for name, signal in FULL.items():
        check(signal.model_dump(mode="json"), SHAPES[name])


def test_the_derivation_is_described_like_a_connector() -> None:
    """The portfolio's document is the one that its derivation declares."""
    assert shape_in(signal_schema(portfolio)) == SHAPES["portfolio"]


@pytest.mark.parametrize("name", ["loyalty", "portfolio"])
def test_a_viewers_signals_are_private_through_and_through(name: str) -> None:
    """No member of an account or of a portfolio is public."""
    for member in FULL[name].model_dump():
        assert SHAPES[name].member(member).exposure() == "viewer"


def test_the_shipped_template_reads_what_is_there() -> None:
    """Every path of the demo's template resolves against the signals that it names."""
    file = Path(__file__).parents[4] / "config" / "templates" / "morning.yaml"
    document = read_document(file, {}).data
    texts = [one["from"] for one in document["data"].values() if not one["from"].startswith("moment.")]
    texts += [rule["when"] for rules in document["variants"].values() for rule in rules if "when" in rule]

    assert len(texts) > 10
    for text in texts:
        shape_of(Expression(text), obj(SHAPES))
