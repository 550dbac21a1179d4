"""`moment open`: one open of a running gateway, and a clear line for everything that is none."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from gateway.cli.open import read_place

AT = ("--place", "51.51,-0.13", "--product", "41897239806")
HOLDINGS = '{"holdings": [{"symbol": "AAPL", "quantity": "10"}]}'
VIEWERS = {"loyalty", "quotes", "portfolio"}
ESCAPE = "\x1b"


@contextmanager
def stand_in(status: int, body: bytes, asked: list[bytes]) -> Iterator[str]:
    """A server that gives one answer to whatever it is asked, and keeps what that was."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def statuses(document) -> dict[str, tuple[str, str | None]]:
    """The status and the reason of each signal."""
    return {name: (entry["status"], entry.get("reason")) for name, entry in document["signals"].items()}


def test_an_open_of_a_member_is_drawn_whole(invoke, gateway) -> None:
    """With `--sub` a ticket is minted that the gateway takes; all is drawn, at a pipe in ASCII alone."""
    told = invoke("open", "morning", *AT, "--sub", "member-1", "--claims", HOLDINGS, "--url", gateway)

    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout.startswith("morning 3: complete, ")
    assert "anonymous" not in told.stdout
    for name in ("weather", "stock", "loyalty", "quotes", "portfolio", "answer"):
        assert f"\n  {name} " in told.stdout
    assert told.stdout.isascii()
    assert ESCAPE not in told.stdout


def test_an_open_without_a_ticket_shows_nothing_of_a_viewer(invoke, gateway) -> None:
    """Nobody in particular gets the shared signals, and `anonymous` for the viewer's."""
    told = invoke("open", "morning", *AT, "--url", f"{gateway}/", "--json")

    document = json.loads(told.stdout)
    assert told.exit_code == 0
    assert document["data"]["points"] is None
    reasons = statuses(document)
    assert reasons["loyalty"] == ("default", "anonymous")
    assert {name for name, (status, _) in reasons.items() if status == "default"} == VIEWERS


def test_what_is_asked_is_what_was_typed(invoke) -> None:
    """Each option stands in its place in the body; what was not given is not there."""
    asked: list[bytes] = []
    with stand_in(404, b"{}", asked) as url:
        invoke("open", "evening", "--url", url)
        invoke(
            *("open", "evening", "--place", "-33.9,151.2", "--product", "7", "--locale", "en-AU"),
            *("--timezone", "Australia/Sydney", "--ticket", "a.b.c", "--budget", "250", "--url", url),
        )

    assert json.loads(asked[0]) == {"template": "evening"}
    assert json.loads(asked[1]) == {
        "template": "evening",
        "ticket": "a.b.c",
        "budget_ms": 250,
        "context": {
            "place": {"lat": -33.9, "lon": 151.2},
            "product": "7",
            "locale": "en-AU",
            "timezone": "Australia/Sydney",
        },
    }


def test_a_problem_is_told_with_its_pointers(invoke, gateway) -> None:
    """An unknown template: title and pointer on stderr, the document on stdout where JSON was asked for, and 1."""
    told = invoke("open", "nonesuch", "--url", gateway)
    as_json = invoke("open", "nonesuch", "--url", gateway, "--json")

    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr == "moment: 404 There is no such template\nmoment:   /template: no template has this id\n"
    assert as_json.exit_code == 1
    assert json.loads(as_json.stdout)["type"] == "urn:moment:problem:unknown-template"


def test_a_gateway_that_is_not_there_is_one_clear_line(invoke) -> None:
    """Nobody listens: 1, and the address that was tried; no proxy of the environment is asked instead."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        told = invoke(
            "open", "morning", "--url", url, HTTP_PROXY="http://127.0.0.1:9", ALL_PROXY="socks5://127.0.0.1:9"
        )

    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.startswith(f"moment: no gateway can be reached at {url} (")
    assert told.stderr.count("\n") == 1


@pytest.mark.parametrize("status", [200, 404, 502])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>It works!</html>",
        b"[]",
        b"null",
        b"{}",
        b'{"signals": [1], "budget": 7}',
        b'{"status": "many", "title": null}',
        b'{"budget": {"total_ms": "x"}, "signals": {}}',
        b'{"data": ' + b"[" * 100_000,
        b"\xff\xfe\x00",
    ],
)
def test_something_else_at_the_address_is_told_as_such(invoke, status, body) -> None:
    """What answers is no gateway: 1, one line, and nothing of it on the screen."""
    with stand_in(status, body, []) as url:
        told = invoke("open", "morning", "--url", url)

    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr == f"moment: what answers at {url} is no gateway (status {status})\n"


@pytest.mark.parametrize(
    "more",
    [
        ["--place", ""],
        ["--place", "51.51"],
        ["--place", "51.51,-0.13,7"],
        ["--place", "north,west"],
        ["--place", "91,0"],
        ["--place", "0,-180.1"],
        ["--place", "nan,0"],
        ["--place", "inf,0"],
        ["--budget", "0"],
        ["--budget", "soon"],
        ["--claims", "{}"],
        ["--sub", "member-1", "--ticket", "a.b.c"],
        ["--sub", "member-1", "--claims", "[]"],
        ["--url", "127.0.0.1:8080"],
        ["--url", "ftp://127.0.0.1"],
        ["--url", "http://"],
        ["--url", "http://127.0.0.1:many"],
        ["--url", "http://[::1"],
    ],
)
def test_what_cannot_be_asked_is_a_usage_error(invoke, more) -> None:
    """A place that is none, a budget of nothing, two tickets, no address: 2, and nobody is asked."""
    told = invoke("open", "morning", "--url", "http://127.0.0.1:9", *more)

    assert (told.exit_code, told.stdout) == (2, "")


def test_places_reach_to_the_poles_and_the_date_line() -> None:
    """The bounds themselves are places, and spaces do not matter."""
    assert read_place("-90,180") == {"lat": -90.0, "lon": 180.0}
    assert read_place(" 90 , -180 ") == {"lat": 90.0, "lon": -180.0}


def test_a_terminal_gets_colours_and_blocks_and_no_more_than_80_columns(shell, gateway) -> None:
    """At a terminal there are escape codes and blocks; each line without its codes fits."""
    seen = shell.at_terminal("open", "morning", *AT, "--url", gateway, COLUMNS="80")
    plain = shell.at_terminal("open", "morning", *AT, "--url", gateway, "--no-color", COLUMNS="80")

    assert ESCAPE in seen
    assert "┊" in seen
    assert max(map(len, plain.splitlines())) <= 80


@pytest.mark.parametrize(("flags", "environment"), [(["--no-color"], {}), ([], {"NO_COLOR": "1"})])
def test_no_colour_is_no_escape_code(shell, gateway, flags, environment) -> None:
    """With `--no-color` or NO_COLOR a terminal gets blocks and not one escape code."""
    seen = shell.at_terminal("open", "morning", *AT, "--url", gateway, *flags, **environment)

    assert ESCAPE not in seen
    assert "┊" in seen
