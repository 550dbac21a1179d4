"""What can go wrong with one ask, grouped by who must act.

Fault
├── Absent            nobody: the source says that there is none
├── Throttled         the gateway: we asked too much
├── Unauthorized      the gateway: its credential was refused
├── Transient         the upstream: it failed, and may not the next time
├── BadReply          the upstream: it answered what is not an answer
└── Misconfigured     the connector, or a setting: our own parameters were refused
"""

from typing import ClassVar, Literal

Culprit = Literal["nobody", "gateway", "upstream", "connector"]


FOREIGN = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, OSError)
"""What reading a reply of another shape raises: after the first reply it is the upstream's fault, a `BadReply`."""


class Fault(Exception):  # noqa: N818 - the word of the contract
    """The base of the six; never raised itself. `reason` is the word of the payload, `fault` who must act."""

    reason: ClassVar[str]
    fault: ClassVar[Culprit]

    def __new__(cls, *args: object, **_: object) -> "Fault":
        """Refuse the base itself: a fault without a reason says nothing."""
        if cls is Fault:
            raise TypeError("Fault is the base of the six faults: raise one of them")
        return super().__new__(cls, *args)


class Absent(Fault):
    """The source says that there is none: a fact, never counted as a failure."""

    reason = "absent"
    fault = "nobody"


class Throttled(Fault):
    """The vendor's limit was hit. `retry_after` is in seconds, None where the vendor does not say."""

    reason = "quota"
    fault = "gateway"

    def __init__(self, message: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unauthorized(Fault):
    """The vendor refused the gateway's own credential; never the viewer's doing."""

    reason = "unauthorized"
    fault = "gateway"


class Transient(Fault):
    """The upstream failed, and may not fail the next time: 5xx, refused, reset."""

    reason = "error"
    fault = "upstream"


class BadReply(Fault):
    """The upstream answered, and it is not a good answer: wrong shape, out of bounds, another viewer's."""

    reason = "invalid"
    fault = "upstream"


class Misconfigured(Fault):
    """The upstream refused our parameters: the connector or a setting is wrong."""

    reason = "error"
    fault = "connector"
