"""The player in Node: its own tests against gateways that are none, and the types of all scripts."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

BROWSER = Path(__file__).resolve().parents[2] / "browser"
NODE = shutil.which("node")
TSC = BROWSER / "node_modules" / "typescript" / "bin" / "tsc"
PATIENCE_S = 100

needs_node = pytest.mark.skipif(NODE is None, reason="node is not on this computer")
needs_tsc = pytest.mark.skipif(NODE is None or not TSC.exists(), reason="TypeScript is not installed: make web")


def ran(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """One run of Node in the folder of the browser's tests."""
    assert NODE is not None
    command = [NODE, *map(str, arguments)]
    return subprocess.run(command, cwd=BROWSER, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


@needs_node
def test_the_player_keeps_its_word() -> None:
    """Node's own runner finds every test of the player passing, and that there are many."""
    told = ran("--test", "--test-reporter=tap", "player/")
    passed = re.search(r"^# pass (\d+)$", told.stdout, re.MULTILINE)

    assert told.returncode == 0, told.stdout
    assert passed is not None
    assert int(passed[1]) > 60
    assert "\n# skipped 0\n" in told.stdout


@needs_tsc
def test_the_scripts_fit_their_types() -> None:
    """The compiler in its strictest mode has nothing to say about any script that is served."""
    told = ran(TSC, "--project", ".")

    assert (told.returncode, told.stdout) == (0, "")


@needs_tsc
def test_every_script_is_read_by_the_compiler() -> None:
    """The player itself is among what is checked, not its declarations alone; so is every script of the pages."""
    web = BROWSER.parents[1] / "gateway" / "web"
    listed = {Path(line).resolve() for line in ran(TSC, "--project", ".", "--listFilesOnly").stdout.splitlines()}

    assert set(web.rglob("*.js")) - listed == set()


def test_the_lock_names_versions_and_hashes_and_no_place() -> None:
    """Every locked package has an exact version and a strong hash, and none says where it came from."""
    text = (BROWSER / "package-lock.json").read_text(encoding="utf-8")
    packages = {name: one for name, one in json.loads(text)["packages"].items() if name}
    wanted = json.loads((BROWSER / "package.json").read_text(encoding="utf-8"))["devDependencies"]

    assert "resolved" not in text
    assert "://" not in text
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    assert {name.removeprefix("node_modules/"): one["version"] for name, one in packages.items()} == wanted
