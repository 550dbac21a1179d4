"""Ports, hosts, origins, ranges and names: what an operator may write for each."""

import ipaddress
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from gateway.settings import CONNECTOR_NAME, NAME, ConnectorName, Host, Name, Network, Origin, Port


def accepted(kind: Any, value: Any) -> bool:
    """Whether the type takes the value."""
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


def suggestion(kind: Any, value: Any) -> Any:
    """The correction that the type suggests for a value it refuses."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    return caught.value.errors()[0]["ctx"]["error"].fix


@pytest.mark.parametrize(
    "origin", ["https://a.example", "http://localhost:3000", "https://[::1]:8443", "http://127.0.0.1", "app://player"]
)
def test_an_origin_is_what_a_browser_sends(origin: str) -> None:
    """A scheme, a host and perhaps a port are an origin."""
    assert accepted(Origin, origin)


@pytest.mark.parametrize(
    ("origin", "fix"),
    [
        ("https://a.example/", "https://a.example"),
        ("https://a.example/watch?v=1", "https://a.example"),
        ("HTTPS://A.example", "https://a.example"),
        ("https://a.example:443", "https://a.example"),
        ("http://a.example:80", "http://a.example"),
        ("https://*.example", None),
        ("*", None),
        ("null", None),
        ("a.example", None),
        ("https://u:p@a.example", None),
        ("https://a.example\n", None),
        ("", None),
    ],
)
def test_what_no_browser_sends_is_refused(origin: str, fix: str | None) -> None:
    """Paths, a '/' at the end, capitals, implied ports and wildcards would never match, so they do not load."""
    assert suggestion(Origin, origin) == fix


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "fd00::5", "localhost", "api.open-meteo.com", "lab", "my_lab"])
def test_a_host_is_a_name_or_an_address(host: str) -> None:
    """Names and addresses are taken as they are."""
    assert accepted(Host, host)


@pytest.mark.parametrize(
    ("host", "fix"),
    [
        ("http://lab:8090/x", "lab"),
        ("lab:8090", "lab"),
        ("API.example", "api.example"),
        ("*.example", None),
        ("a b", None),
        ("a.example\n", None),
        ("", None),
        ("[::1]", None),
    ],
)
def test_a_host_is_nothing_more(host: str, fix: str | None) -> None:
    """A scheme, a port, capitals or a wildcard are refused, with the bare host as the suggestion."""
    assert suggestion(Host, host) == fix


def test_a_range_has_no_host_bits() -> None:
    """A range of addresses is read as one, and a slip in it is not widened in silence."""
    assert TypeAdapter(Network).validate_python("127.0.0.0/8") == ipaddress.ip_network("127.0.0.0/8")
    assert TypeAdapter(Network).dump_python(ipaddress.ip_network("fd00::/8"), mode="json") == "fd00::/8"
    assert not any(accepted(Network, value) for value in ("10.0.0.1/8", "10.0.0.0/33", "lab", "", 10, None, ["::/0"]))


def test_a_port_is_a_number_of_sixteen_bits() -> None:
    """A port is a whole number up to 65535; 0 leaves the choice to the system."""
    assert [accepted(Port, value) for value in (0, 8080, 65_535)] == [True, True, True]
    assert not any(accepted(Port, value) for value in (-1, 65_536, "8080", 80.5, True, None))


@pytest.mark.parametrize(
    ("name", "is_name", "is_connector"),
    [
        ("morning", True, True),
        ("open-meteo", False, True),
        ("stock_left", True, False),
        ("a", True, False),
        ("a1", True, True),
        ("1a", False, False),
        ("Morning", False, False),
        ("morning\n", False, False),
        ("a" * 40, True, True),
        ("a" * 41, True, False),
        ("a" * 65, False, False),
        ("", False, False),
        ("é1", False, False),
    ],
)
def test_a_name_can_be_said_in_an_expression(name: str, is_name: bool, is_connector: bool) -> None:
    """Names of templates, fields and signals take '_', names of connectors '-'; the patterns agree with the types."""
    assert (accepted(Name, name), bool(NAME.match(name))) == (is_name, is_name)
    assert (accepted(ConnectorName, name), bool(CONNECTOR_NAME.match(name))) == (is_connector, is_connector)
