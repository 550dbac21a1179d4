"""From settings to a gateway: built whole, or refused with all that is wrong."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest

from gateway.app.assembly import Assembly, assemble, load_catalog
from gateway.app.engine import start_engine
from gateway.clock import Clock
from gateway.errors import ConfigError
from gateway.settings import load_settings
from gateway.tickets import Refused, TicketKey, Viewer
from running import Edit, config, ticket
from ticket_forge import KEYS, SECRET, encode

WALL = 1_800_000_000.0


@asynccontextmanager
async def assembled(folder: Path, *keys: TicketKey, **environment: str) -> AsyncIterator[Assembly]:
    """The gateway of a configuration, on this loop, until its pool is closed."""
    settings = load_settings(folder, environment)
    engine = start_engine(settings.gateway, Clock(asyncio.get_running_loop().time, lambda: WALL))
    try:
        yield assemble(settings, engine, keys)
    finally:
        await engine.pool.close()


@pytest.mark.asyncio
async def test_the_numbers_of_the_configuration_are_in_force(tmp_path: Path) -> None:
    """Budget, grace and cache are as stated, and the date is that of the clock it was given."""
    edits: tuple[Edit, ...] = (
        ("gateway.yaml", "optional_grace: 50ms", "optional_grace: 70ms"),
        ("gateway.yaml", "max_budget: 2s", "max_budget: 1s"),
        ("connectors.yaml", "timeout: 1s", "timeout: 1s, ttl: 7s"),
    )
    async with assembled(config(tmp_path, *edits)) as made:
        assert made.gateway.grace == 0.07
        assert (made.gateway.front.law.most, made.gateway.front.law.least) == (1.0, 0.03)
        assert {(one.ttl, one.timeout) for one in made.sources.values()} == {(7.0, 1.0)}
        assert made.today() == date(2027, 1, 15)


@pytest.mark.asyncio
async def test_no_ticket_is_believed_as_shipped(tmp_path: Path) -> None:
    """The shipped configuration has no key: tickets count once one is added, from the file or by the caller."""
    folder = config(tmp_path, ("gateway.yaml", "keys: []", "keys: [{kid: hs, alg: HS256, key: '${KEY:-}${REST}'}]"))
    bearing = ticket(iat=WALL - 5, exp=WALL + 300)
    async with (
        assembled(config(tmp_path / "shipped")) as shipped,
        assembled(config(tmp_path / "added"), *KEYS) as added,
        assembled(folder, KEY="", REST=encode(SECRET)) as stated,
    ):
        verdicts = [one.gateway.front.tickets.verify(bearing, "morning") for one in (shipped, added, stated)]

    assert isinstance(verdicts[0], Refused)
    assert [one.subject for one in verdicts[1:] if isinstance(one, Viewer)] == ["viewer-1", "viewer-1"]


@pytest.mark.asyncio
async def test_two_keys_of_one_kid_are_refused(tmp_path: Path) -> None:
    """A key that is added under a kid that is taken is a fault of the configuration, and no key stands in it."""
    folder = config(tmp_path, ("gateway.yaml", "keys: []", f"keys: [{{kid: hs, alg: HS256, key: {encode(SECRET)}}}]"))

    with pytest.raises(ConfigError, match="same kid") as told:
        async with assembled(folder, *KEYS):
            raise AssertionError("it was assembled")

    assert encode(SECRET) not in str(told.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("connectors.yaml", "shopify:", "shopfy:", "shopfy"),
        ("connectors.yaml", "app_id:", "app_idd:", "app_id"),
        ("templates/morning.yaml", "weather.temperature_c", "weather.temperature_f", "temperature_c"),
        ("templates/morning.yaml", "connector: voucherify", "connector: voucherfy", "voucherify"),
        ("templates/morning.yaml", "context.product", "contxt.product", "context"),
    ],
)
def test_a_slip_in_the_catalog_is_told_with_the_word_meant(
    tmp_path: Path, file: str, old: str, new: str, says: str
) -> None:
    """A connector, a setting, a field or a root that there is not stops the load, and the message helps."""
    settings = load_settings(config(tmp_path, (file, old, new)), {})

    with pytest.raises(ConfigError) as told:
        load_catalog(settings)

    assert says in str(told.value)
    assert file in str(told.value)
