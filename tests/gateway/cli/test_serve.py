"""`moment serve`: ports, signals, bad configurations, and whose tickets are taken."""

import json
import shutil
import signal
import socket
import urllib.request
from pathlib import Path
from typing import Any

import orjson
import pytest

from command_line import PATIENCE_S, ROOT, address_told

FREE = ("--host", "127.0.0.1", "--port", "0", "--admin-port", "0")
CONTEXT = {"place": {"lat": 51.51, "lon": -0.13}, "product": "41897239806"}


def opened(url: str, ticket: str) -> dict[str, Any]:
    """The answer to an open with a ticket."""
    body = json.dumps({"template": "morning", "ticket": ticket, "context": CONTEXT}).encode()
    request = urllib.request.Request(f"{url}/v1/open", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        return json.load(answer)


@pytest.fixture
def ticket(shell) -> str:
    """A ticket of the development key."""
    return shell.run("ticket", "--sub", "member-1", "--template", "morning").stdout.strip()


def with_text(folder: Path, name: str, old: str, new: str) -> Path:
    """A copy of the shipped configuration with one edit."""
    made = shutil.copytree(ROOT / "config", folder / "config")
    text = (made / name).read_text(encoding="utf-8")
    assert old in text
    (made / name).write_text(text.replace(old, new), encoding="utf-8")
    return made


def test_with_dev_a_ticket_of_the_development_key_is_taken(gateway, ticket) -> None:
    """A gateway started with `--dev` takes it: the viewer's signal has a value."""
    loyalty = opened(gateway, ticket)["signals"]["loyalty"]

    assert loyalty["status"] in {"live", "fresh"}


def test_without_dev_a_ticket_of_the_development_key_is_nobodys(shell, roomy, lab, ticket) -> None:
    """Without `--dev` the same ticket is refused: no value of the viewer, the shared signals as ever, no complaint."""
    with shell.start("serve", "--config", str(roomy), *FREE, LAB=lab) as process:
        document = opened(address_told(process), ticket)
        process.terminate()
        _, rest = process.communicate(timeout=PATIENCE_S)

    assert (document["signals"]["loyalty"]["status"], document["signals"]["loyalty"]["reason"]) == (
        "default",
        "anonymous",
    )
    assert document["data"]["points"] is None
    assert document["signals"]["weather"]["status"] == "live"
    assert ticket not in rest
    assert "member-1" not in rest


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_with_its_code(shell, number, code) -> None:
    """SIGTERM is the normal end, 0; Ctrl-C is 130. Stdout stays empty, and each line of the log is JSON."""
    with shell.start("serve", *FREE) as process:
        url = address_told(process)
        process.send_signal(number)
        out, rest = process.communicate(timeout=PATIENCE_S)

    assert url.startswith("http://127.0.0.1:")
    assert (process.returncode, out) == (code, "")
    assert [orjson.loads(line)["event"] for line in rest.splitlines()] == ["stopped"]


@pytest.mark.parametrize("flag", ["--port", "--admin-port"])
def test_a_taken_port_is_told_with_the_flag_that_changes_it(shell, flag) -> None:
    """Whichever of the two ports is taken, the line names its flag, and the code is 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = shell.run("serve", *FREE, flag, str(port))

    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == f"moment: port {port} of 127.0.0.1 is taken; take another by {flag}\n"


def test_a_host_that_is_not_ours_is_told(shell) -> None:
    """An address of another computer cannot be listened on: 1, and one line."""
    told = shell.run("serve", *FREE, "--host", "192.0.2.1")

    assert told.returncode == 1
    assert told.stderr.startswith("moment: cannot listen on 192.0.2.1 at port 0 (")


def test_a_bad_configuration_ends_with_78_and_every_fault(shell, tmp_path) -> None:
    """Each fault is a line on stderr with file, line and column, and what was meant."""
    folder = with_text(tmp_path, "templates/morning.yaml", "from: weather.", "from: wether.")

    told = shell.run("serve", "--config", str(folder), *FREE)

    assert (told.returncode, told.stdout) == (78, "")
    lines = told.stderr.splitlines()
    assert len(lines) == 3
    for line in lines:
        assert line.startswith(f"{folder / 'templates' / 'morning.yaml'}:")
        assert "(did you mean 'weather" in line


@pytest.mark.parametrize("more", [[], ["--dev"]])
def test_a_configured_key_may_not_have_the_name_of_the_development_key(shell, tmp_path, more) -> None:
    """A key of kid `dev` in the configuration is refused with its place, with `--dev` and without."""
    key = f"  keys: [{{kid: dev, alg: HS256, key: {'a' * 43}}}]\n"
    folder = with_text(tmp_path, "gateway.yaml", "  keys: []\n", key)

    told = shell.run("serve", "--config", str(folder), *FREE, *more)

    assert told.returncode == 78
    assert told.stderr.startswith(f"{folder / 'gateway.yaml'}:")
    assert "the kid 'dev' is kept for the key of development" in told.stderr


def test_options_rule_over_the_configuration(shell, tmp_path) -> None:
    """The ports of the options are used, those of the configuration where there is none."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        folder = with_text(tmp_path, "gateway.yaml", "${MOMENT_ADMIN_PORT:-8081}", str(port))
        told = shell.run("serve", "--config", str(folder), "--host", "127.0.0.1", "--port", "0")

    assert told.returncode == 1
    assert told.stderr == f"moment: port {port} of 127.0.0.1 is taken; take another by --admin-port\n"
