"""Hostile tickets: each is refused with its cause, none raises, and none leaves a trace of what it held."""

import hmac
import json
import logging
from base64 import urlsafe_b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.tickets import Refused, Tickets, Viewer
from hostile_tickets import CANARY, GOOD, HOSTILE, KEY_GAMES, STRANGER_JWK
from ticket_forge import (
    AUDIENCE,
    ISSUER,
    KEYS,
    LEEWAY,
    MAX_AGE,
    NOW,
    SIGNERS,
    claims,
    compact,
    encode,
    good,
    header,
    signed,
)

CORPUS = [pytest.param(ticket, cause, id=name) for cause, them in HOSTILE.items() for name, ticket in them.items()]


def verifier() -> Tickets:
    """The gateway's own, with all three keys."""
    return Tickets(KEYS, audience=AUDIENCE, issuer=ISSUER, leeway=LEEWAY, max_age=MAX_AGE, wall=lambda: NOW)


VERIFIER = verifier()


@pytest.mark.parametrize(("ticket", "cause"), CORPUS)
def test_hostile_tickets_are_refused_with_their_cause(ticket: str | None, cause: str) -> None:
    """Each hostile ticket is refused with its cause, the second time too."""
    tickets = verifier()

    assert [tickets.verify(ticket, "morning") for _ in range(2)] == [Refused(cause)] * 2


@pytest.mark.parametrize("kid", ["hs", "es", "ed"])
def test_what_the_corpus_changes_was_good_before(kid: str) -> None:
    """The ticket that every entry of the corpus starts from is accepted, so each is refused for its one change."""
    assert isinstance(VERIFIER.verify(good(kid), "morning"), Viewer)


def test_addresses_and_keys_in_a_header_decide_nothing() -> None:
    """A good ticket stays good with a stranger's key, addresses and unknown names in its header: none is looked at."""
    extra = {"jku": "https://evil.test/keys.json", "jwk": STRANGER_JWK, "x5u": "https://evil.test/c", "x-own": [1]}
    ticket = compact(header("hs", **extra), claims(), SIGNERS["hs"])

    assert isinstance(VERIFIER.verify(ticket, "morning"), Viewer)


def trusting(ticket: str) -> bool:
    """A verifier with the classic fault: it lets the header choose the algorithm for the key of its `kid`."""
    head, body, signature = ticket.split(".")
    parsed = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    if parsed["alg"] == "none":
        return True
    material = {key.kid: key.material for key in KEYS}[parsed["kid"]]
    expected = hmac.digest(material.encode(), f"{head}.{body}".encode(), "sha256")
    return parsed["alg"] == "HS256" and hmac.compare_digest(encode(expected), signature)


@pytest.mark.parametrize("name", ["alg none", "alg none for a public key", "the public key as a secret"])
def test_the_corpus_would_catch_a_verifier_that_believes_the_header(name: str) -> None:
    """A verifier without the check of `alg` accepts forgeries of the corpus: they are real, not merely malformed."""
    assert trusting(KEY_GAMES[name])


def test_refusals_leave_no_trace(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing is logged or printed while the whole corpus and a good ticket are verified."""
    caplog.set_level(logging.DEBUG)
    tickets = verifier()
    for param in CORPUS:
        tickets.verify(param.values[0], "morning")
    viewer = tickets.verify(GOOD, "morning")

    assert caplog.records == []
    assert capfd.readouterr() == ("", "")
    assert isinstance(viewer, Viewer)
    assert viewer.claims["secret"] == CANARY
    assert CANARY not in repr(viewer)
    assert "viewer-1" not in repr(viewer)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(
    ["alg", "kid", "crit", "b64", "jwk", "jku", "typ", "sub", "aud", "exp", "nbf", "tpl", "holdings"]
)
CHANGES = st.dictionaries(NAMES, JSON, max_size=3)


@given(st.text(max_size=60) | st.text("abcAB-_.=", max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    """Any text at all gives a refusal, and never an exception."""
    assert isinstance(VERIFIER.verify(text, "morning"), Refused)


@given(CHANGES, CHANGES)
def test_no_header_or_claim_makes_it_raise(
    changed_header: dict[str, object], changed_claims: dict[str, object]
) -> None:
    """Any JSON in any place of header and claims, with a good signature, gives a viewer or a refusal."""
    ticket = compact({**header(), **changed_header}, {**claims(), **changed_claims}, SIGNERS["hs"])

    assert isinstance(VERIFIER.verify(ticket, "morning"), Viewer | Refused)


@given(st.binary(max_size=40), st.binary(max_size=200), st.binary(max_size=70))
def test_no_bytes_make_it_raise(head: bytes, payload: bytes, signature: bytes) -> None:
    """Any bytes in the three segments are refused, and any bytes as a signed payload too."""
    loose = compact(head, payload, lambda _: signature)

    assert [VERIFIER.verify(ticket, "morning") for ticket in (loose, signed(payload))] == [
        Refused("ticket_invalid")
    ] * 2
