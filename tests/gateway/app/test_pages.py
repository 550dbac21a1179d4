"""The files for browsers over the wire: exact paths, both forms, and nothing beside them."""

import gzip
from pathlib import Path

import pytest

from gateway.web.assets import FOLDER
from problems import check_problem
from running import config, converse, running

pytestmark = pytest.mark.asyncio

PLAYER = (FOLDER / "player.js").read_bytes()
PLAIN = {"Accept-Encoding": "identity"}


async def test_the_player_is_served_to_any_page(tmp_path: Path) -> None:
    """`/player.js` is there for every origin, whole, and is not sent again to who has it."""
    async with running(config(tmp_path)) as moment:
        heard = await moment.ask("GET", "/player.js", headers={**PLAIN, "Origin": "https://anywhere.example"})
        known = {**PLAIN, "If-None-Match": heard.headers["ETag"]}
        again = await moment.ask("GET", "/player.js?v=1", headers=known)

    assert (heard.status, heard.body) == (200, PLAYER)
    assert heard.headers["Access-Control-Allow-Origin"] == "*"
    assert heard.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert heard.headers["X-Content-Type-Options"] == "nosniff"
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", heard.headers["ETag"])
    assert again.headers["Cache-Control"] == heard.headers["Cache-Control"]


WISHED = ["gzip", "br, gzip", "GZIP;q=0.5, deflate", "x-gzip", "identity;q=0, gzip ; q=1"]
NOT_WISHED = [
    "",
    "identity",
    "br",
    "gzip;q=0",
    "gzip;q=0.0, br",
    "notgzip",
    "gzip;q=x",
    "gzip;q=1.2.3",
    "gzip;q=.",
    "*",
]


async def test_it_is_compressed_for_who_takes_that(tmp_path: Path) -> None:
    """Compressed once at start, with an ETag of its own; caches are told what it depends on."""
    async with running(config(tmp_path)) as moment:
        plain = await moment.ask("GET", "/player.js", headers=PLAIN)
        zipped = [await moment.ask("GET", "/player.js", headers={"Accept-Encoding": one}) for one in WISHED]
        known = {"Accept-Encoding": "gzip", "If-None-Match": zipped[0].headers["ETag"]}
        again = await moment.ask("GET", "/player.js", headers=known)

    for one in zipped:
        assert (one.headers["Content-Encoding"], gzip.decompress(one.body)) == ("gzip", plain.body)
        assert one.headers["ETag"] != plain.headers["ETag"]
    assert {one.headers["Vary"] for one in (plain, *zipped, again)} == {"Accept-Encoding"}
    assert (again.status, again.body) == (304, b"")


async def test_who_does_not_ask_for_it_gets_it_plain(tmp_path: Path) -> None:
    """A refusal, another coding or junk is answered with the bytes as they are."""
    async with running(config(tmp_path)) as moment:
        heard = [await moment.ask("GET", "/player.js", headers={"Accept-Encoding": one}) for one in NOT_WISHED]

    for one in heard:
        assert (one.status, one.body) == (200, PLAYER)
        assert "Content-Encoding" not in one.headers


@pytest.mark.parametrize(("page", "admin"), [("demo", False), ("console", True)])
async def test_a_page_is_served_with_its_policy(tmp_path: Path, page: str, admin: bool) -> None:
    """Its path leads to its folder, where the index stands under a strict policy, as do all of its files."""
    async with running(config(tmp_path)) as moment:
        moved = await moment.ask("GET", f"/{page}", admin=admin, allow_redirects=False)
        index = await moment.ask("GET", f"/{page}", admin=admin)
        files = [path.relative_to(FOLDER).as_posix() for path in (FOLDER / page).rglob("*.*")]
        heard = {name: await moment.ask("GET", f"/{name}", admin=admin, headers=PLAIN) for name in files}
        elsewhere = await moment.ask("GET", f"/{page}/", admin=not admin)

    assert (moved.status, moved.headers["Location"]) == (308, f"{page}/")
    assert (index.status, index.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    del heard[f"{page}/index.html"]
    for one in (index, *heard.values()):
        assert one.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; ")
        assert one.headers["Cache-Control"] == "no-cache"
    assert {name: (one.status, one.body) for name, one in heard.items()} == {
        name: (200, (FOLDER / name).read_bytes()) for name in heard
    }
    check_problem(elsewhere, 404, "not-found")


ASTRAY = [
    "/demo/index.html", "/demo//", "/demo/.", "/demo/..", "/demo/../player.js", "/demo/%2e%2e/player.js",
    "/demo/..%2fplayer.js", "/demo/..\\player.js", "/demo/%00", "/demo/assets.py", "/web/player.js", "/player.d.ts",
    "/package.json", "/player.js/", "//player.js", "/%70layer.js", "/demo/../../../../etc/passwd", "/Player.js",
]  # fmt: skip


async def test_no_other_path_leads_to_a_file(tmp_path: Path) -> None:
    """Dots, encodings, other cases and other folders are paths that are not there, on the wire as they are written."""
    async with running(config(tmp_path)) as moment:
        said = {
            path: await converse(
                moment.served.public, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
            )
            for path in ASTRAY
        }

    statuses = {path: (answer[9:12], b"application/problem+json" in answer) for path, answer in said.items()}
    assert {path: one for path, one in statuses.items() if one not in ((b"404", True), (b"400", True))} == {}


async def test_files_are_read_and_nothing_else(tmp_path: Path) -> None:
    """Another method on a file is refused with the one that it takes."""
    async with running(config(tmp_path)) as moment:
        heard = [await moment.ask(method, "/player.js") for method in ("POST", "PUT", "DELETE", "OPTIONS")]

    for one in heard:
        check_problem(one, 405, "method-not-allowed")
        assert one.headers["Allow"] == "GET"
