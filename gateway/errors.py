"""What can go wrong at the gateway's own two edges, grouped by who must act.

Exception
├── ConfigError       the operator: a file of the configuration is wrong; each `ConfigFault` says where and why
└── Problem           the caller: an HTTP answer that is not a payload (RFC 9457), one of a closed table

What goes wrong with one source is neither: it is a fault of the connector contract, and costs that signal only.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple, Self


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A position in a file of the configuration; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class ConfigFault:
    """One thing that is wrong, where it stands, and the word that was probably meant. It never holds a secret."""

    mark: Mark | None
    message: str
    fix: str | None = None

    def __str__(self) -> str:
        place = "" if self.mark is None else f"{self.mark}: "
        hint = "" if self.fix is None else f" (did you mean {self.fix!r}?)"
        return " ".join(f"{place}{self.message}{hint}".splitlines())


class ConfigError(Exception):
    """The configuration cannot be used; all that is wrong with it is told at once, one line a fault."""

    def __init__(self, *faults: ConfigFault) -> None:
        super().__init__(*faults)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))


class ProblemKind(NamedTuple):
    """The fixed part of a problem: its status, its title, and the seconds to wait where the status asks for them."""

    status: int
    title: str
    retry_after: int | None = None


ProblemName = Literal[
    "malformed-json",
    "invalid-request",
    "bad-http",
    "unknown-template",
    "unknown-version",
    "not-found",
    "method-not-allowed",
    "request-timeout",
    "body-too-large",
    "unsupported-media-type",
    "too-many-requests",
    "overloaded",
    "lab-unreachable",
]

PROBLEMS: dict[ProblemName, ProblemKind] = {
    "malformed-json": ProblemKind(400, "The body is not JSON"),
    "invalid-request": ProblemKind(400, "The request does not have the right shape"),
    "bad-http": ProblemKind(400, "The request is not HTTP within the limits"),
    "unknown-template": ProblemKind(404, "There is no such template"),
    "unknown-version": ProblemKind(404, "The template has no such version"),
    "not-found": ProblemKind(404, "There is nothing at this path"),
    "method-not-allowed": ProblemKind(405, "The path does not take this method"),
    "request-timeout": ProblemKind(408, "The request did not arrive in time"),
    "body-too-large": ProblemKind(413, "The body is too large"),
    "unsupported-media-type": ProblemKind(415, "The body is of a type that is not read here"),
    "too-many-requests": ProblemKind(429, "Too many requests", retry_after=1),
    "overloaded": ProblemKind(503, "The gateway is overloaded", retry_after=1),
    "lab-unreachable": ProblemKind(503, "The lab does not answer", retry_after=1),
}


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """An HTTP answer that is not a payload. Built by `named`; it tells what is wrong and never repeats a value.

    `errors` are pairs of a JSON Pointer into the request's body and what is wrong there; `retry_after` is in seconds
    and goes into the header of that name.
    """

    def __init__(
        self, name: ProblemName, detail: str | None, errors: tuple[tuple[str, str], ...], retry_after: int | None
    ) -> None:
        super().__init__(name, detail, errors, retry_after)
        kind = PROBLEMS[name]
        self.name = name
        self.status = kind.status
        self.title = kind.title
        self.detail = detail
        self.errors = errors
        self.retry_after = kind.retry_after if retry_after is None else retry_after

    def __str__(self) -> str:
        return f"{self.status} {self.name}"

    @classmethod
    def named(
        cls,
        name: ProblemName,
        *,
        detail: str | None = None,
        errors: tuple[tuple[str, str], ...] = (),
        retry_after: int | None = None,
    ) -> Self:
        """The problem of that name.

        Raises:
            KeyError: the table has no such problem.
        """
        return cls(name, detail, errors, retry_after)

    @property
    def type(self) -> str:
        """The URI that names this kind of problem."""
        return f"urn:moment:problem:{self.name}"

    def document(self, instance: str, request_id: str) -> dict[str, object]:
        """The members of the `application/problem+json` body, in the order of RFC 9457; what is not known is left out.

        `instance` is the path that was asked, `request_id` what `X-Request-Id` says.
        """
        members: dict[str, object] = {"type": self.type, "title": self.title, "status": self.status}
        if self.detail is not None:
            members["detail"] = self.detail
        members |= {"instance": instance, "request_id": request_id}
        if self.errors:
            members["errors"] = [{"pointer": pointer, "detail": detail} for pointer, detail in self.errors]
        return members
