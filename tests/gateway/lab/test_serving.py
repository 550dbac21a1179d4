"""The lab as a process of its own: it says where it listens, and ends when it is told to or left alone."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from gateway.lab import run_lab_child
from gateway.lab.__main__ import main

PATIENCE_S = 20.0  # a spawned interpreter on a busy machine; none of these is waited out when all is well
SPAWN = multiprocessing.get_context("spawn")


def _status_of(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/calls", timeout=2) as answer:
        return answer.status


def _child(port: int):
    ours, theirs = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=run_lab_child, args=("127.0.0.1", port, theirs), daemon=True)
    process.start()
    theirs.close()
    assert ours.poll(PATIENCE_S)
    return process, ours


def test_a_child_tells_its_port_serves_and_ends_at_sigterm() -> None:
    """A spawned lab answers at the port it sent, stays through Ctrl-C, and exits with 0 when it is terminated."""
    process, ready = _child(0)
    try:
        port = ready.recv()
        assert _status_of(port) == 200
        os.kill(process.pid, signal.SIGINT)
        assert _status_of(port) == 200
    finally:
        process.terminate()
        process.join(PATIENCE_S)

    assert process.exitcode == 0


def test_a_child_that_cannot_listen_says_why() -> None:
    """On a port that is taken the child sends the error's text and exits with 1."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process, ready = _child(taken.getsockname()[1])
        told = ready.recv()
        process.join(PATIENCE_S)

    assert "address already in use" in told
    assert process.exitcode == 1


PARENT = """
import multiprocessing, os
from gateway.lab import run_lab_child
if __name__ == "__main__":
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    process = spawn.Process(target=run_lab_child, args=("127.0.0.1", 0, theirs))
    process.start()
    print(ours.recv(), process.pid, flush=True)
    os._exit(0)
"""


def test_a_child_does_not_outlive_its_parent(tmp_path: Path) -> None:
    """When the parent dies without a word the child stops serving by itself."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    told = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    port = int(told.stdout.split()[0])

    assert _refuses_within(PATIENCE_S, port)


def _refuses_within(seconds: float, port: int) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as knock:
            knock.settimeout(0.5)
            if knock.connect_ex(("127.0.0.1", port)):
                return True
            knock.recv(1)  # wakes at the latest after half a second, sooner when the lab closes the connection
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_says_where_it_listens_and_ends_cleanly(number) -> None:
    """`python -m gateway.lab` prints one line with its address, and a signal ends it with 0 and no word more."""
    command = [sys.executable, "-m", "gateway.lab", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert line.startswith("lab: http://127.0.0.1:")
        assert _status_of(int(line.rpartition(":")[2])) == 200
        process.send_signal(number)
        rest = process.stderr.read()

    assert (process.returncode, rest) == (0, "")


def test_the_command_names_the_flag_when_its_port_is_taken(capsys) -> None:
    """A taken port is one line that names `--port`, and exit code 1."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code = main(["--port", str(taken.getsockname()[1])])

    assert code == 1
    assert "--port" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["70000", "-1", "many", ""])
def test_the_command_refuses_a_port_that_cannot_be(port) -> None:
    """What is no port, or out of bounds, is a usage error."""
    with pytest.raises(SystemExit, match="2"):
        main([f"--port={port}"])


def test_a_client_that_leaves_half_way_is_no_error() -> None:
    """Clients that close inside an endless body leave no word in the log of the lab, whichever loop it runs on."""
    command = [sys.executable, "-m", "gateway.lab", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        base = process.stderr.readline().removeprefix("lab: ").strip()
        knob = urllib.request.Request(f"{base}/-/faults/weather", b'{"mode": "huge", "latency_ms": 0}', method="PUT")
        urllib.request.urlopen(knob, timeout=2).close()
        for length in (1, 100_000, 400_000, 700_000, 1_000_000):
            with urllib.request.urlopen(f"{base}/open-meteo/v1/forecast?latitude=1&longitude=1", timeout=2) as answer:
                assert len(answer.read(length)) == length
        assert _status_of(int(base.rpartition(":")[2])) == 200
        process.terminate()
        rest = process.stderr.read()

    assert (process.returncode, rest) == (0, "")
