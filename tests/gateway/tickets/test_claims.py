"""Holdings are taken whole or left out; what they are malformed in never costs the viewer."""

from typing import Any

import pytest

from gateway.tickets import Tickets, Viewer
from ticket_forge import AUDIENCE, ISSUER, KEYS, LEEWAY, MAX_AGE, NOW, good


def read(ticket: str) -> Viewer:
    """The viewer of a ticket that must be good."""
    tickets = Tickets(KEYS, audience=AUDIENCE, issuer=ISSUER, leeway=LEEWAY, max_age=MAX_AGE, wall=lambda: NOW)
    viewer = tickets.verify(ticket, "morning")
    assert isinstance(viewer, Viewer)
    return viewer


def one(symbol: Any = "AAPL", quantity: Any = "1.5") -> list[dict[str, Any]]:
    """Holdings of one, good but for what is changed."""
    return [{"symbol": symbol, "quantity": quantity}]


def short(count: int) -> bytes:
    """A payload with many holdings, as terse as the size of a ticket asks for."""
    held = ",".join(['{"symbol":"A","quantity":1}'] * count)
    good_claims = f'"sub":"v","aud":"{AUDIENCE}","iss":"{ISSUER}","tpl":"morning","exp":{NOW}'
    return f'{{{good_claims},"holdings":[{held}]}}'.encode()


@pytest.mark.parametrize(
    "holdings",
    [
        [],
        one(),
        one(quantity=10),
        one(quantity=0),
        one(quantity=-3),
        one(quantity="-0.25"),
        one(symbol="BRK.B"),
        one(symbol="A" * 32),
        one(quantity="9" * 18),
        [*one("MSFT"), *one("RDS-A", 2)],
    ],
    ids=str,
)
def test_well_formed_holdings_are_kept(holdings: object) -> None:
    """Symbols with a whole or decimal quantity, also negative, reach the signals as they were signed."""
    assert read(good(holdings=holdings)).claims["holdings"] == holdings


@pytest.mark.parametrize(
    "holdings",
    [
        None,
        "AAPL",
        {"AAPL": 1},
        ["AAPL"],
        [None],
        [{"symbol": "AAPL"}],
        [{"quantity": 1}],
        [*one(), *one(quantity="many")],
        *(one(symbol=bad) for bad in ("", "aapl", "1A", "A" * 33, "AAPL\n", "A/B", "É", 1, None, ["A"])),
        *(one(quantity=bad) for bad in ("", "1e3", "1,5", ".5", "5.", "+1", "1\n", "\u0661", "NaN", "9" * 19, "0x1")),
        *(one(quantity=bad) for bad in (1.5, True, None, [1], 10**18, -(10**200))),
    ],
    ids=str,
)
def test_malformed_holdings_cost_the_holdings_alone(holdings: object) -> None:
    """One malformed holding drops the claim; the viewer and the other claims stay."""
    viewer = read(good(holdings=holdings, loyalty_id="m-1"))

    assert "holdings" not in viewer.claims
    assert viewer.claims["loyalty_id"] == "m-1"


def test_an_identifier_of_many_digits_keeps_them_all() -> None:
    """A number beyond 64 bits is not rounded: as a member's number it would be somebody else's."""
    number = 12345678901234567890123

    assert read(good(loyalty_id=number)).claims["loyalty_id"] == number


def test_sixteen_levels_are_read() -> None:
    """Claims may be nested as deep as a request may be, the object itself included."""
    deep: list[Any] = []
    for _ in range(14):
        deep = [deep]

    assert read(good(deep=deep)).claims["deep"] == deep
