"""Numbers with a unit: a duration such as `400ms`, a size such as `64KiB`. A duration without a unit is refused."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

from gateway.settings.unfit import Unfit

_MICROSECONDS = {"d": 86_400_000_000, "h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000, "ms": 1_000}
_BYTES = {"GiB": 1024**3, "MiB": 1024**2, "KiB": 1024, "B": 1}

# Seventeen digits are the milliseconds of the longest timedelta.
_DURATION = r"[0-9]{1,17}(\.[0-9]{1,6})?(ms|s|m|h|d)"
_SIZE = r"[0-9]{1,15}(B|KiB|MiB|GiB)"
_NUMBER = re.compile(r"[-+]?[0-9.]+")


def parse_duration(text: str) -> timedelta:
    """The duration a text such as `400ms`, `1.5s`, `15m`, `2h` or `7d` states.

    Raises:
        Unfit: it is none, or is finer than a microsecond; the message says what is wrong and not what was given.
    """
    stated = re.fullmatch(_DURATION, text)
    if stated is None:
        raise Unfit(_not_a_duration(text))
    number, unit = text[: stated.start(2)], text[stated.start(2) :]
    whole, _, fraction = number.partition(".")
    microseconds, finer = divmod(int(whole + fraction) * _MICROSECONDS[unit], 10 ** len(fraction))
    if finer:
        raise Unfit("a duration cannot be finer than a microsecond")
    try:
        return timedelta(microseconds=microseconds)
    except OverflowError:
        raise Unfit("a duration cannot be that long") from None


def _not_a_duration(text: str) -> str:
    if text.startswith("-"):
        return "a duration cannot be negative"
    if _NUMBER.fullmatch(text):
        return "a duration needs a unit, as in 400ms, 15s, 15m, 2h or 7d"
    return "a duration is a number and a unit, as in 400ms, 15s, 15m, 2h or 7d"


def format_duration(duration: timedelta) -> str:
    """The text of a duration in its largest unit that divides it, which `parse_duration` reads back."""
    microseconds = duration // timedelta(microseconds=1)
    if microseconds == 0:
        return "0ms"
    for unit, worth in _MICROSECONDS.items():
        if microseconds % worth == 0:
            return f"{microseconds // worth}{unit}"
    whole, fraction = divmod(microseconds, 1000)
    return f"{whole}.{fraction:03d}".rstrip("0") + "ms"


def parse_size(text: str) -> int:
    """The bytes that a text such as `512B`, `64KiB` or `1MiB` states.

    Raises:
        Unfit: it states none; the message says what is wrong and not what was given.
    """
    if not re.fullmatch(_SIZE, text):
        raise Unfit("a size is a whole number and a unit, as in 512B, 64KiB or 1MiB")
    number = text.rstrip("BKMGi")
    return int(number) * _BYTES[text[len(number) :]]


def format_size(size: int) -> str:
    """The text of a size in its largest unit that divides it, which `parse_size` reads back."""
    unit, worth = next((unit, worth) for unit, worth in _BYTES.items() if size % worth == 0 and (size or unit == "B"))
    return f"{size // worth}{unit}"


def _read_duration(value: Any) -> timedelta:
    if not isinstance(value, timedelta):
        return parse_duration(value if isinstance(value, str) else _written(value))
    if value < timedelta():
        raise Unfit("a duration cannot be negative")
    return value


def _read_size(value: Any) -> int:
    # A count without a unit can only be of bytes.
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return parse_size(value if isinstance(value, str) else _written(value))


def _written(value: Any) -> str:
    """A number as it was written, so that it is told what it lacks; anything else as no number at all."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else "?"


def _not_zero(value: timedelta) -> timedelta:
    if not value:
        raise Unfit("should be longer than 0ms")
    return value


def at_most(most: timedelta) -> Callable[[timedelta], timedelta]:
    """A check for a `Duration` that may not be longer than `most`."""

    def check(value: timedelta) -> timedelta:
        if value > most:
            raise Unfit(f"should be at most {format_duration(most)}")
        return value

    return check


Duration = Annotated[
    timedelta,
    BeforeValidator(_read_duration),
    PlainSerializer(format_duration, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION}$"}),
]
PositiveDuration = Annotated[Duration, AfterValidator(_not_zero)]
Size = Annotated[
    int,
    BeforeValidator(_read_size),
    PlainSerializer(format_size, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{_SIZE}$"}),
]
