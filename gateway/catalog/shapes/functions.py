"""The functions of the expression language: what each takes, and the shape of what it gives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jmespath.functions import Functions

from gateway.catalog.shapes.shape import NoSuchPath, Shape, array, union

_SIGNATURES: Final = Functions.FUNCTION_TABLE
_JSON: Final[Mapping[str, frozenset[str]]] = {"number": frozenset({"number", "integer"})}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function, by the types that it takes; none at all where it takes anything."""

    function: str
    takes: tuple[str, ...]

    def check(self, given: Shape | None) -> None:
        """Check an argument; None stands for an expression with `&`.

        Raises:
            NoSuchPath: it can never be of a type that the function takes.
        """
        if (given is None) != ("expref" in self.takes):
            raise NoSuchPath(f"{self.function}() takes {self.told()} here")
        if given is not None and self.takes and not any(_may_be(kind, given) for kind in self.takes):
            raise NoSuchPath(f"{self.function}() takes {self.told()}, and this is {given.told()}")

    def told(self) -> str:
        """What it takes, in words."""
        words = {"expref": "an expression with &"}
        return " or ".join(words.get(kind, kind.replace("-", " of ")) for kind in self.takes) or "a value"


def parameters_of(name: str, count: int) -> list[Parameter]:
    """The parameters of a function that is called with so many arguments.

    Raises:
        NoSuchPath: there is no such function, or it takes fewer or more.
    """
    if name not in _SIGNATURES:
        raise NoSuchPath(f"no such function: {name!r}", name, _SIGNATURES)
    signature = list(_SIGNATURES[name]["signature"])
    if signature and signature[-1].get("variadic"):
        signature += [signature[-1]] * (count - len(signature))
    if len(signature) != count:
        raise NoSuchPath(f"{name}() takes {len(signature)} arguments, and {count} are given")
    return [Parameter(name, tuple(one["types"])) for one in signature]


def result_of(name: str, arguments: Sequence[Shape]) -> Shape:
    """The shape of what a function gives; of a reference with `&` the argument is the shape of what it reads."""
    return _RESULTS[name](arguments)


def _may_be(kind: str, given: Shape) -> bool:
    """Whether an argument may be of a type, such as `number` or `array-string`."""
    outer, _, inner = kind.partition("-")
    if given.types is None:
        return True
    if not given.types & _JSON.get(outer, {outer}):
        return False
    return not inner or given.items is None or _may_be(inner, given.items)


def _always(*types: str) -> Callable[[Sequence[Shape]], Shape]:
    shape = Shape(frozenset(types))
    return lambda _: shape


def _same(arguments: Sequence[Shape]) -> Shape:
    return arguments[0]


def _one_of(arguments: Sequence[Shape]) -> Shape:
    return arguments[0].element().or_null()


_RESULTS: Final[Mapping[str, Callable[[Sequence[Shape]], Shape]]] = {
    **dict.fromkeys(("contains", "ends_with", "starts_with"), _always("boolean")),
    **dict.fromkeys(("abs", "ceil", "floor", "length", "sum"), _always("number")),
    **dict.fromkeys(("avg", "to_number"), _always("number", "null")),
    **dict.fromkeys(("join", "to_string", "type"), _always("string")),
    **dict.fromkeys(("reverse", "sort", "sort_by"), _same),
    **dict.fromkeys(("max", "max_by", "min", "min_by"), _one_of),
    "keys": lambda _: array(Shape(frozenset({"string"}))),
    "map": lambda arguments: array(arguments[0]),
    "merge": _always("object"),
    "not_null": union,
    "to_array": _always("array"),
    "values": lambda arguments: array(arguments[0].value()),
}
