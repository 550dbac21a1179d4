"""`connectors.yaml`: the list of what may be loaded, and what stands beside each name."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from gateway.errors import ConfigError
from gateway.settings import ConnectorEntry, PolicyOverride, Section, parse_document
from gateway.settings.connectors import read_connectors

SHOP = """\
open-meteo:
shopify:
  base_url: ${LAB:-http://127.0.0.1:8090}/shopify
  token: ${TOKEN:-s3cret-token}
  hosts: [127.0.0.1]
  policy: {timeout: 250ms, ttl: 15s, max_bytes: 64KiB, batch: 20}
"""


class ShopSettings(Section):
    base_url: str
    token: SecretStr
    limit: int = 5


def entries(text: str) -> dict[str, ConnectorEntry]:
    """The entries that a text states."""
    return dict(read_connectors(parse_document(text, "connectors.yaml", {})))


def faults(text: str) -> list[str]:
    """The lines of the error that a text raises."""
    with pytest.raises(ConfigError) as caught:
        entries(text)
    return str(caught.value).splitlines()


def test_settings_and_reserved_words_stand_side_by_side() -> None:
    """`hosts` and `policy` are the gateway's, everything else is the connector's own; a bare name is enough."""
    found = entries(SHOP)

    assert list(found) == ["open-meteo", "shopify"]
    assert found["shopify"].hosts == ("127.0.0.1",)
    assert found["shopify"].policy == PolicyOverride(
        timeout=timedelta(milliseconds=250), ttl=timedelta(seconds=15), max_bytes=65_536, batch=20
    )
    assert dict(found["shopify"].settings) == {"base_url": "http://127.0.0.1:8090/shopify", "token": "s3cret-token"}
    assert (dict(found["open-meteo"].settings), found["open-meteo"].policy) == ({}, PolicyOverride())
    assert "s3cret" not in repr(found)


def test_settings_are_validated_when_the_connector_is_known() -> None:
    """A connector's own model reads its settings, and its faults still have their place in the file."""
    shop = entries(SHOP)["shopify"]
    slip = entries(SHOP.replace("token:", "tokn:"))["shopify"]

    assert shop.settings_as(ShopSettings).token.get_secret_value() == "s3cret-token"
    with pytest.raises(ConfigError) as caught:
        slip.settings_as(ShopSettings)
    assert str(caught.value).splitlines() == [
        "connectors.yaml:2:1: 'token' is missing",
        "connectors.yaml:4:3: unknown key 'tokn' (did you mean 'token'?)",
    ]


def test_a_file_without_connectors_is_an_empty_list() -> None:
    """A gateway may have no source at all."""
    assert entries("# none yet\n") == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[]", "connectors.yaml:1:1: should be a mapping"),
        ("Open_Meteo: {}", "connectors.yaml:1:1: the name of a connector is"),
        ("shop: [1]", "connectors.yaml:1:7: should be a mapping"),
        ("shop: {policy: {scope: shared}}", "connectors.yaml:1:17: policy: unknown key 'scope'"),
        ("shop: {policy: {timeout: 0ms}}", "policy.timeout: should be longer than 0ms"),
        ("shop: {policy: {max_bytes: 0B}}", "policy.max_bytes: should be greater than or equal to 1"),
        ("shop: {policy: {ttl: 1m, stale: 30s}}", "policy: stale should be at least as long as ttl"),
        ("shop: {hosts: ['*.example']}", "hosts[0]: should be the name or address of a host"),
        ("shop: {hosts: [lab:80]}", "(did you mean 'lab'?)"),
        ("shop: {hosts: lab}", "hosts: should be a list"),
    ],
)
def test_a_slip_is_told_where_it_stands(text: str, fault: str) -> None:
    """A wrong name, an unknown override and a host that is none are each a fault."""
    (told,) = faults(text)

    assert fault in told


def test_the_faults_of_all_entries_are_told_together() -> None:
    """One wrong entry does not hide the next."""
    assert len(faults("a1: {hosts: 1}\nB: {}\nc1: {policy: {tl: 1s, ttl: 1}}\n")) == 4


def test_an_empty_policy_is_no_override() -> None:
    """A policy whose every line is a comment leaves all to the author."""
    assert entries("shop:\n  policy:\n    # ttl: 1m\n")["shop"].policy == PolicyOverride()
