"""A reload: whole or not at all, under opens that go on, and never at the cost of what the cache holds."""

import asyncio
import gc
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.app import assembly, reload
from gateway.app.assembly import Assembly, assemble
from gateway.app.serve import Served, until_told
from reloadable import Reloadable, reloadable
from running import Edit, config, running, ticket

pytestmark = pytest.mark.asyncio

MORNING = "templates/morning.yaml"
NEXT: Edit = (MORNING, "version: 3", "version: 4")


async def version(moment: Reloadable, **members: Any) -> int:
    """The version that an open is answered with."""
    heard = await moment.open(bearing=ticket(), **members)
    assert heard.status == 200, heard.body
    found: int = heard.json["version"]
    return found


async def test_a_new_version_is_served(tmp_path: Path) -> None:
    """What the folder says is served from then on: the highest version, its schema, and no other one."""
    async with reloadable(tmp_path) as moment:
        before = await version(moment)
        moment.edit(NEXT, (MORNING, "default: unknown, max_age", "default: not known, max_age"))
        told = await moment.reload()
        after = await version(moment, context={})
        heard = await moment.open(context={})
        gone = await moment.open(bearing=ticket(), version=3)
        schema = (await moment.ask("GET", "/v1/templates/morning/schema")).json

    assert (told.status, told.json) == (200, {"is_in_force": True, "faults": [], "wants_restart": []})
    assert (before, after, gone.status) == (3, 4, 404)
    assert heard.json["data"]["sky"] == "not known"
    assert schema["properties"]["sky"]


async def test_an_open_under_way_ends_on_what_it_began_with(tmp_path: Path) -> None:
    """It is answered by the old version after the new one is in force, and the next by the new one."""
    async with reloadable(tmp_path) as moment:
        await moment.turn("weather", "ok", latency_ms=600.0)
        under_way = asyncio.create_task(moment.open(bearing=ticket()))
        while (await moment.calls())["weather"] == 0:
            continue
        moment.edit(NEXT)
        assert (await moment.reload()).status == 200
        is_out = not under_way.done()
        after = await version(moment, context={})
        heard = await under_way

    assert is_out
    assert (heard.json["version"], after) == (3, 4)
    assert heard.signals["weather"] == ("live", None)


async def test_a_bad_configuration_changes_nothing_and_is_told_whole(tmp_path: Path) -> None:
    """Every fault of every file comes back with 400, the old configuration serves, the process stays ready."""
    async with reloadable(tmp_path) as moment:
        moment.edit(
            NEXT,
            (MORNING, "from: weather.temperature_c", "from: wether.temperature_c"),
            (MORNING, "from: stock.quantity", "from: stock.quantty"),
        )
        told = await moment.reload()
        after = await version(moment)
        ready = await moment.ask("GET", "/readyz", admin=True)
        moment.edit((MORNING, "wether", "weather"), (MORNING, "quantty", "quantity"))
        mended = await moment.reload()
        last = await version(moment)

    assert (told.status, told.json["is_in_force"]) == (400, False)
    faults = told.json["faults"]
    assert len(faults) == 2
    assert all(f"{MORNING}:" in fault and "did you mean" in fault for fault in faults)
    assert (after, ready.status, mended.status, last) == (3, 200, 200, 4)


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (("gateway.yaml", "budget: 400ms", "budget: 300ms"), []),
        (("gateway.yaml", "origins: []", "origins: [https://www.example.com]"), []),
        (("gateway.yaml", "port: ${MOMENT_PORT:-8080}", "port: 8099"), ["public"]),
        (("gateway.yaml", "refreshes: 32", "refreshes: 31"), ["cache"]),
        (("gateway.yaml", "in_flight: 64,", "in_flight: 63,"), ["bulkhead"]),
        (("gateway.yaml", "connections: 1024", "connections: 1025"), ["upstream"]),
        (("gateway.yaml", "each_address: 64", "each_address: 63"), ["public"]),
        (("gateway.yaml", "body: 2s", "body: 1s"), ["public"]),
        (("gateway.yaml", "closed: 3.0", "closed: 4"), ["admission"]),
        (("gateway.yaml", "burst: 10", "burst: 9"), []),
    ],
)
async def test_what_wants_a_restart_is_named(tmp_path: Path, edit: Edit, named: list[str]) -> None:
    """Sections whose state is made once a process are named, again each time; all others are in force at once."""
    async with reloadable(tmp_path) as moment:
        moment.edit(edit)
        told = [await moment.reload() for _ in range(2)]

    assert [one.json for one in told] == [{"is_in_force": True, "faults": [], "wants_restart": named}] * 2


