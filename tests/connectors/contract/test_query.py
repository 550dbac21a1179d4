"""A query is its declared inputs: bound, hashable, and bounded where a stranger fills it."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Optional

import pytest
from pydantic import Field, StringConstraints, ValidationError, create_model

from connectors import Currency, From, Query
from connectors.contract.query import binding_of, is_bounded, is_public_by_shape


class Colour(StrEnum):
    RED = "red"


class Place(Query):
    lat: float = From("where.lat", round=2, ge=-90, le=90)
    name: str = From(default="here", max_length=8)


def declared(kind: Any, **bounds: Any) -> Any:
    """The field of a query with this type and these bounds."""
    return create_model("Made", __base__=Query, field=(kind, From("context.x", **bounds))).model_fields["field"]


def test_a_binding_is_kept_beside_the_bounds() -> None:
    """Path and rounding stand in the declaration, and bounds hold; what has no path is left to the template."""
    lat, name = (binding_of(Place.model_fields[field]) for field in ("lat", "name"))

    assert lat is not None
    assert lat.path is not None
    assert (lat.path.text, lat.round) == ("where.lat", 2)
    assert name is not None
    assert (name.path, name.round) == (None, None)
    with pytest.raises(ValidationError):
        Place(lat=91)


def test_a_binding_survives_inheritance() -> None:
    """A query made from another one keeps the bindings of its parent."""

    class Named(Place):
        city: str = From("context.city", max_length=40)

    assert all(binding_of(field) for field in Named.model_fields.values())


def test_a_field_without_from_has_no_binding() -> None:
    """A plain pydantic field is told from a bound one."""
    made = create_model("Made", __base__=Query, field=(int, Field(default=1, ge=0)))

    assert binding_of(made.model_fields["field"]) is None


def test_a_path_that_is_no_expression_is_refused_where_it_is_written() -> None:
    """The author sees the syntax error when the class is made."""
    with pytest.raises(ValueError, match="not a JMESPath"):
        From("where.")


def test_equal_queries_are_one_key() -> None:
    """A query is frozen and hashable, equal by its values; unknown inputs and infinities are refused."""
    assert len({Place(lat=1), Place(lat=1.0), Place(lat=1, name="here")}) == 1
    for wrong in ({"lat": 1, "lon": 2}, {"lat": float("nan")}, {}):
        with pytest.raises(ValidationError):
            Place.model_validate(wrong)
    with pytest.raises(ValidationError, match="frozen"):
        Place(lat=1).lat = 2


def test_an_error_shows_no_value() -> None:
    """What a viewer sent is not repeated by the error about it."""
    with pytest.raises(ValidationError) as caught:
        Place.model_validate({"lat": "canary"})

    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "bounds"),
    [
        (str, {"max_length": 8}),
        (str, {"pattern": r"^\d+$"}),
        (int, {"ge": 0, "le": 9}),
        (float, {"lt": 1}),
        (Currency, {}),
        (Annotated[str, Field(max_length=3)], {}),
        (Annotated[str, StringConstraints(pattern="^a$")] | None, {}),
        (str | None, {"max_length": 8}),
        (Literal["a", "b"], {}),
        (Literal["a"] | None, {}),
        (Colour, {}),
        (bool, {}),
        (bool | None, {}),
        (tuple[Colour, bool], {}),
        (tuple[Currency, ...], {"max_length": 3}),
    ],
)
def test_a_bound_or_a_closed_type_is_bounded(kind: Any, bounds: dict[str, Any]) -> None:
    """Lengths, patterns, limits, enums, literals, booleans, and what is made of such."""
    assert is_bounded(declared(kind, **bounds))


@pytest.mark.parametrize(
    ("kind", "bounds"),
    [
        (str, {}),
        (str, {"min_length": 1}),
        (str, {"strict": True}),
        (str, {"description": "anything"}),
        (str | None, {}),
        (Optional[str], {}),  # noqa: UP045 - the old spelling is another type at run time
        (Literal["a"] | str, {}),
        (tuple[str, ...], {}),
        (tuple[str, ...], {"max_length": 3}),
        (tuple[Currency, ...], {}),
        (tuple[str, str], {}),
        (int, {}),
        (date, {}),
    ],
)
def test_what_could_hold_anything_is_not_bounded(kind: Any, bounds: dict[str, Any]) -> None:
    """A least length, strictness, a description or a tuple is no bound on what a player can send."""
    assert not is_bounded(declared(kind, **bounds))


@pytest.mark.parametrize(
    ("kind", "bounds", "is_public"),
    [
        (str, {"pattern": "^[A-Z]+$", "max_length": 12}, True),
        (str, {"pattern": "^[A-Z]+$", "max_length": 32}, True),
        (Colour, {}, True),
        (Literal["a", "b"], {}, True),
        (Currency, {}, True),
        (str, {"pattern": "^[A-Z]+$", "max_length": 33}, False),
        (str, {"pattern": "^[A-Z]+$"}, False),
        (str, {"max_length": 12}, False),
        (str, {}, False),
    ],
)
def test_a_public_identifier_is_told_by_its_shape(kind: Any, bounds: dict[str, Any], is_public: bool) -> None:
    """A pattern and at most 32 characters, or an enumeration: only that may reach a shared source from a ticket."""
    assert is_public_by_shape(declared(kind, **bounds)) is is_public
