"""Bounds on calls and on connections must fit: what would be cut short in silence does not load."""

from pathlib import Path

import pytest

from gateway.errors import ConfigError
from gateway.settings import load_settings

QUARTER = "a quarter of upstream.connections"


def load(folder: Path, gateway: str, connectors: str = "") -> None:
    """Load a folder with these two files."""
    (folder / "gateway.yaml").write_text(gateway, encoding="utf-8")
    (folder / "connectors.yaml").write_text(connectors, encoding="utf-8")
    load_settings(folder, {})


@pytest.mark.parametrize(
    ("gateway", "connectors", "place", "message"),
    [
        (
            "bulkhead: {in_flight: 257}",
            "",
            "gateway.yaml:1:23",
            f"bulkhead.in_flight (257) should be at most the 256 connections to one vendor, {QUARTER} (1024)",
        ),
        (
            "upstream: {connections: 255}\nbulkhead: {gateway_wide: 255}",
            "",
            "gateway.yaml:1:25",
            f"bulkhead.in_flight (64) should be at most the 63 connections to one vendor, {QUARTER} (255)",
        ),
        (
            "bulkhead: {gateway_wide: 1025}",
            "",
            "gateway.yaml:1:26",
            "bulkhead.gateway_wide (1025) should be at most upstream.connections (1024)",
        ),
        (
            "",
            "shop: {}\nquotes: {policy: {in_flight: 300}}",
            "connectors.yaml:2:30",
            f"in_flight (300) should be at most the 256 connections to one vendor, {QUARTER} (1024)",
        ),
    ],
)
def test_more_calls_than_connections_do_not_load(
    tmp_path: Path, gateway: str, connectors: str, place: str, message: str
) -> None:
    """The fault names both numbers, at the line that states one of them."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, gateway, connectors)

    assert str(caught.value) == f"{tmp_path}/{place}: {message}"


@pytest.mark.parametrize(
    ("gateway", "connectors"),
    [
        ("", ""),
        ("bulkhead: {in_flight: 256}", "quotes: {policy: {in_flight: 256}}"),
        ("upstream: {connections: 4096}\nbulkhead: {in_flight: 1024, gateway_wide: 4096}", ""),
        ("upstream: {connections: 3}\nbulkhead: {in_flight: 1, gateway_wide: 3}", ""),
    ],
)
def test_as_many_calls_as_connections_load(tmp_path: Path, gateway: str, connectors: str) -> None:
    """The bounds may be equal, and however few connections there are, one is for each vendor."""
    load(tmp_path, gateway, connectors)


def test_both_files_are_told_of(tmp_path: Path) -> None:
    """A bound of the gateway and one of a connector are two faults of one error."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, "bulkhead: {in_flight: 257}", "quotes: {policy: {in_flight: 300}}")

    assert len(caught.value.faults) == 2
