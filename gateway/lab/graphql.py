"""As much of GraphQL as one query for one field needs: selections, inline fragments, aliases and arguments."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson

_TOKEN = re.compile(
    r'\s*(?:#[^\n]*\s*|,\s*)*(\.\.\.|[{}():!$=\[\]@|]|"(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|[A-Za-z_]\w*|$)'
)
_NAME = re.compile(r"[A-Za-z_]\w*")
_MOST_DEPTH = 20


class MalformedError(Exception):
    """The query cannot be read."""


@dataclass(frozen=True, slots=True)
class Variable:
    """An argument that is taken from the request's variables."""

    name: str


@dataclass(frozen=True, slots=True)
class Selected:
    """One field asked for: its name, the name it is wanted under, its arguments, and what is asked of it.

    `on` is the type of the inline fragment it stands in, None outside of one.
    """

    name: str
    alias: str
    on: str | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    fields: tuple["Selected", ...] = ()


@lru_cache(maxsize=64)
def parse(query: str) -> tuple[Selected, ...]:
    """The fields that one query document asks of the root."""
    reader = _Reader(_tokens(query))
    if reader.peek() != "{":
        if reader.take() != "query":
            raise MalformedError("only queries are answered")
        if _NAME.fullmatch(reader.peek()):
            reader.take()
        if reader.peek() == "(":
            reader.skip_declarations()
    fields = reader.selection(None, 0)
    if reader.peek():
        raise MalformedError("the document goes on after its query")
    return fields


def _tokens(query: str) -> list[str]:
    """The tokens of a document; the last one is empty and means the end."""
    tokens, at = [""], 0
    while match := _TOKEN.match(query, at):
        if not match[1]:
            return [*tokens[1:], ""]
        tokens.append(match[1])
        at = match.end()
    raise MalformedError("an unexpected character")


class _Reader:
    """Reads tokens from left to right; each method takes what it names and raises `MalformedError` where it is not."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def peek(self) -> str:
        return self._tokens[self._at]

    def take(self, expected: str | None = None) -> str:
        token = self._tokens[self._at]
        if not token or (expected is not None and token != expected):
            raise MalformedError("an unexpected end" if not token else "an unexpected token")
        self._at += 1
        return token

    def name(self) -> str:
        token = self.take()
        if not _NAME.fullmatch(token):
            raise MalformedError("a name is missing")
        return token

    def skip_declarations(self) -> None:
        self.take("(")
        while self.peek() != ")":
            self.take()
        self.take(")")

    def selection(self, on: str | None, depth: int) -> tuple[Selected, ...]:
        if depth > _MOST_DEPTH:
            raise MalformedError("nested too deeply")
        self.take("{")
        fields: list[Selected] = []
        while self.peek() != "}":
            if self.peek() == "...":
                self.take()
                self.take("on")
                fields += self.selection(self.name(), depth + 1)
            else:
                fields.append(self.field(on, depth))
        self.take("}")
        if not fields:
            raise MalformedError("an empty selection")
        return tuple(fields)

    def field(self, on: str | None, depth: int) -> Selected:
        alias = name = self.name()
        if self.peek() == ":":
            self.take()
            name = self.name()
        arguments = self.arguments() if self.peek() == "(" else {}
        fields = self.selection(None, depth + 1) if self.peek() == "{" else ()
        return Selected(name, alias, on, arguments, fields)

    def arguments(self) -> dict[str, Any]:
        self.take("(")
        found: dict[str, Any] = {}
        while self.peek() != ")":
            name = self.name()
            self.take(":")
            found[name] = self.value(0)
        self.take(")")
        return found

    def value(self, depth: int) -> Any:
        if depth > _MOST_DEPTH:
            raise MalformedError("nested too deeply")
        token = self.take()
        if token == "$":
            return Variable(self.name())
        if token == "[":
            members = []
            while self.peek() != "]":
                members.append(self.value(depth + 1))
            self.take("]")
            return members
        try:
            return orjson.loads(token)
        except orjson.JSONDecodeError:
            raise MalformedError("an unreadable value") from None
