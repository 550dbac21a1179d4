"""What the shape of the code promises, read from the files: sizes, waiting, dependencies, and what must be in none."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("gateway", "connectors")
MOST_LINES_OF_A_FILE = 300
MOST_LINES_OF_A_FUNCTION = 40

# Functions over the limit, each with the reason why it reads better whole.
LONG: dict[str, str] = {}

# Where packages and images come from. Joined here, so that this file does not hold what it looks for.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("unpkg", "com"),
        ("jsdelivr", "net"),
        ("crates", "io"),
        ("rubygems", "org"),
        ("proxy", "golang", "org"),
        ("docker", "io"),
        ("ghcr", "io"),
        ("gcr", "io"),
        ("quay", "io"),
        ("mcr", "microsoft", "com"),
    )
)
HOME = re.compile(r"(?<![\w.~$}-])/(?:root|home|Users)/[\w.-]+")


@cache
def sources() -> tuple[Path, ...]:
    """The Python files of the product."""
    return tuple(sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py")))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def project() -> dict[str, Any]:
    """The table `project` of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def tracked() -> list[Path]:
    """The files that are, or would be, in the repository; without git, whatever lies outside the built folders."""
    if shutil.which("git") and (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        found = [ROOT / name for name in listed.split("\0") if name]
    else:
        built = {".venv", "__pycache__", "build", "dist", "node_modules"}
        found = [path for path in ROOT.rglob("*") if not built & set(path.relative_to(ROOT).parts)]
    return [path for path in found if path.is_file()]


def lines_of_text(path: Path) -> list[str]:
    """The lines of one file; none if it is not text."""
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return []


def functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Each function under a node with its dotted name, methods and inner functions too."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{prefix}.{child.name}", child
        inner = f"{prefix}.{child.name}" if isinstance(child, ast.ClassDef | ast.FunctionDef) else prefix
        yield from functions(child, inner)


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function from `def` to its end, without its docstring."""
    assert function.end_lineno is not None
    first = function.body[0]
    told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    docstring = first.end_lineno - first.lineno + 1 if told and first.end_lineno else 0
    return function.end_lineno - function.lineno + 1 - docstring


def module_name(path: Path) -> str:
    """The dotted name of a module of the product."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_no_file_is_too_long_to_read_at_once() -> None:
    """A file aims at 250 lines; none has more than 300."""
    counted = {str(path.relative_to(ROOT)): len(lines_of_text(path)) for path in sources()}

    assert {name: lines for name, lines in counted.items() if lines > MOST_LINES_OF_A_FILE} == {}


def test_no_function_is_too_long_to_see_at_once() -> None:
    """A function has at most 40 lines beside its docstring; the exceptions are listed above, and all still are."""
    counted = {name: length(node) for path in sources() for name, node in functions(tree(path), module_name(path))}

    assert {name for name, lines in counted.items() if lines > MOST_LINES_OF_A_FUNCTION} == set(LONG)


def test_only_the_fan_out_waits() -> None:
    """In the request path the steps before and after the fan-out neither wait nor could: they are plain functions.

    What a stream waits for after its answer is written is the fan-out's second verb, in a file of its own.
    """
    flow = ROOT / "gateway" / "flow"
    steps = [path for path in sources() if path.parent == flow and path.name not in {"fanout.py", "late.py"}]
    waiting = (ast.Await, ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith)

    assert [path.name for path in steps if any(isinstance(node, waiting) for node in ast.walk(tree(path)))] == []


def imported() -> set[str]:
    """The packages that the product imports, by the first part of their name."""
    found = set()
    for node in (node for path in sources() for node in ast.walk(tree(path))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - set(PACKAGES)


def distributions(requirements: list[str]) -> set[str]:
    """The names in requirement lines, without extras, versions and markers."""
    return {re.split(r"[\[<>=;~! ]", line)[0] for line in requirements}


def test_a_dependency_is_declared_when_it_is_imported_and_only_then() -> None:
    """What the product imports is declared, and what is declared is imported, but for the data of `tzdata`."""
    imported_as = {"PyYAML": "yaml", "opentelemetry-api": "opentelemetry", "prometheus-client": "prometheus_client"}
    data_only = {"tzdata"}
    needed = {imported_as.get(name, name) for name in distributions(project()["dependencies"]) - data_only}
    extras = {name for lines in project()["optional-dependencies"].values() for name in distributions(lines)}

    assert imported() - needed - extras == set()
    assert needed - imported() == set()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_versions_and_hashes_and_no_place(name: str) -> None:
    """Each line of a lock is an exact version, a hash of it or a comment: no address, no option, no path."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    version = re.compile(r"[a-z0-9-]+(\[[a-z0-9,-]+\])?==\S+( ; [^\\]+)? \\")
    digest = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")

    assert [line for line in lines if not (version.fullmatch(line) or digest.fullmatch(line) or "#" in line)] == []
    assert [line for line in lines if "#" in line and ("/" in line or "://" in line)] == []


def test_what_runs_is_what_is_tested() -> None:
    """Each package of the image's lock stands in the lock of the tests in the same version; build tools are there."""
    pinned = re.compile(r"^[a-z0-9-]+==\S+", re.MULTILINE)
    run, dev = (
        set(pinned.findall((ROOT / name).read_text(encoding="utf-8")))
        for name in ("requirements.lock", "requirements-dev.lock")
    )

    assert run - dev == set()
    assert {"hatchling", "editables"} <= {line.partition("==")[0] for line in dev}


def test_no_file_names_a_registry() -> None:
    """Where packages come from is the business of whoever installs: no file of the repository says it."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {host}"
        for path in tracked()
        for number, line in enumerate(lines_of_text(path), 1)
        for host in REGISTRIES
        if host in line
    ]

    assert found == []


def test_no_file_knows_the_computer_it_was_written_on() -> None:
    """No path of somebody's home or of this checkout is in a file of the repository."""
    here = str(ROOT) if len(ROOT.parts) > 2 else None
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        for number, line in enumerate(lines_of_text(path), 1)
        if HOME.search(line) or (here and here in line)
    ]

    assert found == []
