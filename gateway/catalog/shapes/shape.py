"""A shape: the types that can stand at one place of a document, the shapes below it, and who may see it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

Privacy = Literal["public", "tenant", "viewer"]

PRIVACIES: Final[tuple[Privacy, ...]] = get_args(Privacy)
"""From the one that all may see to the one that is a viewer's own."""


def most_private(privacies: Iterable[Privacy]) -> Privacy:
    """The most private of some; public where there are none."""
    return max(privacies, key=PRIVACIES.index, default="public")


class NoSuchPath(Exception):  # noqa: N818 - reads as what it says
    """An expression reads what is not there. `name` is the wrong word, `known` the words that would be right."""

    def __init__(self, message: str, name: str = "", known: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.name = name
        self.known = tuple(known)


@dataclass(frozen=True, slots=True)
class Shape:
    """What can stand at one place: JSON types, and the shapes below. None as types means anything at all.

    An object has named `members`, and all others are `values`; where it has neither, nothing is known of its members.
    An array has `items`. `privacy` is of the place itself; what stands below may be more private.
    """

    types: frozenset[str] | None
    members: Mapping[str, "Shape"] | None = None
    values: "Shape | None" = None
    items: "Shape | None" = None
    privacy: Privacy = "public"

    def member(self, name: str) -> "Shape":
        """The shape of a named member.

        Raises:
            NoSuchPath: nothing here has members, or these are known and it is none of them.
        """
        self._must_be("object", repr(name))
        members = self.members or {}
        if name in members:
            return members[name]._below(self)
        if self.members is not None and self.values is None:
            raise NoSuchPath(f"no such path: {name!r}", name, members)
        return (self.values or ANYTHING).or_null()._below(self)

    def value(self) -> "Shape":
        """The shape of any member of an object.

        Raises:
            NoSuchPath: nothing here has members.
        """
        self._must_be("object", "*")
        known = [*(self.members or {}).values(), *([self.values] if self.values else [])]
        return (union(known) if known else ANYTHING).raised_to(self.privacy)

    def element(self) -> "Shape":
        """The shape of any element of an array.

        Raises:
            NoSuchPath: nothing here is an array.
        """
        self._must_be("array", "an element")
        return (self.items or ANYTHING).raised_to(self.privacy)

    def or_null(self) -> "Shape":
        """This shape, or null."""
        return self if self.types is None else replace(self, types=self.types | {"null"})

    def not_null(self) -> "Shape":
        """This shape without null."""
        return self if self.types is None else replace(self, types=self.types - {"null"})

    def raised_to(self, privacy: Privacy) -> "Shape":
        """This shape, at least so private."""
        return self if privacy == "public" else replace(self, privacy=most_private((self.privacy, privacy)))

    def exposure(self) -> Privacy:
        """How private it is to show all that stands here."""
        below = [*(self.members or {}).values(), *(one for one in (self.values, self.items) if one is not None)]
        return most_private([self.privacy, *(one.exposure() for one in below)])

    def told(self) -> str:
        """The types in words."""
        return "anything" if self.types is None else " or ".join(sorted(self.types))

    def _must_be(self, kind: str, what: str) -> None:
        if self.types is not None and kind not in self.types:
            raise NoSuchPath(f"no such path: {what} is read of what is {self.told()}")

    def _below(self, parent: "Shape") -> "Shape":
        """This shape as a member of `parent`: null where that may be no object, and no more public than it."""
        is_sure = parent.types is not None and parent.types <= {"object"}
        return (self if is_sure else self.or_null()).raised_to(parent.privacy)


ANYTHING: Final = Shape(None)
NULL: Final = Shape(frozenset({"null"}))


def obj(members: Mapping[str, Shape]) -> Shape:
    """The shape of an object with exactly these members."""
    return Shape(frozenset({"object"}), members)


def array(items: Shape | None) -> Shape:
    """The shape of a list."""
    return Shape(frozenset({"array"}), items=items)


def union(shapes: Sequence[Shape]) -> Shape:
    """What may be of any of these shapes; at least one is given. It is as private as the most private of them."""
    privacy = most_private(shape.privacy for shape in shapes)
    known = [shape.types for shape in shapes if shape.types is not None]
    if len(known) < len(shapes):
        return Shape(None, privacy=most_private(shape.exposure() for shape in shapes))
    objects = [shape for shape in shapes if "object" in (shape.types or ())]
    arrays = [shape.items for shape in shapes if "array" in (shape.types or ())]
    items = [one for one in arrays if one is not None]
    values = [one.values for one in objects if one.values is not None]
    return Shape(
        frozenset().union(*known),
        _members(objects),
        union(values) if values else None,
        union(items) if items and len(items) == len(arrays) else None,
        privacy,
    )


def _members(objects: Sequence[Shape]) -> Mapping[str, Shape] | None:
    """The members of any of some objects, null where one of them has no such member; None if one is an open book."""
    if not objects or any(one.members is None and one.values is None for one in objects):
        return None
    names = dict.fromkeys(name for one in objects for name in one.members or ())
    return {name: union([(one.members or {}).get(name, one.values or NULL) for one in objects]) for name in names}
