"""Listens to all that is logged while the matrix is played, at the loudest level: nobody's data is in it."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_NEVER = re.compile(r"canary|91c4|eyJ[\w-]{8}|://[^/\s'\"]+/[^/\s'\"]")
"""Words of bodies, of viewers and of secrets; the beginning of a ticket; a URL with a path."""


@dataclass
class Heard:
    """What may not be logged, and the connectors of which the log says that they answered with another's data."""

    leaks: list[str] = field(default_factory=list)
    alarms: set[str] = field(default_factory=set)

    def take(self, record: logging.LogRecord) -> None:
        """Judge one record."""
        message = record.getMessage()
        if _NEVER.search(message + repr(record.__dict__)):
            self.leaks.append(f"told by {record.name}: {message[:200]}")
        elif "somebody else's data" in message:
            self.alarms.add(message.partition(" ")[0])
        elif record.levelno >= logging.ERROR:
            self.leaks.append(f"an error of {record.name}: {message[:200]}")


@contextmanager
def listening(heard: Heard) -> Iterator[None]:
    """Listen while the block lasts."""

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.take(record)

    root, ear = logging.getLogger(), Ear(logging.DEBUG)
    level = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(level)
        root.removeHandler(ear)
