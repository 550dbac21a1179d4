"""A stand-in for the system's names: it answers as a test says, or hangs until it is let go."""

import socket
import threading

from gateway.pool.resolver import ResolverLaw

BRIEF = ResolverLaw(patience=0.05, fresh=30, keep=3600, sulk=5)
PATIENT = ResolverLaw(patience=2, fresh=30, keep=3600, sulk=5)


class Names:
    """Answers lookups as it is told, and counts them. It hangs until it is let go."""

    def __init__(self, addresses: tuple[str, ...] = ("127.0.0.1",)) -> None:
        self.addresses = addresses
        self.hanging: set[str] = set()
        self.asked: list[str] = []
        self.let_go = threading.Event()

    def __call__(self, host: str) -> tuple[str, ...]:
        self.asked.append(host)
        if host in self.hanging:
            self.let_go.wait(10)
        if not self.addresses:
            raise socket.gaierror(-2, "Name or service not known")
        return self.addresses
