"""What is raised where a call or a talk ends without an answer, and the one table of what others raise."""

import ssl
from typing import Final

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from connectors import Fault, Misconfigured, Transient
from gateway.outcome import OF_FAULT, Outcome, Reason, Verdict, default
from gateway.upstream.addresses import BlockedAddress
from gateway.upstream.resolver import DnsTimeout


class Failed(Exception):  # noqa: N818 - an outcome on its way up, not an error of the gateway
    """A call that brought no reply, or a talk that brought no answer. It ends the talk and is never thrown into it.

    Its text holds no address, no body and no value. `where` is the place in a connector's code, for the operator.
    """

    def __init__(self, outcome: Outcome, verdict: Verdict, where: str | None = None) -> None:
        super().__init__(f"{outcome.reason}: {outcome.cause}")
        self.outcome = outcome
        self.verdict = verdict
        self.where = where


def failed(kind: type[Fault] | None, cause: str, retry_after: float | None = None) -> Failed:
    """What to raise for a kind of fault; None is a time limit that passed."""
    reason, verdict = (Reason.TIMEOUT, Verdict.BAD) if kind is None else OF_FAULT[kind]
    return Failed(default(reason, cause, retry_after), verdict)


def bug(where: str | None = None) -> Failed:
    """What to raise where the code of a connector is wrong."""
    return Failed(default(Reason.PLUGIN, "connector_bug"), Verdict.NEUTRAL, where)


# The first row that fits. A malformed *reply* reaches us as ClientResponseError with status 400, which is aiohttp's
# own number and not the vendor's.
OF_ERROR: Final[tuple[tuple[type[BaseException], type[Fault] | None, str], ...]] = (
    (BlockedAddress, Transient, "blocked_address"),
    (DnsTimeout, None, "dns_timeout"),
    (aiohttp.ClientConnectorDNSError, Transient, "dns_error"),
    (aiohttp.ClientSSLError, Transient, "tls_error"),
    (ssl.SSLError, Transient, "tls_error"),
    (aiohttp.ServerTimeoutError, None, "connect_timeout"),
    (TimeoutError, None, "total_timeout"),
    (aiohttp.ClientConnectorError, Transient, "connect_refused"),
    (aiohttp.ServerDisconnectedError, Transient, "reset"),
    (OSError, Transient, "reset"),
    (aiohttp.InvalidURL, Misconfigured, "connector_fault"),
    (aiohttp.ClientResponseError, Transient, "protocol_error"),
    (HttpProcessingError, Transient, "protocol_error"),
    (aiohttp.ClientPayloadError, Transient, "reset"),
    (aiohttp.ClientError, Transient, "protocol_error"),
)


def translated(error: Exception) -> Failed | None:
    """What an exception of the transport means; None for one that stands in no row, which is a bug of ours."""
    root = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    seen = root if isinstance(root, BlockedAddress) else error
    for kind, fault, cause in OF_ERROR:
        if isinstance(seen, kind):
            return failed(fault, cause)
    return None
