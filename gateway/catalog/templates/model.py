"""What the file of a template may say, key by key; what it means together is checked afterwards."""

from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictInt, StringConstraints, model_validator

from gateway.catalog.shapes import Privacy
from gateway.settings import (
    ConnectorName,
    Duration,
    Name,
    PositiveDuration,
    Section,
    Unfit,
    format_duration,
)

FieldType = Literal["string", "number", "integer", "boolean", "object", "array"]

LONGEST_TIMEOUT = timedelta(seconds=1)


def _as_a_policy_allows(timeout: timedelta) -> timedelta:
    if timeout > LONGEST_TIMEOUT:
        raise Unfit(f"should be at most {format_duration(LONGEST_TIMEOUT)}")
    return timeout


_Text = Annotated[str, StringConstraints(min_length=1, max_length=512)]

_Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
# A section whose every line is a comment is null to YAML.
_NullIsEmpty = BeforeValidator(lambda stated: {} if stated is None else stated)
_Parts = Annotated[dict[Name, Any], _NullIsEmpty]


_Timeout = Annotated[PositiveDuration, AfterValidator(_as_a_policy_allows)]


class CallModel(Section):
    """How the asks of a template, or of one of its signals, may be performed; what is None is as configured."""

    timeout: _Timeout | None = None
    hedge: StrictBool | None = None
    retry: StrictBool | None = None


class SignalModel(CallModel):
    """A signal that the template needs: a connector's, or one derived from others.

    Where every field made of it has a `needed_at`, its `timeout` may be as long as the latest of these, beyond any
    budget. A timeout of more than a second counts in an event stream alone: for an answer in one piece the connector's
    own holds.
    """

    timeout: PositiveDuration | None = None
    connector: ConnectorName | None = None
    derive: Name | None = None
    with_: dict[Name, _Text] = Field(default_factory=dict, alias="with")
    each: _Text | None = None
    class_: Literal["required", "optional", "late"] = Field(default="required", alias="class")
    run_on_default: StrictBool = False

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.connector is None) == (self.derive is None):
            raise Unfit("a signal has either a connector or a derive")
        if self.derive is not None and (self.each or self.timeout):
            raise Unfit("a derived signal is computed on the spot: it takes neither each nor timeout")
        return self


class FieldModel(Section):
    """A field of `data`: where it comes from, what it may hold, and what stands in its place when it did not come."""

    from_: _Text = Field(alias="from")
    type: FieldType
    nullable: StrictBool = False
    default: Any
    max_age: PositiveDuration | None = None
    needed_at: Duration | None = None
    privacy: Privacy | None = None
    enum: tuple[Any, ...] | None = None
    minimum: _Number | None = None
    maximum: _Number | None = None
    max_length: Annotated[StrictInt, Field(ge=0)] | None = None
    description: str | None = None


class RuleModel(Section):
    """One rule of a variant: the first whose `when` holds decides; the last has none."""

    when: _Text | None = None
    use: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class TemplateModel(Section):
    """The file as a whole. Its signals, fields and rules are each read by itself, so that one fault hides no other."""

    template: Name
    version: Annotated[StrictInt, Field(ge=1, le=1_000_000)]
    tenant: Name = "main"
    budget: PositiveDuration | None = None
    calls: CallModel = CallModel()
    signals: _Parts = Field(default_factory=dict)
    data: Annotated[_Parts, Field(min_length=1)]
    groups: Annotated[dict[Name, tuple[Name, ...]], _NullIsEmpty] = Field(default_factory=dict)
    variants: Annotated[dict[Name, Annotated[list[Any], Field(min_length=1)]], _NullIsEmpty] = Field(
        default_factory=dict
    )
