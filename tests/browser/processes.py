"""`moment demo` as a process of its own, as loud as it can be: told by its pid, and killed by it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from browser.staged import ALL, fetched
from command_line import ROOT, Shell

PROGRAM = Path(__file__).with_name("loud_demo.py")
_PATIENCE_S = 20


class Demo:
    """The process, where it listens, and all that it said."""

    def __init__(self, process: subprocess.Popen[str], url: str, lab: str, log: Path) -> None:
        self._process = process
        self._log = log
        self.url = url
        self._lab = lab
        for source in ALL:
            self.turn(source, "ok")

    def turn(self, source: str, mode: str, latency_ms: float = 1.0) -> None:
        """Turn one knob of the lab."""
        fetched(f"{self._lab}/-/faults/{source}", "PUT", {"mode": mode, "latency_ms": latency_ms})

    def kill(self) -> None:
        """End it without a word."""
        os.kill(self._process.pid, signal.SIGKILL)
        assert self._process.wait(_PATIENCE_S) == -signal.SIGKILL

    def end(self) -> str:
        """End it as an operator does, and return all that it ever said on stderr."""
        self._process.terminate()
        self._process.wait(_PATIENCE_S)
        return self._log.read_text(encoding="utf-8")


@contextmanager
def demo(folder: Path, config: Path) -> Iterator[Demo]:
    """A demo with a configuration; afterwards it is gone."""
    folder.mkdir(exist_ok=True)
    log = folder / "stderr"
    command = [sys.executable, str(PROGRAM), "demo", "--port=0", "--admin-port=0", "--lab-port=0", f"--config={config}"]
    environment = Shell(folder / "state").env
    with log.open("w", encoding="utf-8") as errors, subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            seen = ""
            for line in process.stdout:
                seen += line
                if line.startswith("Serving."):
                    break
            yield Demo(process, _found(r"(http://\S+:\d+)/demo\n", seen), _found(r"(http://\S+)/-/faults", seen), log)
        finally:
            if process.poll() is None:
                process.kill()


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, text
    return found[1]
