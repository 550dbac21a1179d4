"""What an operator sets for a connector: where it asks, and the credentials it asks with."""

import re

from pydantic import BaseModel, ConfigDict, field_validator

_BASE = re.compile(r"https?://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?(/[A-Za-z0-9._~/-]*)?", re.IGNORECASE | re.ASCII)


def base_address(value: str) -> str:
    """An http or https address without user, query or fragment, a closing slash taken off."""
    if not _BASE.fullmatch(value) or "/../" in f"{value}/":
        raise ValueError("a base address is http(s)://host[:port][/path], without user, query and fragment")
    return value.rstrip("/")


class Settings(BaseModel):
    """The settings of one connector; subclasses add fields, secrets as `SecretStr`. Unknown keys are errors.

    No field may be called `policy` or `hosts`: in the configuration those words stand beside the settings.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=True)

    base_url: str

    # A validator, not a type: a subclass that gives `base_url` a default writes its type anew.
    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        return base_address(value)
