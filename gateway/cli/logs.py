"""Logs on stderr: a line an event, for a person at a terminal as text, for a collector as JSON.

No value of a viewer reaches them: of an exception they tell the type and the places it passed, never its text, which
may quote what it choked on.
"""

import asyncio
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, TextIO

_log = logging.getLogger("moment")


def begin(level: int, stream: TextIO | None = None) -> None:
    """Send the logs of the process to stderr; those of libraries from warnings on."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Text() if stream.isatty() else _Json())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    _log.setLevel(level)


def lost_exception(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """The event loop's handler for an exception that nobody took: asyncio's own would print its text."""
    error = context.get("exception")
    _log.error("%s", context["message"], exc_info=error if isinstance(error, Exception) else None)


def thrown_away(hooked: "sys.UnraisableHookArgs") -> None:
    """Python's handler for an exception that nobody can take, as of a generator that is thrown away; likewise."""
    error = hooked.exc_value
    _log.error("an exception that nobody could take", exc_info=error if isinstance(error, Exception) else None)


def facts_of(record: logging.LogRecord) -> dict[str, Any]:
    """What an event states beside its message: the mapping passed as `extra={"facts": ...}`."""
    facts = getattr(record, "facts", None)
    return dict(facts) if isinstance(facts, dict) else {}


def error_of(record: logging.LogRecord) -> dict[str, Any]:
    """The type of the exception and the places it passed, innermost last."""
    if not record.exc_info or record.exc_info[1] is None:
        return {}
    error = record.exc_info[1]
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    return {"error": type(error).__name__, "at": places}


class _Json(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        import orjson

        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        head = {"time": time, "level": record.levelname.lower(), "logger": record.name, "event": record.getMessage()}
        return orjson.dumps({**head, **facts_of(record), **error_of(record)}, default=str).decode()


class _Text(logging.Formatter):
    """One line for a person; the places of an exception below it."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        facts = " ".join(f"{name}={value}" for name, value in facts_of(record).items())
        line = " ".join(filter(None, [time, record.levelname.lower(), record.getMessage(), facts]))
        error = error_of(record)
        return "\n".join([line, *(f"    {error['error']} at {place}" for place in error.get("at", ()))])
