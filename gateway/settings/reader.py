"""The hardened reader of YAML: from the bytes of one file to a `Document`, or to a `ConfigError` that says where.

State: a `_Builder` belongs to one file and dies with the call that made it. Marks and values only grow, in the order
of the file; what breaks the structure or a bound ends the reading at once, any other fault is kept and the reading
goes on, so that an operator sees all of them. No constructor of PyYAML ever runs: values are built here, from the
parser's events, so no tag can make an object, no alias can multiply one, and no nesting can exhaust the stack.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import yaml

from gateway.errors import ConfigError, ConfigFault, Mark
from gateway.settings.document import Document, Location
from gateway.settings.interpolation import expand
from gateway.settings.schema import Scalar, resolve

LARGEST_FILE = 1024 * 1024
DEEPEST = 32
MOST_NODES = 50_000

# libyaml is ten times faster; a Python built without it reads the same documents.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_document(path: Path, env: Mapping[str, str]) -> Document:
    """Read one file; `env` is the environment that `${…}` may name.

    Raises:
        ConfigError: it cannot be read, or is not the YAML that is read here.
    """
    file = str(path)
    try:
        with path.open("rb") as opened:
            content = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ConfigError(ConfigFault(Mark(file, 1, 1), f"cannot be read: {error.strerror}")) from None
    if len(content) > LARGEST_FILE:
        raise ConfigError(_too_large(file))
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        mark = _mark_after(content[: error.start].decode("utf-8"), file)
        raise ConfigError(ConfigFault(mark, "the file is not UTF-8")) from None
    return parse_document(text, file, env)


def parse_document(text: str, file: str, env: Mapping[str, str]) -> Document:
    """Parse the text of one file, which is called `file` in marks.

    Raises:
        ConfigError: it is not the YAML that is read here.
    """
    if unreadable := _NOT_YAML.search(text):
        mark = _mark_after(text[: unreadable.start()], file)
        raise ConfigError(ConfigFault(mark, f"the character U+{ord(unreadable[0]):04X} cannot stand in YAML"))
    if len(text.encode()) > LARGEST_FILE:
        raise ConfigError(_too_large(file))
    builder = _Builder(yaml.parse(text, Loader=LOADER), file, env)
    try:
        data = builder.document()
    except yaml.YAMLError as error:
        raise ConfigError(*builder.faults, _syntax_fault(error, text, file)) from None
    if builder.faults:
        raise ConfigError(*builder.faults)
    return Document(file, data, builder.marks, builder.key_marks, frozenset(builder.interpolated))


def _too_large(file: str) -> ConfigFault:
    return ConfigFault(Mark(file, 1, 1), f"the file has more than {LARGEST_FILE} bytes")


def _mark_after(text: str, file: str) -> Mark:
    lines = f"{text}.".splitlines()
    return Mark(file, len(lines), len(lines[-1]))


def _syntax_fault(error: yaml.YAMLError, text: str, file: str) -> ConfigFault:
    at = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if at is None:
        return ConfigFault(Mark(file, 1, 1), "the file is not YAML")
    mark = Mark(file, at.line + 1, at.column + 1)
    line = "".join(text.splitlines()[at.line : at.line + 1])
    if line[at.column :].startswith("\t"):
        return ConfigFault(mark, "a tab cannot stand here: YAML is indented with spaces")
    hint = "; within { } and [ ] a ${…} must be quoted" if "${" in line else ""
    return ConfigFault(mark, f"not YAML: {getattr(error, 'problem', None) or 'it cannot be read'}{hint}")


class _Builder:
    """Builds the data of one file from the events of the parser, and notes where each piece stands."""

    def __init__(self, events: Iterator[Any], file: str, env: Mapping[str, str]) -> None:
        self.faults: list[ConfigFault] = []
        self.marks: dict[Location, Mark] = {}
        self.key_marks: dict[Location, Mark] = {}
        self.interpolated: set[Location] = set()
        self._events = events
        self._file = file
        self._env = env
        self._nodes = 0

    def document(self) -> Any:
        """The data of the only document; None where there is none."""
        next(self._events)  # the start of the stream
        if isinstance(next(self._events), yaml.StreamEndEvent):
            self.marks[()] = Mark(self._file, 1, 1)
            return None
        data = self._value(next(self._events), ())
        next(self._events)  # the end of the document
        if not isinstance(event := next(self._events), yaml.StreamEndEvent):
            self._stop(event, "a second document begins here: a file holds one")
        return data

    def _value(self, event: Any, at: Location) -> Any:
        self._check(event, at)
        self.marks[at] = self._mark(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(at)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(at)
        return self._scalar(event, at)

    def _mapping(self, at: Location) -> dict[str, Any]:
        data: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, at)
            child = (*at, key)
            if key in data:
                first = self.key_marks[child]
                where = f"line {first.line}, column {first.column}"
                self._note(event, f"the key {key[:64]!r} is here for the second time, the first is at {where}")
            else:
                self.key_marks[child] = self._mark(event)
            data[key] = self._value(next(self._events), child)
        return data

    def _key(self, event: Any, at: Location) -> str:
        self._check(event, at)
        if not isinstance(event, yaml.ScalarEvent):
            self._stop(event, "a key must be a string")
        key: str = event.value
        if "${" in key:
            self._note(event, "a key cannot be taken from the environment or a file")
        elif event.implicit[0] and not isinstance(self._resolved(event, key), str):
            self._note(event, "a key must be a string: quote it")
        return key

    def _sequence(self, at: Location) -> list[Any]:
        data: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            data.append(self._value(event, (*at, len(data))))
        return data

    def _scalar(self, event: Any, at: Location) -> Scalar:
        text: str = event.value
        is_plain: bool = event.implicit[0]
        if "${" in text:
            expanded = expand(text, self._env)
            for problem in expanded.problems:
                self._note(event, problem)
            if expanded.is_filled:
                self.interpolated.add(at)
            text = expanded.text
            is_plain = is_plain and expanded.is_variable
        return self._resolved(event, text) if is_plain else text

    def _resolved(self, event: Any, text: str) -> Scalar:
        try:
            return resolve(text)
        except ValueError:
            self._note(event, "the number has too many digits")
            return text

    def _check(self, event: Any, at: Location) -> None:
        self._nodes += 1
        if event.anchor is not None:
            self._stop(event, "anchors and aliases are not read: write the value out")
        if getattr(event, "tag", None) is not None:
            self._stop(event, "tags are not read: quote what is meant as a string")
        if len(at) > DEEPEST:
            self._stop(event, f"nested more than {DEEPEST} deep")
        if self._nodes > MOST_NODES:
            self._stop(event, f"the file has more than {MOST_NODES} keys and values")

    def _mark(self, event: Any) -> Mark:
        return Mark(self._file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _note(self, event: Any, message: str) -> None:
        self.faults.append(ConfigFault(self._mark(event), message))

    def _stop(self, event: Any, message: str) -> NoReturn:
        self._note(event, message)
        raise ConfigError(*self.faults)
