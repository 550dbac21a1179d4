"""The admin port: alive, ready, how it is set and how its sources do; and nothing of the public port."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.app.admin import ending_soon
from gateway.catalog.registry import Broken, Registry
from problems import check_problem
from running import SOURCES, Edit, Running, config, running, ticket

SECRETS = {"VOUCHERIFY_APP_TOKEN": "canary-token", "APCA_API_SECRET_KEY": "canary-secret"}
KEYED: Edit = ("gateway.yaml", "keys: []", "keys: [{kid: own, alg: HS256, key: '${TICKET_KEY}'}]")
TICKET_KEY = "Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LWNhbmFyeQ"
PUBLIC = ["/", "/v1/open", "/v1/templates", "/v1/templates/morning/schema", "/openapi.json", "/player.js", "/livez/"]


async def of_admin(moment: Running, path: str) -> Any:
    """A document of the admin port that is there."""
    heard = await moment.ask("GET", path, admin=True)
    assert heard.status == 200, heard.body
    assert heard.headers["Cache-Control"] == "private, no-store"
    return heard.json


@pytest.mark.asyncio
async def test_sources_have_no_say_in_readiness(tmp_path: Path) -> None:
    """With every source dead and an open failing, the process is alive and ready."""
    async with running(config(tmp_path)) as moment:
        for source in SOURCES.values():
            await moment.turn(source, "error")
        failing = await moment.open(bearing=ticket())
        documents = [await of_admin(moment, path) for path in ("/livez", "/readyz")]
        verbose = await of_admin(moment, "/readyz?verbose")

    assert {reason for _, reason in failing.signals.values()} == {"error", "dependency"}
    assert documents == [{"status": "ok"}, {"status": "ok"}]
    assert verbose == {"status": "ok", "checks": {"config": "ok", "draining": False}, "warnings": []}


@pytest.mark.asyncio
async def test_the_configuration_is_shown_without_secrets(tmp_path: Path) -> None:
    """What is in force can be read, but for keys and tokens and whatever came from the environment."""
    async with running(config(tmp_path, KEYED), **SECRETS, TICKET_KEY=TICKET_KEY) as moment:
        document = await of_admin(moment, "/-/config")

    assert document["gateway"]["open"]["optional_grace"]
    assert set(document["connectors"]) == {"open-meteo", "shopify", "voucherify", "alpaca"}
    assert document["connectors"]["voucherify"]["hosts"] == ["127.0.0.1"]
    shown = str(document)
    assert not [secret for secret in (*SECRETS.values(), TICKET_KEY) if secret in shown]


@pytest.mark.asyncio
async def test_the_sources_and_guards_are_counted(tmp_path: Path) -> None:
    """Each connector has its policy and last failure, and the guards and the pool count what passed through them."""
    async with running(config(tmp_path)) as moment:
        await moment.open(bearing=ticket())
        await moment.turn("inventory", "error")
        await moment.open(bearing=ticket(), context={"product": "8"})
        document = await of_admin(moment, "/-/connectors")

    listed = {one["name"]: one for one in document["connectors"]}
    assert {one["state"] for one in listed.values()} == {"loaded"}
    assert listed["voucherify"]["policy"] | {"scope": "viewer", "timeout_s": 1.0} == listed["voucherify"]["policy"]
    failure = listed["shopify"]["last_failure"]
    assert (failure["reason"], failure["cause"]) == ("error", "upstream_5xx")
    assert listed["open-meteo"]["last_failure"] is None
    assert (document["errands"], document["pool"]["calls"]) == (5, 5)
    assert document["guards"]["flight"] == {"led": 6, "joined": 0, "late": 0, "flying": 0, "waiting": 0}
    cache = document["guards"]["cache"]
    assert (cache["misses"], cache["hits"], cache["entries"]) == (6, 3, 5)


@pytest.mark.asyncio
async def test_a_connector_that_did_not_load_says_why(tmp_path: Path) -> None:
    """A broken one is listed as failed with what the operator needs to know; its signals are `default/plugin`."""
    async with running(config(tmp_path)) as moment:
        assembly = moment.served.assembly
        broken = Broken("shopify", "moment-shopify 1.0", "does not import", "ImportError in shop.py:7")
        registry = Registry({**assembly.registry.sources, "shopify": broken}, {})
        moment.served._reloading.assembly = replace(assembly, registry=registry)
        listed = {one["name"]: one for one in (await of_admin(moment, "/-/connectors"))["connectors"]}

    assert listed["shopify"]["state"] == "failed"
    assert (listed["shopify"]["error"], listed["shopify"]["detail"]) == ("does not import", "ImportError in shop.py:7")


@pytest.mark.asyncio
async def test_each_port_has_its_own_paths_alone(tmp_path: Path) -> None:
    """What is public is 404 on the admin port; what is for operators takes no method but its own there."""
    async with running(config(tmp_path)) as moment:
        unknown = [await moment.ask("GET", path, admin=True) for path in PUBLIC]
        posted = await moment.ask("POST", "/v1/open", admin=True, data=b'{"template":"morning"}')
        wrong = [await moment.ask("POST", path, admin=True) for path in ("/livez", "/readyz", "/-/config")]

    for one in (*unknown, posted):
        check_problem(one, 404, "not-found")
    for one in wrong:
        check_problem(one, 405, "method-not-allowed")
        assert one.headers["Allow"] == "GET"


@pytest.mark.asyncio
async def test_draining_is_not_ready_and_still_alive(tmp_path: Path) -> None:
    """While the last answers are finished the process lives and wants no more: 503 with its reason."""
    async with running(config(tmp_path)) as moment:
        await moment.turn("weather", "hang")
        last = asyncio.create_task(moment.open())
        while (await moment.calls())["weather"] == 0:
            continue
        stopping = asyncio.create_task(moment.served.stop())
        await asyncio.sleep(0)
        ready = await moment.ask("GET", "/readyz?verbose", admin=True)
        alive = await moment.ask("GET", "/livez", admin=True)
        await stopping
        heard = await last

    assert (ready.status, ready.json["status"], ready.json["checks"]["draining"]) == (503, "draining", True)
    assert alive.status == 200
    assert heard.signals["weather"] == ("default", "timeout")


@pytest.mark.asyncio
async def test_data_that_ends_soon_is_warned_of(tmp_path: Path) -> None:
    """Sixty days before a connector's shipped data ends the operator is told, by name and date; not before."""
    async with running(config(tmp_path)) as moment:
        assembly = moment.served.assembly
        ends = assembly.sources["alpaca"].connector.good_until
        assert isinstance(ends, date)
        told = [ending_soon(assembly.sources, ends - timedelta(days=days)) for days in (60, 59)]

    assert told == [[], [f"alpaca: its shipped data ends on {ends.isoformat()}"]]


@pytest.mark.asyncio
async def test_a_start_without_templates_is_warned_of(tmp_path: Path) -> None:
    """A gateway may start with nothing to serve; whoever looks at its readiness is told that it has nothing."""
    folder = config(tmp_path)
    (folder / "templates" / "morning.yaml").unlink()
    async with running(folder) as moment:
        verbose = await of_admin(moment, "/readyz?verbose")
        heard = await moment.open()

    assert "no template is loaded: every open is answered 404" in verbose["warnings"]
    assert heard.status == 404
