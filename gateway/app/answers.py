"""The shapes of what the public port answers, for its description; the answers themselves are built without them."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gateway.outcome import Reason, Status


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AttributionEntry(_Shape):
    """What the licence of a vendor wants shown beside its data."""

    text: str
    url: str


class SignalEntry(_Shape):
    """How one signal came. `reason` stands where the status is stale or default, the times unless it is default."""

    status: Status
    reason: Reason | None = None
    as_of: str | None = Field(None, json_schema_extra={"format": "date-time"})
    age_ms: int | None = Field(None, ge=0)
    took_ms: int = Field(ge=0)
    source: str
    attribution: AttributionEntry | None = None


class BudgetEntry(_Shape):
    """The time of the open: what it might take, what was kept back to answer, what was used."""

    total_ms: int = Field(ge=0)
    reserve_ms: int = Field(ge=0)
    used_ms: int = Field(ge=0)


class OpenAnswer(_Shape):
    """One payload that fits its template. `data` is described by `/v1/templates/{id}/schema`."""

    open: str = Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")
    template: str
    version: int
    data: dict[str, Any]
    variants: dict[str, str]
    signals: dict[str, SignalEntry]
    defaulted: dict[str, Reason | Literal["too_old", "group", "missing"]]
    complete: bool
    budget: BudgetEntry


class Patch(_Shape):
    """What a signal that came late to a stream changes: each field named replaces the old value whole.

    `defaulted` are the fields that show their default no more. Nothing is removed, and variants stay as they were.
    """

    data: dict[str, Any]
    signals: dict[str, SignalEntry]
    defaulted: list[str]
    complete: bool


class TemplateEntry(_Shape):
    """One template: its highest version, and what that needs and shows."""

    id: str
    version: int
    versions: list[int]
    signals: list[str]
    fields: list[str]


class TemplateList(_Shape):
    """The templates that are loaded."""

    templates: list[TemplateEntry]


class DefaultsDocument(_Shape):
    """The payload with no signal at all, for a player to carry along."""

    template: str
    version: int
    data: dict[str, Any]
    variants: dict[str, str]
    complete: Literal[False]


class ProblemError(_Shape):
    """One thing that is wrong, and where: a JSON Pointer into the body."""

    pointer: str
    detail: str


class ProblemDocument(_Shape):
    """An answer that is not a payload (RFC 9457). No value that was sent stands in it."""

    type: str
    title: str
    status: int
    detail: str | None = None
    instance: str
    request_id: str
    errors: list[ProblemError] | None = None
