"""The lab in a process of its own, so that its work is not the gateway's lag; it ends with this one, however that ends.

State: the process and our end of its pipe, both made on entry. Entering starts the process and waits for nothing;
`url` waits, once; leaving ends the process, whatever it does.
"""

import multiprocessing
import signal
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Self

from gateway.cli.exits import fail

HOST = "127.0.0.1"

_PATIENCE = 30.0  # seconds for a new interpreter on a busy machine
_GRACE = 2.0


class LabChild:
    """The stand-in vendors on one port, 0 for a free one."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._process: BaseProcess

    def __enter__(self) -> Self:
        """Start it; the import of its target stays in the child."""
        from gateway.lab.serving import run_lab_child

        spawn = multiprocessing.get_context("spawn")
        self._ready, theirs = spawn.Pipe(duplex=False)
        self._process = spawn.Process(target=run_lab_child, args=(HOST, self._port, theirs), daemon=True, name="lab")
        # A Ctrl-C goes to the whole group: the child must not see one before it has learnt to ignore it.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        return self

    def url(self) -> str:
        """Its address, once it listens.

        Raises:
            typer.Exit: it does not; why is said.
        """
        try:
            told = self._ready.recv() if self._ready.poll(_PATIENCE) else None
        except EOFError:
            told = None
        if told is None:
            fail("the lab did not start")
        if not isinstance(told, int):
            fail(f"the lab cannot listen on port {self._port} ({told}); take another by --lab-port")
        return f"http://{HOST}:{told}"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.join(_GRACE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(_GRACE)
        self._ready.close()
