"""What a status is, unless the call expects it; and how long a vendor asks to be left alone."""

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from types import MappingProxyType

from connectors import Absent, BadReply, Fault, Misconfigured, Throttled, Transient, Unauthorized
from gateway.outcome import LONGEST_WAIT

Row = tuple[type[Fault], str]

OF_STATUS: Mapping[int, Row] = MappingProxyType(
    {
        204: (Absent, "upstream_204"),
        401: (Unauthorized, "upstream_401"),
        403: (Unauthorized, "upstream_403"),
        404: (Absent, "upstream_404"),
        410: (Absent, "upstream_410"),
        429: (Throttled, "upstream_429"),
        502: (Transient, "upstream_unavailable"),
        503: (Transient, "upstream_unavailable"),
        504: (Transient, "upstream_unavailable"),
    }
)
OF_HUNDRED: Mapping[int, Row] = MappingProxyType(
    {
        2: (BadReply, "upstream_status"),
        3: (BadReply, "redirect_blocked"),
        4: (Misconfigured, "upstream_4xx"),
        5: (Transient, "upstream_5xx"),
    }
)
BEYOND: Row = (Transient, "protocol_error")
"""For 1xx as the last word, and for 600 and above: no status of HTTP."""

WAIT_UNSAID = 1.0
_LONGEST_TEXT = 64


def row_of(status: int) -> Row:
    """The fault and the cause that a status stands for."""
    return OF_STATUS.get(status) or OF_HUNDRED.get(status // 100, BEYOND)


def retry_after(headers: Mapping[str, str], wall: float) -> float:
    """The seconds for which the vendor asks not to be called: none to a day.

    The header holds seconds or a date. A date is measured from the reply's own `Date`, or from `wall` (Unix time)
    where there is none, so that a vendor's wrong clock does no harm. Without a header, or with junk in it, a second.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_WAIT)
    until = _unix_time(text)
    if until is None:
        return WAIT_UNSAID
    since = _unix_time(headers.get("Date", ""))
    wait = until - (wall if since is None else since)
    return min(wait, LONGEST_WAIT) if wait >= 0 else WAIT_UNSAID


def _unix_time(text: str) -> float | None:
    """The Unix time of an HTTP date; None for anything else."""
    if not text or len(text) > _LONGEST_TEXT:
        return None
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
