"""What the demo prints to be tried: the command as it can be called again, and lines that fit a terminal."""

import shlex
import sys
from pathlib import Path

import pytest

from gateway.cli.hints import Tour, invocation


def program(folder: Path) -> Path:
    """An installed command."""
    folder.mkdir()
    path = folder / "moment"
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def tour(public: str = "http://127.0.0.1:8080") -> Tour:
    """A tour of a demo at its usual ports."""
    holdings = [{"symbol": "AAPL", "quantity": "10"}]
    lab = "http://127.0.0.1:8090"
    command = ".venv/bin/moment"
    return Tour(public, "http://127.0.0.1:8081", lab, command, "morning", "41897239806", {"holdings": holdings})


def test_a_command_on_the_path_is_called_by_its_name(tmp_path, monkeypatch) -> None:
    """Where the name finds the very program that runs, the name is enough."""
    path = program(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(path.parent))

    assert invocation(str(path)) == "moment"


def test_a_command_that_the_path_does_not_find_is_called_by_its_own(tmp_path, monkeypatch) -> None:
    """Not on the path, or another one is: the program's own path, quoted for a shell."""
    path = program(tmp_path / "my tools")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert invocation(str(path)) == shlex.quote(str(path))

    monkeypatch.setenv("PATH", str(program(tmp_path / "other").parent))
    assert invocation(str(path)) == shlex.quote(str(path))


def test_a_module_is_called_by_the_interpreter_that_runs_it() -> None:
    """`python -m gateway` has no name of its own."""
    assert invocation("/anywhere/gateway/__main__.py") == f"{shlex.quote(sys.executable)} -m gateway"


def test_the_tour_fits_a_terminal() -> None:
    """No line of the tour is wider than 80 columns, its margin counted."""
    lines = [line for _, lines in tour().parts() for line in lines]

    assert [line for line in lines if len(line) > 78] == []


@pytest.mark.parametrize(("public", "named"), [("http://127.0.0.1:8080", False), ("http://127.0.0.1:9000", True)])
def test_the_command_is_told_where_to_ask_when_the_port_is_not_the_usual_one(public, named) -> None:
    """`--url` stands in the lines that need it, and in no other."""
    asking = [line for _, lines in tour(public).parts() for line in lines if " open morning" in line]

    assert [f"--url {public}" in line for line in asking] == [named] * 2
