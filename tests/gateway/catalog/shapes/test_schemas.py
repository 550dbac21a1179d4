"""A JSON Schema, as pydantic writes it, becomes the shape that says the same."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from gateway.catalog.shapes import NoSuchPath, Shape, shape_in


class Leaf(BaseModel):
    name: str
    size: Annotated[int, Field(json_schema_extra={"x-privacy": "viewer"})] = 0


class Tree(BaseModel):
    leaf: Leaf
    branches: "tuple[Tree, ...]" = ()


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    lives: str = "one"
    barks: bool = True


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    known: int = 1


class All(BaseModel):
    leaf: Leaf | None = None
    leaves: tuple[Leaf, ...] = ()
    pair: tuple[int, str] = (1, "")
    by_name: dict[str, Leaf] = {}
    anything: Any = None
    mapping: dict[str, Any] = {}
    word: Literal["a", "b"] | None = None
    mixed: Literal["a", 1, None] = None
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] = Cat()
    number: int | float | None = None
    boxed: Open = Open()
    either: Leaf | int = 1
    wild: Annotated[str, Field(json_schema_extra={"x-privacy": "secret"})] = ""


ALL = shape_in(All.model_json_schema(mode="serialization"))


def types(shape: Shape) -> set[str] | None:
    """The types of a shape."""
    return None if shape.types is None else set(shape.types)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("leaf", {"object", "null"}),
        ("leaf.name", {"string", "null"}),
        ("leaves", {"array"}),
        ("by_name.x", {"object", "null"}),
        ("by_name.x.name", {"string", "null"}),
        ("anything", None),
        ("anything.a.b", None),
        ("mapping.a", None),
        ("mapping.a.b", None),
        ("word", {"string", "null"}),
        ("mixed", {"string", "integer", "null"}),
        ("pet", {"object"}),
        ("pet.kind", {"string"}),
        ("pet.lives", {"integer", "string"}),
        ("pet.barks", {"boolean", "null"}),
        ("number", {"integer", "number", "null"}),
        ("boxed.known", {"integer"}),
        ("boxed.more", None),
        ("either.name", {"string", "null"}),
    ],
)
def test_what_stands_at_a_place_is_known(path: str, expected: set[str] | None) -> None:
    """References, unions, mappings and open objects are followed; what may be missing on the way may be null."""
    shape = ALL
    for name in path.split("."):
        shape = shape.member(name)

    assert types(shape) == expected


def test_elements_are_known() -> None:
    """The elements of a list, and of a tuple of fixed length, have a shape."""
    assert types(ALL.member("leaves").element().member("name")) == {"string"}
    assert types(ALL.member("pair").element()) == {"integer", "string"}
    assert types(ALL.member("by_name").value()) == {"object"}
    assert types(ALL.member("leaf").value()) == {"integer", "string"}


@pytest.mark.parametrize(
    ("path", "name", "known"),
    [
        ("lef", "lef", set(All.model_fields)),
        ("leaf.nam", "nam", {"name", "size"}),
        ("pet.bark", "bark", {"kind", "lives", "barks"}),
        ("word.length", "", set()),
        ("leaves.name", "", set()),
    ],
)
def test_what_is_not_there_is_told(path: str, name: str, known: set[str]) -> None:
    """A name that no document can have is an error that tells which names there are."""
    *before, last = path.split(".")
    shape = ALL
    for step in before:
        shape = shape.member(step)
    with pytest.raises(NoSuchPath) as caught:
        shape.member(last)

    assert (caught.value.name, set(caught.value.known)) == (name, known)


def test_a_list_is_no_object_and_an_object_no_list() -> None:
    """An element is read of a list alone, and a value of an object alone."""
    with pytest.raises(NoSuchPath, match="object"):
        ALL.member("leaf").element()
    with pytest.raises(NoSuchPath, match="array"):
        ALL.member("leaves").value()


def test_a_type_that_contains_itself_is_read() -> None:
    """A recursive type has its first level checked, and anything may stand further in."""
    tree = shape_in(Tree.model_json_schema(mode="serialization"))

    assert types(tree.member("branches").element().member("leaf")) is None
    assert types(tree.member("leaf").member("name")) == {"string"}
    with pytest.raises(NoSuchPath):
        tree.member("root")


def test_privacy_is_that_of_the_place_or_of_what_it_is_in() -> None:
    """A whole object is as private as its most private member; a word of privacy that is none of ours is a viewer's."""
    leaf = ALL.member("leaf")

    assert leaf.member("name").exposure() == "public"
    assert leaf.member("size").exposure() == "viewer"
    assert (leaf.privacy, leaf.exposure()) == ("public", "viewer")
    assert ALL.member("leaves").exposure() == "viewer"
    assert ALL.member("wild").exposure() == "viewer"


@pytest.mark.parametrize("path", ["leaf.name", "anything.a.b", "mapping.a", "by_name.x.name", "boxed.more"])
def test_nothing_below_a_private_place_is_public(path: str) -> None:
    """What is read through a viewer's object is the viewer's, also where nothing is known of it."""
    shape = ALL.raised_to("viewer")
    for name in path.split("."):
        shape = shape.member(name)

    assert shape.exposure() == "viewer"
    assert ALL.raised_to("viewer").member("leaves").element().member("name").exposure() == "viewer"


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({}, None),
        ({"const": 1.5}, {"number"}),
        ({"enum": [True, None, []]}, {"boolean", "null", "array"}),
        ({"type": ["string", "null"]}, {"string", "null"}),
        ({"allOf": [{"type": "object"}]}, {"object"}),
        ({"anyOf": [{"type": "string"}, {}]}, None),
    ],
)
def test_schemas_by_hand_are_read_too(schema: dict[str, Any], expected: set[str] | None) -> None:
    """Forms that pydantic seldom writes are understood."""
    assert types(shape_in(schema)) == expected
