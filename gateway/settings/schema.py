"""The core schema of YAML 1.2: what an unquoted scalar means.

PyYAML speaks YAML 1.1, where `NO` is false, `on` a true key and `12:30` the number 750. Here only the words and forms
of the core schema (YAML 1.2.2, §10.3.2) are anything but a string.
"""

import re
from collections.abc import Callable

Scalar = str | int | float | bool | None

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

_FORMS: tuple[tuple[re.Pattern[str], Callable[[str], int | float]], ...] = (
    (re.compile(r"[-+]?[0-9]+"), int),
    (re.compile(r"0o[0-7]+"), lambda text: int(text[2:], 8)),
    (re.compile(r"0x[0-9a-fA-F]+"), lambda text: int(text[2:], 16)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
    (re.compile(r"[-+]?\.(inf|Inf|INF)"), lambda text: float(text.replace(".", ""))),
    (re.compile(r"\.(nan|NaN|NAN)"), lambda _: float("nan")),
)


def resolve(text: str) -> Scalar:
    """The value of an unquoted scalar.

    Raises:
        ValueError: a whole number of more digits than Python reads.
    """
    if text in _WORDS:
        return _WORDS[text]
    for form, value in _FORMS:
        if form.fullmatch(text):
            return value(text)
    return text
