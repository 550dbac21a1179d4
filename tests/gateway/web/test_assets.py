"""The files for browsers as they are read: which of them, as what, and what a browser may do with them."""

import gzip
import json
import os
from pathlib import Path

import pytest

from gateway.web import Asset, page, player
from gateway.web.assets import CONTENT_TYPES, FOLDER, POLICY

MOST_ZIPPED = 6000


def folder(at: Path, **files: bytes) -> Path:
    """A folder `demo` with files; two underscores stand for a slash, one for a dot."""
    for name, body in files.items():
        path = at / "demo" / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return at


def test_the_player_is_small() -> None:
    """What the player costs on the wire stays below 6 kB, comments and all."""
    asset = player()["/player.js"]

    assert asset.zipped is not None
    assert len(asset.zipped) < MOST_ZIPPED
    assert gzip.decompress(asset.zipped) == asset.body == (FOLDER / "player.js").read_bytes()


def test_the_player_needs_nothing_else() -> None:
    """It imports no other file, so that one request fetches it whole; types in comments are not fetched."""
    lines = player()["/player.js"].body.decode().splitlines()

    assert [line for line in lines if line.lstrip().startswith(("import ", "import{", "export * ", "export {"))] == []
    assert [line for line in lines if "import(" in line and not line.startswith("/** @type")] == []


def test_the_player_is_for_any_page() -> None:
    """Any origin may load it, may see how long it took, and may keep it for a while."""
    headers = player()["/player.js"].headers

    assert headers["Access-Control-Allow-Origin"] == headers["Timing-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["Cache-Control"].startswith("public, max-age=")
    assert headers["Content-Type"] == "text/javascript; charset=utf-8"


def test_a_bundler_finds_the_player_and_its_types() -> None:
    """The manifest beside it names files that are there, has the product's version, and asks for no package."""
    manifest = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))
    project = (FOLDER.parents[1] / "pyproject.toml").read_text(encoding="utf-8")

    named = [*manifest["exports"]["."].values(), manifest["types"], *manifest["files"]]
    assert [name for name in named if not (FOLDER / name).is_file()] == []
    assert not {"dependencies", "peerDependencies", "optionalDependencies", "scripts"} & set(manifest)
    assert (manifest["name"], manifest["type"], manifest["sideEffects"]) == ("moment-player", "module", False)
    assert f'\nversion = "{manifest["version"]}"\n' in project


def test_what_the_types_declare_is_what_there_is() -> None:
    """The declarations export the one function that the script exports."""
    declared, written = ((FOLDER / name).read_text(encoding="utf-8") for name in ("player.d.ts", "player.js"))

    assert [line for line in declared.splitlines() if line.startswith("export ") and "function" in line] == [
        "export function open(options: Options): Promise<Opened>;"
    ]
    assert [line for line in written.splitlines() if line.startswith("export")] == ["export function open(options) {"]


@pytest.mark.parametrize("name", ["demo", "console"])
def test_each_page_is_there_whole(name: str) -> None:
    """Both pages have an index, and every file of their folders is of a kind that is served."""
    files = {path.relative_to(FOLDER).as_posix() for path in (FOLDER / name).rglob("*") if path.is_file()}
    expected = {f"/{one}".removesuffix("index.html") for one in files}

    assert f"/{name}/" in expected
    assert expected == set(page(name))  # type: ignore[arg-type]


def test_a_page_is_a_table_of_its_files(tmp_path: Path) -> None:
    """Each file has its exact path and type, folders too; the index stands at the folder's own path."""
    at = folder(tmp_path, index_html=b"<p>", film_js=b"1", scenes__sky_js=b"2", film_css=b"p{}", icon_svg=b"<svg/>")
    found = page("demo", at)

    assert {path: one.headers["Content-Type"] for path, one in found.items()} == {
        "/demo/": "text/html; charset=utf-8",
        "/demo/film.css": "text/css; charset=utf-8",
        "/demo/film.js": "text/javascript; charset=utf-8",
        "/demo/icon.svg": "image/svg+xml",
        "/demo/scenes/sky.js": "text/javascript; charset=utf-8",
    }
    assert found["/demo/scenes/sky.js"].body == b"2"


def test_what_is_of_no_known_kind_is_not_served(tmp_path: Path) -> None:
    """Sources, types, notes, backups and links are not in the table: a kind is added by name or not at all."""
    at = folder(
        tmp_path, index_html=b"<p>", a_py=b"", b_md=b"", c_js_orig=b"", d_d_ts=b"", secret_key=b"", e_html_swp=b""
    )
    (tmp_path / "outside.js").write_bytes(b"secret")
    os.symlink(tmp_path / "outside.js", at / "demo" / "link.js")
    (at / "demo" / "folder.js").mkdir()

    assert set(page("demo", at)) == {"/demo/"}


def test_a_page_without_an_index_has_no_page(tmp_path: Path) -> None:
    """Files without an index are served as files; a folder that is not there has none."""
    assert set(page("demo", folder(tmp_path / "a", film_js=b""))) == {"/demo/film.js"}
    assert page("demo", tmp_path / "b") == {}


def test_a_page_may_load_what_is_its_own_and_nothing_else(tmp_path: Path) -> None:
    """The policy forbids everything, then allows the port's own files: nothing inline, framed, sent or parsed."""
    headers = page("demo", folder(tmp_path, index_html=b"<p>"))["/demo/"].headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))

    assert policy == dict(POLICY)
    assert next(iter(policy.items())) == ("default-src", "'none'")
    assert {name for name, value in policy.items() if value == "'self'"} == {
        "script-src", "style-src", "img-src", "connect-src",
    }  # fmt: skip
    assert {policy[name] for name in ("base-uri", "form-action", "frame-ancestors", "trusted-types")} == {"'none'"}
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "no-referrer")


def test_an_etag_follows_the_bytes(tmp_path: Path) -> None:
    """Equal bytes have equal tags and equal compressed bytes; other bytes have other tags, in both forms."""
    one, same, other = (
        page("demo", folder(tmp_path / str(at), index_html=body * 99))["/demo/"]
        for at, body in enumerate((b"<p>1", b"<p>1", b"<p>2"))
    )

    def tags(asset: Asset) -> set[str]:
        return {asset.etag(is_zipped=True), asset.etag(is_zipped=False)}

    assert (tags(one), one.zipped) == (tags(same), same.zipped)
    assert len(tags(one) | tags(other)) == 4


def test_what_does_not_get_smaller_is_not_compressed(tmp_path: Path) -> None:
    """A file that compression makes larger goes out as it is."""
    found = page("demo", folder(tmp_path, index_html=b"<p>", noise_png=os.urandom(500)))

    assert {one.zipped for one in found.values()} == {None}


def test_every_kind_has_a_type_that_browsers_take() -> None:
    """Text says that it is UTF-8: with `nosniff` a wrong type is no file at all."""
    text = {kind for kind, type_ in CONTENT_TYPES.items() if type_.startswith("text/")}

    assert text == {".css", ".html", ".js"}
    assert all(CONTENT_TYPES[kind].endswith("; charset=utf-8") for kind in text)
