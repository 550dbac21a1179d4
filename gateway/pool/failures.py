"""What is raised where a call or a talk ends without an answer, and the one table of what the network raises."""

import ssl
from typing import Final

from connectors import Fault, Transient
from gateway.outcome import OF_FAULT, Outcome, Reason, Verdict, default
from gateway.pool.addresses import BlockedAddress
from gateway.pool.resolver import DnsTimeout, UnknownName


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


def crowded() -> Failed:
    """What to raise where there are as many connections as there may be: our doing, so no word on the source."""
    return Failed(default(Reason.BULKHEAD, "bulkhead_full"), Verdict.NEUTRAL)


# What opening a connection raises; the first row that fits.
OF_OPENING: Final[tuple[tuple[type[Exception], type[Fault] | None, str], ...]] = (
    (BlockedAddress, Transient, "blocked_address"),
    (DnsTimeout, None, "dns_timeout"),
    (UnknownName, Transient, "dns_error"),
    (ssl.SSLError, Transient, "tls_error"),
    (TimeoutError, None, "connect_timeout"),
    (OSError, Transient, "connect_refused"),
)


def unopened(error: Exception) -> Failed | None:
    """What an exception says that came instead of a connection; None for one in no row, which is a bug of ours."""
    for kind, fault, cause in OF_OPENING:
        if isinstance(error, kind):
            return failed(fault, cause)
    return None


def lost(error: Exception | None, *, has_begun: bool = False) -> Failed:
    """What the end of a connection says in the middle of a call: before its reply or, once that has begun, inside."""
    cause = "cut_short" if has_begun else "reset"
    return failed(Transient, "tls_error" if isinstance(error, ssl.SSLError) else cause)
