"""A connector describes: what it imports, and what importing it loads."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import connectors

FOLDER = Path(connectors.__file__).parent
TOOLS = {"make_sessions.py"}  # run by hand when a table is made anew, imported by nobody
FILES = sorted(path for path in FOLDER.rglob("*.py") if path.name not in TOOLS)
FORBIDDEN = {"gateway", "asyncio", "aiohttp", "httpx", "socket", "ssl", "urllib3", "requests"}
FORBIDDEN |= {"time", "os", "logging", "random", "secrets", "threading", "subprocess"}


def module_name(path: Path) -> str:
    """The dotted name of a file of the package."""
    parts = path.relative_to(FOLDER.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """The dotted names of the modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(f"{'.' * node.level}{node.module or ''}")
    return found


def id_of(path: Path) -> str:
    """A file by its path in the package."""
    return str(path.relative_to(FOLDER))


@pytest.mark.parametrize("path", FILES, ids=id_of)
def test_no_file_imports_what_performs(path: Path) -> None:
    """No network, loop, clock, chance, environment or log, and nothing of the gateway."""
    assert {name.partition(".")[0] for name in imports(path)} & FORBIDDEN == set()


@pytest.mark.parametrize("path", [path for path in FILES if path.parent.parent == FOLDER], ids=id_of)
def test_a_kind_imports_what_an_author_imports_and_itself(path: Path) -> None:
    """A vendor's file reads like a third party's: `connectors`, and modules of its own kind."""
    kind = path.parent.name
    allowed = f"connectors.{kind}"
    ours = {name for name in imports(path) if name.startswith((".", "connectors."))}

    assert {name for name in ours if name.partition(allowed)[:2] != ("", allowed)} == set()


def test_importing_every_connector_loads_nothing_that_performs() -> None:
    """A process that imports all of them has loaded neither the gateway nor a client."""
    names = [module_name(path) for path in FILES]
    script = f"import sys, {', '.join(names)}; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(done.stdout.split())

    assert set(names) <= loaded
    assert loaded & {"gateway", "aiohttp", "httpx", "asyncio", "yaml", "cachetools"} == set()


def test_the_public_names_are_what_is_there() -> None:
    """Each public name exists, and the list is sorted, so that a change of it shows as one line."""
    assert [name for name in connectors.__all__ if not hasattr(connectors, name)] == []
    assert sorted(connectors.__all__) == connectors.__all__
