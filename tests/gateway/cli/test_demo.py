"""`moment demo`: a lab, a gateway and one real open, started and ended by one command."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from command_line import PATIENCE_S, ROOT, Shell

FREE = ("--port", "0", "--admin-port", "0", "--lab-port", "0")
SIGNALS = ["weather", "stock", "loyalty", "quotes", "portfolio"]


@contextmanager
def playing(shell: Shell, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A demo that has drawn its open and its tour, and what it drew."""
    with shell.start("demo", *FREE, *arguments) as process:
        seen = []
        assert process.stdout is not None
        for line in process.stdout:
            seen.append(line)
            if line.startswith("Serving."):
                break
        yield process, "".join(seen)


def lab_of(seen: str) -> socket.socket:
    """A connection to the demo's lab."""
    found = re.search(r"http://127\.0\.0\.1:(\d+)/-/faults", seen)
    assert found is not None, seen
    return socket.create_connection(("127.0.0.1", int(found[1])), timeout=PATIENCE_S)


def tour(seen: str, title: str) -> str:
    """The lines below a title of the tour."""
    return re.split(r"\n\n", seen.partition(f"\n{title}")[2].partition("\n")[2])[0]


def status_of(page: str) -> int:
    """The status of an address."""
    with urllib.request.urlopen(page, timeout=PATIENCE_S) as answer:
        return answer.status


@pytest.fixture(scope="module")
def once(shell: Shell) -> subprocess.CompletedProcess[str]:
    """One run of `demo --once`, while somebody listens on a usual port."""
    with socket.socket() as usual:
        usual.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # somebody else has it, which is as good
            usual.bind(("127.0.0.1", 8080))
            usual.listen()
        return shell.run("demo", "--once")


@pytest.fixture(scope="module")
def once_as_json(shell: Shell) -> subprocess.CompletedProcess[str]:
    """One run of `demo --once --json`, with the address of a lab in the environment that is not the demo's."""
    return shell.run("demo", "--once", "--json", LAB="http://127.0.0.1:9")


def test_once_shows_one_open_and_ends(once) -> None:
    """The payload and all signals are drawn without an escape code, and the code is 0."""
    told = once

    assert (told.returncode, told.stderr) == (0, "")
    assert "\nmorning 3: " in told.stdout
    for name in (*SIGNALS, "answer", "temperature", "points"):
        assert f"\n  {name} " in told.stdout
    assert "anonymous" not in told.stdout
    assert told.stdout.isascii()
    assert "\x1b" not in told.stdout


def test_once_as_json_is_the_answer_and_nothing_else(once_as_json) -> None:
    """With `--json` stdout is one JSON document, the gateway's own answer."""
    told = once_as_json

    document = json.loads(told.stdout)
    assert (told.returncode, told.stderr) == (0, "")
    assert (document["template"], list(document["signals"])) == ("morning", SIGNALS)
    assert document["data"]["today"] != "today"


def test_once_does_not_need_the_usual_ports(once) -> None:
    """That somebody listens on a usual port does not hinder it: free ones are taken."""
    assert once.returncode == 0


def test_it_needs_nothing_of_the_environment(once_as_json) -> None:
    """An address of a lab that is exported for something else is not the demo's."""
    assert once_as_json.returncode == 0
    assert json.loads(once_as_json.stdout)["signals"]["weather"].get("reason") in {None, "timeout"}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_it_serves_until_told_and_ends_with_everything(shell, number, code) -> None:
    """Ctrl-C, which a terminal sends to the whole group, ends gateway and lab without a word of trouble; so SIGTERM."""
    with playing(shell) as (process, seen), lab_of(seen) as lab:
        os.killpg(process.pid, number) if number is signal.SIGINT else process.send_signal(number)
        out, errors = process.communicate(timeout=PATIENCE_S)

        assert (process.returncode, errors) == (code, "")
        assert out.strip() == "Ended."
        assert lab.recv(1) == b""


def test_the_lab_does_not_outlive_it(shell) -> None:
    """Killed without a word, the demo leaves no lab behind."""
    with playing(shell) as (process, seen), lab_of(seen) as lab:
        process.kill()

        assert lab.recv(1) == b""


@pytest.mark.skipif(shutil.which("curl") is None, reason="the tour's commands need curl")
def test_the_tour_works_when_it_is_pasted(shell) -> None:
    """Each command of the tour as it stands there: opens with and without a ticket, a source broken and mended."""
    with playing(shell) as (process, seen):

        def pasted(title: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                ["bash", "-ec", tour(seen, title)],
                cwd=ROOT,
                env=shell.env,
                capture_output=True,
                text=True,
                timeout=PATIENCE_S,
                check=False,
            )

        nobody = pasted("Open it without a ticket")
        member = pasted("Open it as a member")
        broken = pasted("Break a source on purpose")
        pages = [line.strip() for line in tour(seen, "Look around").splitlines()]
        statuses = {page: status_of(page) for page in pages}
        with urllib.request.urlopen(f"{pages[0]}/session?persona=member-1", timeout=PATIENCE_S) as answer:
            session = json.load(answer)
        process.terminate()
        process.communicate(timeout=PATIENCE_S)

    assert json.loads(nobody.stdout)["signals"]["loyalty"]["reason"] == "anonymous"
    assert (member.returncode, "anonymous" in member.stdout) == (0, False)
    assert broken.returncode == 0
    assert re.search(r"\n  weather .* default: timeout\n", broken.stdout)
    assert statuses == dict.fromkeys(pages, 200)
    assert len(pages) >= 4
    assert session["ticket"].count(".") == 2


@pytest.mark.parametrize("flag", ["--port", "--admin-port", "--lab-port"])
def test_a_taken_port_is_told_with_the_flag_that_changes_it(shell, flag) -> None:
    """Whichever of the three ports is taken, the line names its flag, the code is 1, and nothing is left running."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = shell.run("demo", *FREE, flag, port)

    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.startswith("moment: ")
    assert port in told.stderr
    assert flag in told.stderr
    assert told.stderr.count("\n") == 1


def test_an_open_that_fails_is_a_failure(shell, tmp_path) -> None:
    """A configuration without the demo's template answers with a problem: shown, and 1."""
    (tmp_path / "gateway.yaml").write_text("{}", encoding="utf-8")
    (tmp_path / "connectors.yaml").write_text("{}", encoding="utf-8")

    told = shell.run("demo", "--once", "--config", str(tmp_path))

    assert told.returncode == 1
    assert "moment: 404 There is no such template\n" in told.stderr


def test_a_bad_configuration_ends_with_78(shell, tmp_path) -> None:
    """Every fault is on stderr, and nothing was drawn."""
    (tmp_path / "gateway.yaml").write_text("opne: {}\n", encoding="utf-8")
    (tmp_path / "connectors.yaml").write_text("{}", encoding="utf-8")

    told = shell.run("demo", "--once", "--config", str(tmp_path))

    assert (told.returncode, told.stdout) == (78, "")
    assert told.stderr.startswith(f"{tmp_path / 'gateway.yaml'}:1:1: ")
    assert "did you mean 'open'?" in told.stderr
