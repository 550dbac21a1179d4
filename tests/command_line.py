"""The command as a process: at a pipe or at a terminal, once or as a server, with a state folder of its own."""

import errno
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 30.0  # new interpreters on a busy computer; none of these is waited out when all is well
OURS = ("COLUMNS", "FORCE_COLOR", "LAB", "MOMENT_CONFIG", "NO_COLOR", "XDG_STATE_HOME")
NOT_INHERITED = (*OURS, "PYTHONDONTWRITEBYTECODE")  # or each of the many runs would compile the gateway anew


class Shell:
    """Runs the command with an environment that holds nothing of whoever runs the tests."""

    def __init__(self, home: Path, **environment: str) -> None:
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        self.env = {**inherited, "XDG_STATE_HOME": str(home), "TERM": "xterm-256color", **environment}

    def run(self, *arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
        """One run to its end; stdout and stderr are pipes."""
        return subprocess.run(
            [sys.executable, "-m", "gateway", *arguments],
            cwd=cwd,
            env=self.env | environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    @contextmanager
    def start(self, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
        """A run that serves, in a process group of its own, as a terminal gives one; killed if it is left running."""
        with subprocess.Popen(
            [sys.executable, "-m", "gateway", *arguments],
            cwd=ROOT,
            env=self.env | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()

    def at_terminal(self, *arguments: str, **environment: str) -> str:
        """What a person at a terminal sees of one run."""
        ours, theirs = pty.openpty()
        try:
            with subprocess.Popen(
                [sys.executable, "-m", "gateway", *arguments], cwd=ROOT, env=self.env | environment, stdout=theirs
            ) as process:
                os.close(theirs)
                seen = b"".join(iter(lambda: _read(ours), b""))
            assert process.returncode == 0, seen
        finally:
            os.close(ours)
        return seen.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError as error:  # so a terminal says that the other side is gone
        if error.errno != errno.EIO:
            raise
        return b""


def address_told(process: subprocess.Popen[str]) -> str:
    """The public address in the log of `serve`."""
    assert process.stderr is not None
    for line in process.stderr:
        event = orjson.loads(line)
        if event["event"] == "serving":
            return event["public"]
    raise AssertionError("it ended without serving")
