"""The one expression language of the product: JMESPath, compiled once, with the roots it reads known beforehand."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from connectors.contract.shortcuts import shortcut

_LONGEST = 512
_Node = Mapping[str, Any]


class Expression:
    """A compiled JMESPath expression over named roots such as `where`, `ticket` or a signal's name.

    `roots` are the names it reads at the top, with `@` among them where it reads the whole scope; `parsed` is the
    syntax tree, for checks against a schema. `search` reads mappings, lists and scalars only (a tuple does not project
    in JMESPath) and may raise where a function meets null or an order compares text.

    Raises:
        ValueError: the text is no JMESPath, or longer than 512 characters, or nested too deep to be read.
    """

    __slots__ = ("parsed", "roots", "search", "text")

    def __init__(self, text: str) -> None:
        if len(text) > _LONGEST:
            raise ValueError(f"an expression has at most {_LONGEST} characters")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", PendingDeprecationWarning)
                compiled = jmespath.compile(text)
        except JMESPathError as error:
            reason = str(error).splitlines()[0]
            raise ValueError(f"not a JMESPath expression: {reason}") from None
        except PendingDeprecationWarning:
            raise ValueError("an expression holds texts in ' and JSON in `; what stands in ` here is no JSON") from None
        except RecursionError:
            raise ValueError("an expression is not nested that deep") from None
        self.text = text
        self.parsed: _Node = compiled.parsed
        self.roots = frozenset(_roots(self.parsed))
        self.search: Callable[[Any], Any] = shortcut(self.parsed) or compiled.search

    def __repr__(self) -> str:
        """The expression as it was written."""
        return f"Expression({self.text!r})"


def may_read(node: _Node, root: str, name: str) -> bool:
    """Whether a syntax tree may read `root.name` from the top; who reads a bare `root` may read all of it."""
    if node["type"] == "field":
        return bool(node["value"] == root)
    children = node["children"]
    if node["type"] == "subexpression" and children[0] == {"type": "field", "children": [], "value": root}:
        return bool(children[1]["type"] != "field" or children[1]["value"] == name)
    return any(may_read(child, root, name) for child in _on_the_same_value(node))


def _roots(node: _Node) -> set[str]:
    """The names that a syntax tree reads from the top; `@` for the whole scope, written or implied (`*`, `[0]`)."""
    if node["type"] == "field":
        return {node["value"]}
    if node["type"] in ("current", "identity"):
        return {"@"}
    return set().union(*(_roots(child) for child in _on_the_same_value(node)))


def _on_the_same_value(node: _Node) -> Sequence[_Node]:
    """The children that are evaluated against the same value as the node: all, or the first few by the table."""
    children: Sequence[_Node] = node["children"]
    return children[: _SAME_VALUE.get(node["type"])]


_SAME_VALUE = {
    **dict.fromkeys(("subexpression", "index_expression", "pipe"), 1),
    **dict.fromkeys(("projection", "value_projection", "filter_projection", "flatten"), 1),
    "expref": 0,
}
