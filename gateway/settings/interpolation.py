"""`${…}` inside a scalar: what comes from the environment or from the file of a secret.

`${NAME}`               the variable; it must be set
`${NAME:-default}`      the variable, or the default where it is unset or empty
`${file:/run/secrets/x}`  the content of the file, without one newline at its end
`$${`                   the two characters `${`

What was put in is not read again, so a secret may hold any character.
"""

import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LARGEST_SECRET = 64 * 1024

_REFERENCE = re.compile(r"\$(?P<escaped>\$\{)|\$\{(?P<inside>[^{}]*)(?P<end>\}?)")
_VARIABLE = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(:-(?P<default>.*))?", re.DOTALL)
_FILE = "file:"


@dataclass(frozen=True, slots=True)
class Expanded:
    """A scalar with its references resolved.

    `is_filled`: something was put in. `is_variable`: the scalar is one variable and nothing else. `problems` says
    what could not be resolved; the text is then of no use.
    """

    text: str
    is_filled: bool
    is_variable: bool
    problems: tuple[str, ...]


def expand(text: str, env: Mapping[str, str]) -> Expanded:
    """Resolve each reference of a scalar; never raises for what an operator may write."""
    problems: list[str] = []
    filled = False

    def replace(match: re.Match[str]) -> str:
        nonlocal filled
        if match["escaped"]:
            return "${"
        filled = True
        try:
            return _resolved(match["inside"], bool(match["end"]), env)
        except _UnresolvedError as problem:
            problems.append(str(problem))
            return ""

    result = _REFERENCE.sub(replace, text)
    whole = _REFERENCE.fullmatch(text)
    variable = whole is not None and whole["inside"] is not None and not whole["inside"].startswith(_FILE)
    return Expanded(result, filled, variable, tuple(problems))


class _UnresolvedError(Exception):
    """A reference that names nothing readable; its text is for the operator and holds no value."""


def _resolved(inside: str, closed: bool, env: Mapping[str, str]) -> str:
    if not closed:
        raise _UnresolvedError("a reference starts with '${' and does not end with '}' ('$${' writes '${')")
    if inside.startswith(_FILE):
        return _content(inside.removeprefix(_FILE))
    variable = _VARIABLE.fullmatch(inside)
    if variable is None:
        raise _UnresolvedError("a reference is ${NAME}, ${NAME:-default} or ${file:/path} ('$${' writes '${')")
    name, default = variable["name"], variable["default"]
    value = env.get(name)
    if default is not None:
        value = value or default
    if value is None:
        raise _UnresolvedError(f"the environment has no {name}, and no default is given as in ${{{name}:-default}}")
    # The system hands over bytes that are no text as lone surrogates, which nothing downstream can encode.
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise _UnresolvedError(f"the environment's {name} is not UTF-8")
    return value


def _content(name: str) -> str:
    path = Path(name)
    if not path.is_absolute():
        raise _UnresolvedError("the path of ${file:…} must begin with '/'")
    try:
        # Anything but a regular file, a pipe for one, could keep the start waiting for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise _UnresolvedError(f"{name!r} is not a file")
        with path.open("rb") as file:
            content = file.read(LARGEST_SECRET + 1)
    except OSError as error:
        raise _UnresolvedError(f"{name!r} cannot be read: {error.strerror}") from None
    except ValueError:
        raise _UnresolvedError("the path of ${file:…} is not a path") from None
    if len(content) > LARGEST_SECRET:
        raise _UnresolvedError(f"{name!r} has more than {LARGEST_SECRET} bytes")
    try:
        return content.decode("utf-8").removesuffix("\n")
    except UnicodeDecodeError:
        raise _UnresolvedError(f"{name!r} is not UTF-8") from None
