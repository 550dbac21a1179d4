"""The root of the command: help with examples, the version, usage errors, and how little it takes to say so."""

import re

import pytest

COMMANDS = ("demo", "serve", "open", "check", "ticket")
HEAVY = {"aiohttp", "httpx", "jmespath", "joserfc", "orjson", "pydantic", "rich", "uvloop", "yaml"}


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_an_example_of_itself(invoke, command) -> None:
    """`--help` of a command ends with a line that can be typed as it stands."""
    told = invoke(command, "--help")

    assert told.exit_code == 0
    assert f"Example:  moment {command}" in told.stdout


def test_the_help_lists_every_command_and_fits_a_terminal(invoke) -> None:
    """The root's help names the commands, each with its sentence whole, in 80 columns."""
    told = invoke("--help")

    assert told.exit_code == 0
    assert [name for name in COMMANDS if not re.search(rf"^  {name} .*\.$", told.stdout, re.MULTILINE)] == []
    assert max(map(len, told.stdout.splitlines())) <= 80


def test_the_version_is_that_of_the_distribution(invoke) -> None:
    """`--version` tells the name of the command and a version."""
    told = invoke("--version")

    assert told.exit_code == 0
    assert re.fullmatch(r"moment \d+\.\d+\.\d+\S*\n", told.stdout)


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["--nonsense"],
        ["open"],
        ["ticket"],
        ["serve", "--port", "65536"],
        ["serve", "--admin-port", "-1"],
        ["demo", "--lab-port", "many"],
    ],
)
def test_what_cannot_be_understood_ends_with_2_and_an_empty_stdout(invoke, arguments) -> None:
    """A usage error is told on stderr, and ends with the code of one."""
    told = invoke(*arguments)

    assert (told.exit_code, told.stdout) == (2, "")
    assert "Usage: moment" in told.stderr


def test_help_imports_nothing_heavy(shell) -> None:
    """Help needs no HTTP, no schema, no YAML and no drawing, so it answers at once."""
    told = shell.run("--help", PYTHONPROFILEIMPORTTIME="1")
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in told.stderr.splitlines()}

    assert told.returncode == 0
    assert "typer" in imported
    assert HEAVY & imported == set()
