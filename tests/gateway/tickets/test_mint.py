"""What is minted for development is what the gateway accepts, and nothing else is minted."""

from typing import Any

import pytest

from gateway.tickets import Refused, TicketKey, Tickets, Viewer, mint
from ticket_forge import AUDIENCE, ES_PRIVATE, ISSUER, NOW, SECRET, encode

KEY = TicketKey("dev", "HS256", encode(SECRET))
CANARY = "canary-7f3a"
HELD = [{"symbol": "AAPL", "quantity": "2"}]


def minted(key: TicketKey = KEY, **changed: Any) -> str:
    """A ticket minted as usual but for what is changed."""
    asked = {"subject": "me", "template": "morning", "audience": AUDIENCE, "issuer": ISSUER, "ttl": 300.0, "now": NOW}
    return mint(key, **({"claims": {}} | asked | changed))


def answer(ticket: str, at: float = NOW, issuer: str | None = ISSUER) -> Viewer | Refused:
    """What a gateway that grants no leeway says to it."""
    tickets = Tickets([KEY], audience=AUDIENCE, issuer=issuer, leeway=0, max_age=900, wall=lambda: at)
    return tickets.verify(ticket, "morning")


def test_a_minted_ticket_is_good_for_as_long_as_was_asked() -> None:
    """A ticket carries its subject and claims, and expires when its time is over, or within the second before."""
    ticket = minted(claims={"holdings": HELD, "loyalty_id": "m-1"}, now=NOW + 0.7)
    viewer = answer(ticket, NOW + 299.9)

    assert isinstance(viewer, Viewer)
    assert viewer.subject == "me"
    assert (viewer.claims["holdings"], viewer.claims["loyalty_id"]) == (HELD, "m-1")
    assert (viewer.claims["iat"], viewer.claims["exp"]) == (NOW, NOW + 300)
    assert answer(ticket, NOW + 300) == Refused("ticket_expired")


def test_the_longest_life_is_accepted_without_leeway() -> None:
    """A ticket minted for the longest life that tickets may have is not refused for a fraction of a second."""
    assert isinstance(answer(minted(ttl=900, now=NOW + 0.9), NOW + 0.9), Viewer)


def test_without_an_issuer_none_is_named() -> None:
    """A ticket minted without an issuer suits a gateway that expects none, and no other."""
    ticket = minted(issuer=None)

    assert isinstance(answer(ticket, issuer=None), Viewer)
    assert answer(ticket) == Refused("ticket_invalid")


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": ""},
        {"subject": CANARY * 30},
        {"claims": {"sub": CANARY}},
        {"claims": {"exp": 1e308}},
        {"claims": {"nbf": CANARY}},
        {"claims": {"holdings": [{"symbol": CANARY, "quantity": 1}]}},
        {"claims": {"rate": float("nan")}},
        {"claims": {"thing": {CANARY}}},
        {"claims": {"name": f"{CANARY}\ud800"}},
        {"claims": {"filler": CANARY * 200}},
        {"key": TicketKey("es", "ES256", ES_PRIVATE.as_pem().decode())},
        {"key": TicketKey("dev", "HS256", CANARY)},
    ],
    ids=lambda changed: str(changed)[:50],
)
def test_what_the_gateway_would_not_take_is_not_minted(changed: dict[str, Any]) -> None:
    """A ticket that would be refused, or lose a claim, is a ValueError that holds neither key nor claim."""
    with pytest.raises(ValueError, match=r".") as raised:
        minted(**changed)

    assert CANARY not in str(raised.value)
    assert encode(SECRET) not in str(raised.value)
