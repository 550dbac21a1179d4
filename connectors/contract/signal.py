"""What a connector answers with: the typed, normalised reading of one kind, the same whichever vendor filled it."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

Decimal = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,18}(\.[0-9]{1,12})?$", max_length=32)]
"""An exact number as text: money, prices and percentages are never floats."""

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$", max_length=3)]
"""An ISO 4217 code."""


class Part(BaseModel):
    """A part of a signal: frozen, unknown keys ignored, no infinity and no NaN.

    An instance is validated anew wherever it is taken in, because `model_construct` and `model_copy` check nothing.
    """

    model_config = ConfigDict(
        frozen=True, extra="ignore", allow_inf_nan=False, hide_input_in_errors=True, revalidate_instances="always"
    )


class Money(Part):
    """An amount as an exact decimal text, with its ISO 4217 currency."""

    amount: Decimal
    currency: Currency


class Signal(Part):
    """The reading of one kind. `as_of` is the source's own time of observation, None where it states none.

    Every text and every container has a greatest length. `major` counts the incompatible changes of the kind and is
    part of every cache key.
    """

    major: ClassVar[int] = 1

    as_of: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class Attribution:
    """What the licence of a vendor wants shown beside its data."""

    text: str
    url: str
