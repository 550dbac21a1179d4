"""From a document to a model: each thing that pydantic finds becomes a fault with its place, and without its value."""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from gateway.errors import ConfigError, ConfigFault
from gateway.settings.document import Document, Location
from gateway.settings.unfit import Unfit

M = TypeVar("M", bound=BaseModel)

_LONGEST_WORD = 64
_SHORTEST_SECRET = 4

# What pydantic's messages say in the words of somebody who writes a file. The others are taken as they are.
_MESSAGES: Mapping[str, str] = {
    "model_type": "should be a mapping",
    "model_attributes_type": "should be a mapping",
    "dict_type": "should be a mapping",
    "list_type": "should be a list",
    "tuple_type": "should be a list",
    "set_type": "should be a list",
    "frozen_set_type": "should be a list",
    "string_type": "should be a string: quote it",
    "int_type": "should be a whole number, without quotes",
    "union_tag_invalid": "{discriminator} should be one of {expected_tags}",
    "union_tag_not_found": "{discriminator} is missing",
}
_SUBJECT_OF_PYDANTIC = re.compile(r"^[A-Z]\w* should\b")
_PREFIX_OF_PYDANTIC = re.compile(r"^(Value error|Assertion failed), ")
_WRITTEN_BY_HAND = frozenset({"value_error", "assertion_error"})
_ALLOWED = re.compile(r"'([^']*)'")


class Section(BaseModel):
    """A part of the configuration: fixed once read, and an unknown key is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _an_empty_section_says_nothing(cls, data: Any) -> Any:
        """A section whose every line is a comment is null to YAML, and means no more than one that is left out."""
        if not isinstance(data, dict):
            return data
        return {key: value for key, value in data.items() if value is not None or not cls._is_section(key)}

    @classmethod
    def _is_section(cls, key: str) -> bool:
        info = cls.model_fields.get(key)
        return info is not None and isinstance(info.annotation, type) and issubclass(info.annotation, Section)


def did_you_mean(word: object, candidates: Iterable[str]) -> str | None:
    """The candidate that is closest to a word, if one is close."""
    if not isinstance(word, str):
        return None
    spelled = {candidate.casefold(): candidate for candidate in sorted(candidates)}
    close = difflib.get_close_matches(word[:_LONGEST_WORD].casefold(), spelled, n=1)
    return spelled[close[0]] if close else None


def validate(document: Document, model: type[M], at: Location = (), *, reserved: Collection[str] = ()) -> M:
    """The value at a location of a document as a model; nothing at all counts as an empty mapping.

    The keys `reserved` at that location belong to somebody else and are not shown to the model.

    Raises:
        ConfigError: it does not fit; one fault for each thing that does not.
    """
    data = document.part(at)
    if data is None:
        data = {}
    if reserved and isinstance(data, dict):
        data = {key: value for key, value in data.items() if key not in reserved}
    try:
        return model.model_validate(data)
    except ValidationError as error:
        # A union reports the same fault once for each member it tried.
        found = dict.fromkeys(
            _fault(document, model, at, dict(one), reserved) for one in error.errors(include_url=False)
        )
        raise ConfigError(*found) from None


def _fault(
    document: Document, model: type[BaseModel], at: Location, error: Mapping[str, Any], reserved: Collection[str]
) -> ConfigFault:
    kind, loc = error["type"], error["loc"]
    if kind == "extra_forbidden":
        known = {*_keys_at(model, loc[:-1]), *(reserved if len(loc) == 1 else ())}
        message = f"unknown key {str(loc[-1])[:_LONGEST_WORD]!r}"
        where = document.nearest((*at, *loc))
        return ConfigFault(document.key_mark(where), _about(where[:-1], len(at), message), did_you_mean(loc[-1], known))
    where = document.nearest((*at, *loc))
    if kind == "missing":
        return ConfigFault(document.key_mark(where), _about(where, len(at), f"{loc[-1]!r} is missing"))
    is_key = bool(loc) and loc[-1] == "[key]"
    mark = document.key_mark(where) if is_key else document.mark(where)
    message = _without_values(_message(error), document, where, kind in _WRITTEN_BY_HAND and not _is_ours(error))
    return ConfigFault(mark, _about(where, len(at), message), _fix(error, where in document.interpolated))


def _message(error: Mapping[str, Any]) -> str:
    template = _MESSAGES.get(error["type"])
    if template is not None:
        return template.format_map(error.get("ctx", {}))
    return _SUBJECT_OF_PYDANTIC.sub("should", _PREFIX_OF_PYDANTIC.sub("", error["msg"]))


def _fix(error: Mapping[str, Any], is_interpolated: bool) -> str | None:
    """What was probably meant: an allowed word, or the correction that a validator of ours worked out itself."""
    context = error.get("ctx", {})
    if error["type"] in {"literal_error", "enum"}:
        return did_you_mean(error["input"], _ALLOWED.findall(str(context.get("expected", ""))))
    if error["type"] == "union_tag_invalid":
        return did_you_mean(context.get("tag"), _ALLOWED.findall(str(context.get("expected_tags", ""))))
    # A correction repeats the value, which must not be if that came from the environment or a secret's file.
    reason = context.get("error")
    return reason.fix if isinstance(reason, Unfit) and not is_interpolated else None


def _is_ours(error: Mapping[str, Any]) -> bool:
    return isinstance(error.get("ctx", {}).get("error"), Unfit)


def _about(where: Location, hidden: int, message: str) -> str:
    """The message with the part of the location that the mark does not make obvious: the names below `at`."""
    steps = [f"[{step}]" if isinstance(step, int) else f".{step[:_LONGEST_WORD]}" for step in where[hidden:]]
    name = "".join(steps).removeprefix(".")
    return f"{name}: {message}" if name else message


def _without_values(message: str, document: Document, where: Location, is_written_by_hand: bool) -> str:
    """The message without any text that was put in at this place, and if a validator's author wrote it, without any."""
    shown = {
        str(value)
        for location, value in _leaves(document.part(where), where)
        if is_written_by_hand or location in document.interpolated
    }
    for text in sorted(shown, key=len, reverse=True):
        if len(text) >= _SHORTEST_SECRET:
            message = message.replace(text, "…")
    return message


def _leaves(value: Any, at: Location) -> Iterator[tuple[Location, Any]]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _leaves(child, (*at, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _leaves(child, (*at, index))
    else:
        yield at, value


def _keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> set[str]:
    """The keys that a mapping at this place may have; those of each member where it is a union."""
    types: list[Any] = [model]
    for step in loc:
        # A step that leads nowhere is the name of a union's member: the members are all there already.
        types = [inner for outer in types for inner in _inside(outer, step)] or types
    return {key for kind in types for key in _fields(kind)}


def _fields(kind: Any) -> dict[str, Any]:
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return {}
    return {info.alias or name: info.annotation for name, info in kind.model_fields.items()}


def _inside(kind: Any, step: int | str) -> Iterator[Any]:
    """The types that a step leads to from a type."""
    fields = _fields(kind)
    if step in fields:
        yield from _members(fields[str(step)])
    elif get_origin(kind) in {dict, Mapping}:
        yield from _members(get_args(kind)[-1])
    elif isinstance(step, int):
        for argument in get_args(kind):
            yield from _members(argument)


def _members(kind: Any) -> Iterator[Any]:
    """A type without what is wrapped around it, taken apart where it is a union."""
    origin = get_origin(kind)
    if origin is Annotated:
        yield from _members(get_args(kind)[0])
    elif origin is Union or isinstance(kind, UnionType):
        for member in get_args(kind):
            yield from _members(member)
    else:
        yield kind
