"""Whom the demo is shown to: viewers whom the stand-in vendors know, each with another morning."""

from gateway.app.demo import Persona

PRODUCT = "41897239806"

PERSONAS = (
    Persona(
        id="member-1",
        name="Ada, a member in London",
        about="Signed in, in the loyalty programme, with a portfolio of two.",
        subject="member-1",
        claims={"holdings": [{"symbol": "AAPL", "quantity": "10"}, {"symbol": "MSFT", "quantity": "3"}]},
        context={
            "locale": "en-GB",
            "timezone": "Europe/London",
            "place": {"lat": 51.51, "lon": -0.13},
            "product": PRODUCT,
        },
    ),
    Persona(
        id="member-2",
        name="Nils, a member in Tromsø",
        about="Signed in, far north, with a portfolio of one.",
        subject="member-2",
        claims={"holdings": [{"symbol": "NVDA", "quantity": "4"}]},
        context={
            "locale": "en-GB",
            "timezone": "Europe/Oslo",
            "place": {"lat": 69.65, "lon": 18.96},
            "product": "41897239808",
        },
    ),
    Persona(
        id="newcomer",
        name="Inês, new in Lisbon",
        about="Signed in, but not yet in the loyalty programme, and without a portfolio.",
        subject="nobody-1",
        claims={},
        context={
            "locale": "en-GB",
            "timezone": "Europe/Lisbon",
            "place": {"lat": 38.72, "lon": -9.14},
            "product": "41897239809",
        },
    ),
    Persona(
        id="guest",
        name="A guest in Singapore",
        about="No ticket: the weather and the offer alone.",
        subject=None,
        claims={},
        context={
            "locale": "en-GB",
            "timezone": "Asia/Singapore",
            "place": {"lat": 1.35, "lon": 103.82},
            "product": PRODUCT,
        },
    ),
    Persona(
        id="stranger",
        name="Somebody, somewhere",
        about="No ticket, no place, no product: everything shows its default.",
        subject=None,
        claims={},
        context={},
    ),
)
