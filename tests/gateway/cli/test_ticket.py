"""`moment ticket`: one ticket on stdout, which a gateway with the key of development takes."""

import json
import stat
import time
from base64 import urlsafe_b64decode

import pytest

from gateway.tickets import Refused, Tickets, Viewer, dev_key

MINT = ("ticket", "--sub", "member-1", "--template", "morning")


def claims_of(ticket: str) -> dict[str, object]:
    """The claims of a ticket, unverified."""
    body = ticket.split(".")[1]
    return json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def verified(home, ticket: str, **stated: str | None) -> Viewer | Refused:
    """What a gateway with the development key makes of a ticket."""
    tickets = Tickets(
        [dev_key(home)],
        audience=stated.get("audience") or "moment-gateway",
        issuer=stated.get("issuer"),
        leeway=0.0,
        max_age=900.0,
        wall=time.time,
    )
    return tickets.verify(ticket, "morning")


def test_the_ticket_alone_is_printed_and_is_good(invoke, home) -> None:
    """Stdout holds the ticket, stderr nothing; the key of development says it is the subject's, with the claims."""
    told = invoke(*MINT, "--claims", '{"holdings": [{"symbol": "AAPL", "quantity": "10"}]}')

    assert (told.exit_code, told.stderr, told.stdout.count("\n")) == (0, "", 1)
    viewer = verified(home, told.stdout.strip())
    assert isinstance(viewer, Viewer)
    assert viewer.claims["sub"] == "member-1"
    assert viewer.claims["holdings"] == [{"symbol": "AAPL", "quantity": "10"}]


def test_lifetime_audience_and_issuer_are_as_asked(invoke, home) -> None:
    """`--ttl`, `--audience` and `--issuer` end up in the ticket."""
    told = invoke(*MINT, "--ttl", "90s", "--audience", "elsewhere", "--issuer", "shop")
    claims = claims_of(told.stdout)

    assert claims["exp"] - claims["iat"] == 90
    assert (claims["aud"], claims["iss"]) == ("elsewhere", "shop")
    assert isinstance(verified(home, told.stdout.strip(), audience="elsewhere", issuer="shop"), Viewer)
    assert isinstance(verified(home, told.stdout.strip()), Refused)


@pytest.mark.parametrize(
    "more",
    [
        ["--claims", "{"],
        ["--claims", "[1]"],
        ["--claims", "[" * 100_000],
        ["--claims", '{"sub": "somebody-else"}'],
        ["--claims", '{"holdings": "many"}'],
        ["--claims", json.dumps({"long": "x" * 4096})],
        ["--ttl", "10"],
        ["--ttl", "-1m"],
        ["--ttl", "0s"],
        ["--ttl", "500ms"],
        ["--sub", ""],
    ],
)
def test_what_no_gateway_would_take_is_a_usage_error(invoke, more) -> None:
    """Claims that are no object or contradict the options, a lifetime that is none, nobody: 2, and no ticket."""
    told = invoke(*MINT, *more)

    assert (told.exit_code, told.stdout) == (2, "")


def test_a_key_that_others_can_read_is_refused_in_one_line(invoke, tmp_path) -> None:
    """The key of development has to be the user's alone: else 1, and what is wrong."""
    folder = tmp_path / "moment"
    invoke(*MINT, XDG_STATE_HOME=str(tmp_path))
    (folder / "dev.key").chmod(stat.S_IRUSR | stat.S_IRGRP)

    told = invoke(*MINT, XDG_STATE_HOME=str(tmp_path))

    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.startswith("moment: no key of development: ")
    assert told.stderr.count("\n") == 1
