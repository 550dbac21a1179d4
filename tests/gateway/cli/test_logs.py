"""Logs: a line an event, and nothing of what an exception choked on."""

import asyncio
import gc
import io
import logging
import sys
from collections.abc import Iterator

import orjson
import pytest

from gateway.cli import logs

VALUE = "member-4711"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _as_before():
    root, ours = logging.getLogger(), logging.getLogger("moment")
    before = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])


def choke() -> None:
    """Raise an exception whose text is a viewer's."""
    raise KeyError(VALUE)


def record_of_choking() -> logging.LogRecord:
    """The event of that exception."""
    try:
        choke()
    except KeyError:
        return logging.LogRecord("moment", logging.ERROR, __file__, 1, "unexpected %s", ("KeyError",), sys.exc_info())
    raise AssertionError


def test_at_a_pipe_an_event_is_a_json_object() -> None:
    """Time, level, logger and event, then the facts."""
    stream = io.StringIO()
    logs.begin(logging.INFO, stream)

    logging.getLogger("moment.http").info("serving on %s", "a port", extra={"facts": {"port": 8080}})

    event = orjson.loads(stream.getvalue())
    assert event.pop("time").endswith("Z")
    assert event == {"level": "info", "logger": "moment.http", "event": "serving on a port", "port": 8080}


def test_at_a_terminal_an_event_is_a_line_of_text() -> None:
    """Time of day, level, event, facts."""
    stream = Terminal()
    logs.begin(logging.INFO, stream)

    logging.getLogger("moment").warning("serving", extra={"facts": {"port": 8080}})

    time, _, rest = stream.getvalue().partition(" ")
    assert len(time) == len("12:34:56")
    assert rest == "warning serving port=8080\n"


def test_libraries_are_heard_from_warnings_on() -> None:
    """What a library finds worth telling at the level of information is not told."""
    stream = io.StringIO()
    logs.begin(logging.INFO, stream)

    logging.getLogger("aiohttp").info("quiet")
    logging.getLogger("aiohttp").warning("loud")

    assert [orjson.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["loud"]


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_an_exception_is_told_by_its_type_and_places(stream) -> None:
    """The type and where it went are there; what it choked on, which may be a viewer's, is not."""
    logs.begin(logging.INFO, stream)

    logging.getLogger("moment").handle(record_of_choking())

    assert VALUE not in stream.getvalue()
    assert "KeyError" in stream.getvalue()
    assert "choke" in stream.getvalue()


def test_an_exception_that_nobody_could_take_is_told_without_its_text(monkeypatch) -> None:
    """Python's own handler would print what a generator raises while it is thrown away; ours tells its type."""
    stream = io.StringIO()
    logs.begin(logging.INFO, stream)
    monkeypatch.setattr(sys, "unraisablehook", logs.thrown_away)

    def clinging() -> Iterator[None]:
        try:
            yield
        finally:
            choke()

    next(clinging())
    gc.collect()

    assert VALUE not in stream.getvalue()
    assert orjson.loads(stream.getvalue())["error"] == "KeyError"


def test_an_exception_that_nobody_took_is_told_without_its_text() -> None:
    """The loop's own handler would print the exception; ours tells its type."""
    stream = io.StringIO()
    logs.begin(logging.INFO, stream)

    async def lose() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(logs.lost_exception)
        loop.call_soon(choke)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(lose())

    assert VALUE not in stream.getvalue()
    assert orjson.loads(stream.getvalue())["error"] == "KeyError"