@pytest.mark.parametrize("is_gone", [True, False])
async def test_a_folder_without_templates_is_refused(tmp_path: Path, is_gone: bool) -> None:
    """A folder of templates that is empty or not there is a fault with its name; what was served is served on."""
    async with reloadable(tmp_path) as moment:
        folder = moment.folder / "templates"
        for file in folder.iterdir():
            file.unlink()
        if is_gone:
            folder.rmdir()
        told = await moment.reload()
        after = await version(moment)

    assert (told.status, told.json["is_in_force"]) == (400, False)
    assert told.json["faults"] == [f"no template in {folder}"]
    assert after == 3


async def test_a_pace_is_in_force_at_once(tmp_path: Path) -> None:
    """An operator who limits viewers need not restart: a viewer's third open is refused, another's first is not."""
    async with reloadable(tmp_path) as moment:
        before = [(await moment.open(bearing=ticket())).status for _ in range(4)]
        moment.edit(
            ("gateway.yaml", "pace: {enabled: false, rate: 5, burst: 10", "pace: {enabled: true, rate: 0.001, burst: 2")
        )
        await moment.reload()
        after = [(await moment.open(bearing=ticket())).status for _ in range(4)]
        other = await moment.open(bearing=ticket("another"))

    assert (before, after, other.status) == ([200] * 4, [200, 200, 429, 429], 200)


async def test_origins_are_in_force_at_once(tmp_path: Path) -> None:
    """A page that was added may read the answers after a reload."""
    origin = {"Origin": "https://www.example.com", "Content-Type": "application/json"}
    async with reloadable(tmp_path) as moment:
        before = await moment.open(headers=origin)
        moment.edit(("gateway.yaml", "origins: []", "origins: [https://www.example.com]"))
        await moment.reload()
        after = await moment.open(headers=origin)

    assert "Access-Control-Allow-Origin" not in before.headers
    assert after.headers["Access-Control-Allow-Origin"] == "https://www.example.com"


async def test_the_cache_survives(tmp_path: Path) -> None:
    """What was fetched before is fresh after, and no source is asked again; a changed setting makes another key."""
    async with reloadable(tmp_path) as moment:
        await moment.open(bearing=ticket())
        calls = await moment.calls()
        moment.edit(NEXT)
        await moment.reload()
        warm = await moment.open(bearing=ticket())
        same = await moment.calls()
        moment.edit(("connectors.yaml", "${SHOPIFY_STOREFRONT_TOKEN:-lab}", "another"))
        await moment.reload()
        cold = await moment.open(bearing=ticket())

    assert {status for status, _ in warm.signals.values()} <= {"fresh", "live"}  # live: what is derived
    assert warm.signals["loyalty"] == ("fresh", None)
    assert same == calls
    assert cold.signals["stock"] == ("live", None)
    assert cold.signals["weather"] == ("fresh", None)


async def test_a_folder_that_cannot_be_read_keeps_the_old(tmp_path: Path) -> None:
    """Bytes that are no text, YAML that is none, a folder for a file: 400 with the fault, and opens go on."""
    async with reloadable(tmp_path) as moment:
        good = (moment.folder / MORNING).read_bytes()
        answers = []
        for bad in (b"\xff\xfe\x00", b"template: [", b""):
            (moment.folder / MORNING).write_bytes(bad)
            answers.append(await moment.reload())
        (moment.folder / MORNING).write_bytes(good)
        (moment.folder / "gateway.yaml").unlink()
        (moment.folder / "gateway.yaml").mkdir()
        answers.append(await moment.reload())
        after = await version(moment)

    assert [(one.status, bool(one.json.get("faults"))) for one in answers] == [(400, True)] * 4
    assert after == 3


