"""Rows of the matrix in which the vendor is not reached, or the connection ends before the answer does."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

import trustme

from faults.acts import closes_later, closes_on_the_second, resets, silence, trickles
from faults.evil import Fault, Reach
from faults.matrix import CONNECTORS, LIVE, TIMEOUT, Form, Row, Wanted

_PAST = datetime(2020, 1, 1, tzinfo=UTC)
_UNTRUSTED = Wanted("error", "tls_error")
_RESET = Wanted("error", "reset", retried=True)
_STILL_KNOWN = dict.fromkeys(CONNECTORS, ("live", None))


@cache
def authority() -> trustme.CA:
    """The authority that the gateway trusts."""
    return trustme.CA()


def served_by(leaf: trustme.LeafCert) -> ssl.SSLContext:
    """What a server shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context


@cache
def good_tls() -> ssl.SSLContext:
    """A certificate in time, for this host, from the trusted authority."""
    return served_by(authority().issue_cert("127.0.0.1"))


@cache
def expired() -> ssl.SSLContext:
    """A certificate out of its time."""
    return served_by(authority().issue_cert("127.0.0.1", not_after=_PAST))


@cache
def of_another_host() -> ssl.SSLContext:
    """A certificate for another host."""
    return served_by(authority().issue_cert("other.example"))


@cache
def untrusted() -> ssl.SSLContext:
    """A certificate from an authority that nobody knows."""
    return served_by(trustme.CA().issue_cert("127.0.0.1"))


@cache
def trusting() -> ssl.SSLContext:
    """What the gateway checks against."""
    context = ssl.create_default_context()
    authority().configure_trust(context)
    return context


def _tls(name: str, make: Callable[[], ssl.SSLContext] | None, wanted: Wanted) -> Form:
    reach = Reach.TLS if make else Reach.MUTE
    return Form(name, Fault(reach=reach, tls=make), wanted, how="tls")


REACHING = (
    Row(
        "F1",
        "connect refused",
        (Form("nobody listens", Fault(reach=Reach.CLOSED), Wanted("error", "connect_refused", retried=True)),),
    ),
    Row(
        "F2",
        "black hole",
        (Form("a full backlog", Fault(reach=Reach.BLACK_HOLE), Wanted("timeout", "connect_timeout")),),
        "the connect limit ends it, not the call's",
    ),
    Row(
        "F3",
        "DNS failure",
        (
            Form(
                "no such name",
                Fault(reach=Reach.NAME, name="unknown"),
                Wanted("error", "dns_error"),
                warm=_STILL_KNOWN,
                apart=True,
                how="name",
                heals=6.5,
            ),
            Form(
                "the name server fails",
                Fault(reach=Reach.NAME, name="failing"),
                Wanted("error", "dns_error"),
                warm=_STILL_KNOWN,
                apart=True,
                how="name",
                heals=6.5,
            ),
        ),
        "asked anew after 5 s; the last good address stands in for an hour",
    ),
    Row(
        "F4",
        "slow DNS",
        (
            Form(
                "a lookup that hangs",
                Fault(reach=Reach.NAME, name="slow"),
                Wanted("timeout", "dns_timeout"),
                warm=_STILL_KNOWN,
                apart=True,
                how="name",
                heals=1.0,
            ),
        ),
        "the other hosts resolve meanwhile",
    ),
    Row(
        "F5",
        "TLS refused",
        (
            _tls("expired", expired, _UNTRUSTED),
            _tls("wrong host", of_another_host, _UNTRUSTED),
            _tls("unknown authority", untrusted, _UNTRUSTED),
            Form("no TLS at all", Fault(reach=Reach.BANNER), _UNTRUSTED, how="tls"),
            _tls("a good certificate (control)", good_tls, LIVE),
        ),
    ),
    Row(
        "F6",
        "TLS handshake stalls",
        (_tls("accepts and says nothing", None, Wanted("timeout", "connect_timeout")),),
    ),
    Row("F7", "headers stall", (Form("reads the request, says nothing", Fault(silence), TIMEOUT),)),
    Row(
        "F8",
        "trickle",
        (
            Form("body, 1 byte each 20 ms", Fault(trickles(1, 0.02, head=False)), TIMEOUT),
            Form("head, 1 byte each 20 ms", Fault(trickles(1, 0.02, head=True)), TIMEOUT),
        ),
        "the limit of the whole call ends it",
    ),
    Row(
        "F9",
        "reset",
        (
            Form("before the first byte", Fault(resets(0.0)), _RESET),
            Form("inside the body", Fault(resets(0.5)), Wanted("error", "cut_short")),
        ),
        "tried again only before the first byte",
    ),
    Row(
        "F31",
        "keep-alive closed under us",
        (
            Form("10 ms after the reply", Fault(closes_later(0.01)), LIVE),
            Form("at our next write", Fault(closes_on_the_second), LIVE),
        ),
        "sent again once",
    ),
    Row("F37", "accepts, never reads", (Form("nothing is read or said", Fault(reach=Reach.MUTE), TIMEOUT),)),
)
