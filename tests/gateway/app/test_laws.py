"""From the configuration to the laws: the defaults are those of the guards, and every key reaches its law."""

import ipaddress
from dataclasses import fields

import pytest

from gateway.admission import AdmissionLaw
from gateway.app.connections import ConnectionsLaw
from gateway.app.http import Patience
from gateway.app.laws import admission_law_of, connections_law_of, laws_of, pace_law_of, patience_of
from gateway.pace import PaceLaw
from gateway.settings import GatewaySettings, parse_document, validate


def settings(text: str) -> GatewaySettings:
    """The settings that a text states."""
    return validate(parse_document(text, "gateway.yaml", {}), GatewaySettings)


def test_the_defaults_are_those_of_admission() -> None:
    """With nothing set the levels are where admission itself has them."""
    assert admission_law_of(settings("")) == AdmissionLaw()


def test_every_number_of_admission_can_be_set() -> None:
    """Each field of the law has a key, and takes what that says, in seconds."""
    stated = """
admission:
  {enabled: false, start: 5, least: 4, most: 6, tick: 1s, ticker: 20ms, lag: 7ms, overshoot: 8ms, overshoot_share: 0.5,
   backoff: 0.7, calm: 9s, shares: {thrifty: 0.1, essential: 0.2, cached: 0.3, closed: 0.4},
   lags: {thrifty: null, essential: 10ms, cached: 20ms, closed: 1s}}
"""
    law = admission_law_of(settings(stated))

    assert [one.name for one in fields(law) if getattr(law, one.name) == getattr(AdmissionLaw(), one.name)] == []
    assert law == AdmissionLaw(
        False, 5, 4, 6, 1.0, 0.02, 0.007, 0.008, 0.5, 0.7, (0.1, 0.2, 0.3, 0.4), (None, 0.01, 0.02, 1.0), 9.0
    )


def test_strikes_can_be_set() -> None:
    """How many strikes within how long open a circuit is configuration."""
    law = laws_of(settings("breaker: {strikes: 7, strikes_within: 5s}")).breaker

    assert (law.strikes, law.strikes_within) == (7, 5.0)


def test_the_entrance_can_be_set() -> None:
    """Connections and patience are as stated, in seconds."""
    stated = settings(
        "public: {connections: {most: 5, each_address: 4, trusted: [10.0.0.0/8]}, "
        "patience: {head: 1s, body: 500ms, idle: 3s}}"
    )

    assert connections_law_of(stated) == ConnectionsLaw(5, 4, (ipaddress.ip_network("10.0.0.0/8"),))
    assert patience_of(stated) == Patience(1.0, 0.5, 3.0)


@pytest.mark.parametrize(
    ("text", "law"),
    [
        ("", None),
        ("pace: {rate: 2, burst: 3}", None),
        ("pace: {enabled: true}", PaceLaw(5.0, 10, 100_000)),
        ("pace: {enabled: true, rate: 2, burst: 3, viewers: 4}", PaceLaw(2.0, 3, 4)),
    ],
)
def test_a_pace_is_kept_only_where_it_is_switched_on(text: str, law: PaceLaw | None) -> None:
    """Off as shipped, whatever numbers stand there."""
    assert pace_law_of(settings(text)) == law