@pytest.mark.parametrize("is_good", [True, False])
async def test_the_reading_gives_way_to_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_good: bool) -> None:
    """While it is read the loop need not wait long for its turn; afterwards all is as before, also after a fault."""
    seen: list[tuple[float, int]] = []

    def assembled(*told: Any) -> Assembly:
        seen.append((sys.getswitchinterval(), gc.get_threshold()[0]))
        if not is_good:
            raise RuntimeError
        return assemble(*told)

    monkeypatch.setattr(reload, "assemble", assembled)
    ours = gc.get_threshold()
    interval, thresholds = sys.getswitchinterval(), (20_000, 50, 100)
    gc.set_threshold(*thresholds)
    try:
        async with reloadable(tmp_path) as moment:
            told = await moment.reload()
        after = sys.getswitchinterval(), gc.get_threshold()
    finally:
        gc.set_threshold(*ours)

    assert told.json["is_in_force"] is is_good
    assert len(seen) == 1
    assert seen[0][0] < interval / 5
    assert seen[0][1] < thresholds[0] / 10
    assert after == (interval, thresholds)


async def test_plugins_are_looked_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed while the process runs is not loaded into it: a reload does not look."""
    async with reloadable(tmp_path) as moment:
        monkeypatch.setattr(assembly, "installed", lambda: pytest.fail("it looked again"))
        told = await moment.reload()

    assert told.json["is_in_force"] is True


async def test_without_a_folder_there_is_nothing_to_read(tmp_path: Path) -> None:
    """A gateway that was started from settings alone says so, with 400."""
    async with running(config(tmp_path)) as moment:
        told = await moment.ask("POST", "/-/reload", admin=True)
        read = await moment.ask("GET", "/-/reload", admin=True)

    assert told.status == 400
    assert told.json["faults"] == ["this gateway was started without a folder to read from"]
    assert read.status == 405


async def test_sighup_is_a_reload(tmp_path: Path) -> None:
    """SIGHUP puts what the folder says in force, a bad folder changes nothing, and neither ends the service."""
    async with reloadable(tmp_path) as moment, asyncio.timeout(10):
        ready = asyncio.Event()

        def told(_: Served) -> None:
            ready.set()

        serving = asyncio.create_task(until_told(told, moment.served))
        await ready.wait()
        moment.edit(("templates/morning.yaml", "template: morning", "template: 7"))
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0)
        assert (await moment.reload()).status == 400  # one at a time: the signal's is over too
        bad = await version(moment)
        moment.edit(("templates/morning.yaml", "template: 7", "template: morning"), NEXT)
        os.kill(os.getpid(), signal.SIGHUP)
        while await version(moment, context={}) != 4:
            continue
        os.kill(os.getpid(), signal.SIGTERM)
        heard = await serving

    assert (bad, heard) == (3, signal.SIGTERM)


async def test_opens_never_fail_while_it_is_reloaded(tmp_path: Path) -> None:
    """Good and bad folders in turns under steady opens: each is answered, by exactly one of the two versions."""
    async with reloadable(tmp_path) as moment:
        seen: list[tuple[int, str]] = []
        is_over = asyncio.Event()

        async def opens() -> None:
            while not is_over.is_set():
                heard = await moment.open(context={})
                assert heard.status == 200
                seen.append((heard.json["version"], heard.json["data"]["sky"]))

        asking = [asyncio.create_task(opens()) for _ in range(3)]
        for turn in range(6):
            now, then = (3, 4) if turn % 2 == 0 else (4, 3)
            words = {3: "default: unknown, max_age", 4: "default: not known, max_age"}
            moment.edit((MORNING, f"version: {now}", f"version: {then}"), (MORNING, words[now], words[then]))
            assert (await moment.reload()).status == 200
            moment.edit((MORNING, "budget: 2s", "budget: never"))
            assert (await moment.reload()).status == 400
            moment.edit((MORNING, "budget: never", "budget: 2s"))
        is_over.set()
        await asyncio.gather(*asking)

    assert set(seen) == {(3, "unknown"), (4, "not known")}
