"""Installed plugins are found by entry point, and whatever their code raises costs nobody else."""

from collections.abc import Callable
from importlib.metadata import EntryPoint
from typing import NoReturn

import pytest

from gateway.catalog.plugins import Broken, attempt, broken, distribution_of, installed
from gateway.errors import ConfigError, ConfigFault

POINT = EntryPoint("acme", "acme:Acme", "moment.connectors")


def test_the_products_own_plugins_are_installed() -> None:
    """The connectors and the derivation that the product ships are found like anybody else's."""
    assert {"open-meteo", "shopify", "voucherify", "alpaca", "portfolio"} <= installed().keys()


def test_a_plugin_is_found_without_being_imported(install: Callable[..., None]) -> None:
    """A distribution is known by what it declares; its code is not run."""
    install("acme-weather", "raise RuntimeError('imported')", acme="Acme")
    point = installed()["acme"]

    assert point.value == "acme_weather:Acme"
    assert distribution_of(point) == "acme-weather 1.2"


def test_two_distributions_with_one_name_are_an_error_that_names_both(install: Callable[..., None]) -> None:
    """Which of them is meant cannot be told, so neither is taken."""
    install("acme-one", "", acme="Acme", fine="Fine")
    install("acme-two", "", acme="Acme")
    with pytest.raises(ConfigError) as caught:
        installed()

    (line,) = str(caught.value).splitlines()
    assert line.startswith("connector 'acme' is installed twice, by ")
    assert "acme-one 1.2" in line
    assert "acme-two 1.2" in line


def test_one_distribution_found_twice_is_one(install: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same distribution on two ways of the search path is no conflict."""
    install("acme", "", acme="Acme")
    point = installed()["acme"]
    monkeypatch.setattr("gateway.catalog.plugins.entry_points", lambda group: [point, point])

    assert installed() == {"acme": point}


def test_an_entry_point_may_belong_to_nobody() -> None:
    """An entry point that was made by hand has no distribution to be named."""
    assert distribution_of(POINT) == "an unknown distribution"
    assert broken(POINT, "is odd") == Broken("acme", "an unknown distribution", "is odd", "is odd")


class Hostile(Exception):  # noqa: N818 - what it is
    def __str__(self) -> str:
        raise RuntimeError("even its text raises")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ImportError("No module named 'x'"), "ImportError: No module named 'x' (test_plugins.py, line "),
        (SystemExit(3), "SystemExit: 3 (test_plugins.py, line "),
        (GeneratorExit(), "GeneratorExit (test_plugins.py, line "),
        (BaseException("odd"), "BaseException: odd (test_plugins.py, line "),
        (RecursionError("deep"), "RecursionError: deep (test_plugins.py, line "),
        (Hostile(), "(test_plugins.py, line "),
    ],
)
def test_whatever_a_plugin_raises_is_kept_and_told(error: BaseException, message: str) -> None:
    """The last line of why, with the failing line, and the whole trace beside it."""

    def run() -> NoReturn:
        raise error

    found = attempt(POINT, run)

    assert isinstance(found, Broken)
    assert message in found.message
    assert "Traceback" in found.detail


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ConfigError(ConfigFault(None, "does not fit"))])
def test_what_is_not_the_plugins_fault_goes_on(error: BaseException) -> None:
    """An operator who ends the process, and one whose setting does not fit, are heard."""

    def run() -> NoReturn:
        raise error

    with pytest.raises(type(error)):
        attempt(POINT, run)


def test_code_that_knows_secrets_is_not_quoted() -> None:
    """Where a plugin is given its settings, its own words could hold one of them."""
    secret = "".join(["s3", "cret"])  # the trace shows lines of code, and may

    def run() -> NoReturn:
        try:
            raise ValueError(secret)
        except ValueError as error:
            raise RuntimeError(f"bad token {secret}") from error

    found = attempt(POINT, run, knows_secrets=True)

    assert isinstance(found, Broken)
    assert found.message.startswith("RuntimeError (test_plugins.py, line ")
    assert "RuntimeError" in found.detail
    assert secret not in found.message + found.detail
