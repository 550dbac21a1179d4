"""From a document to a model: every fault has its place, a readable message and no value."""

from enum import Enum
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, SecretStr, field_validator

from gateway.errors import ConfigError
from gateway.settings import Document, Duration, Name, Section, did_you_mean, parse_document, validate


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Square(Section):
    kind: Literal["square"]
    side: int


class Circle(Section):
    kind: Literal["circle"]
    radius: int


class Inner(Section):
    wait: Duration
    colour: Colour = Colour.RED


class Outer(Section):
    inner: Inner | None = None
    inners: tuple[Inner, ...] = ()
    named: dict[Name, Inner] = Field(default_factory=dict)
    shape: Annotated[Square | Circle, Field(discriminator="kind")] | None = None
    either: Square | Circle | None = None
    key: SecretStr | None = None
    count: Annotated[int, Field(ge=1)] = 1

    @field_validator("key")
    @classmethod
    def _checked(cls, key: SecretStr) -> SecretStr:
        if len(key.get_secret_value()) > 12:
            raise ValueError(f"bad key {key.get_secret_value()}")
        return key


def document(text: str, env: dict[str, str] | None = None) -> Document:
    """The document of a text."""
    return parse_document(text, "f", env or {})


def faults(text: str, env: dict[str, str] | None = None) -> list[str]:
    """The lines of the error that a text raises."""
    with pytest.raises(ConfigError) as caught:
        validate(document(text, env), Outer)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("iner: {}", "f:1:1: unknown key 'iner' (did you mean 'inner'?)"),
        ("zzz: 1", "f:1:1: unknown key 'zzz'"),
        ("inner:\n  wait: 1s\n  color: red", "f:3:3: inner: unknown key 'color' (did you mean 'colour'?)"),
        ("inners:\n- {wait: 1s, wiat: 2s}", "f:2:14: inners[0]: unknown key 'wiat' (did you mean 'wait'?)"),
        ("named:\n  a: {wait: 1s, wiat: 2s}", "f:2:17: named.a: unknown key 'wiat' (did you mean 'wait'?)"),
        ("inner:\n  colour: red", "f:1:1: inner: 'wait' is missing"),
        ("inner: {wait: 1s, colour: rde}", "f:1:27: inner.colour: should be 'red' or 'blue' (did you mean 'red'?)"),
        ("inner: {wait: 5}", "f:1:15: inner.wait: a duration needs a unit, as in 400ms, 15s, 15m, 2h or 7d"),
        ("named: {Bad-name: {wait: 1s}}", "f:1:9: named.Bad-name: should match pattern '^[a-z][a-z0-9_]{0,63}$'"),
        ("shape: {kind: sqare}", "f:1:8: shape: 'kind' should be one of 'square', 'circle' (did you mean 'square'?)"),
        ("shape: {kind: square, side: 1, sied: 2}", "f:1:32: shape: unknown key 'sied' (did you mean 'side'?)"),
        ("shape: {side: 1}", "f:1:8: shape: 'kind' is missing"),
        ("inners: 3", "f:1:9: inners: should be a list"),
        ("inner: [1]", "f:1:8: inner: should be a mapping"),
        ("- 1", "f:1:1: should be a mapping"),
        ("key: 12345", "f:1:6: key: should be a string: quote it"),
        ("count: 0", "f:1:8: count: should be greater than or equal to 1"),
    ],
)
def test_a_fault_stands_at_its_place_in_plain_words(text: str, fault: str) -> None:
    """Unknown, missing and wrong values are told with their position, their name and the word that was meant."""
    assert faults(text) == [fault]


def test_all_faults_are_told_at_once() -> None:
    """One load tells everything that is wrong with a file."""
    assert len(faults("iner: {}\ncount: x\ninners: [{}, {wait: 1}]\n")) == 4


def test_members_of_a_union_share_one_place() -> None:
    """What each member of a union says of one value stands at that value, and nothing is told twice."""
    told = faults("either: {kind: square, side: 1, sied: 2}")

    assert len(told) == len(set(told))
    assert "f:1:33: either: unknown key 'sied' (did you mean 'side'?)" in told


def test_a_part_is_validated_alone() -> None:
    """A subtree is validated at its location, and its faults keep their place in the file."""
    one = document("a:\n  b: {wait: 1s}\n  c: {wait: 1}\n")

    assert validate(one, Inner, ("a", "b")).colour is Colour.RED
    with pytest.raises(ConfigError, match=r"^f:3:13: wait: a duration needs a unit"):
        validate(one, Inner, ("a", "c"))


def test_reserved_keys_belong_to_somebody_else() -> None:
    """A reserved key is not shown to the model, and a slip in one is still recognised."""
    one = document("a: {wait: 1s, policy: {x: 1}}\nb: {wait: 1s, polcy: 1}\n")

    assert validate(one, Inner, ("a",), reserved={"policy"}).colour is Colour.RED
    with pytest.raises(ConfigError, match=r"unknown key 'polcy' \(did you mean 'policy'\?\)"):
        validate(one, Inner, ("b",), reserved={"policy"})


def test_nothing_at_all_is_an_empty_mapping() -> None:
    """An empty file, and a section whose every line is a comment, mean the defaults."""

    class Whole(Section):
        outer: Outer = Outer(count=7)

    assert validate(document(""), Outer) == Outer()
    assert validate(document("outer:\n  # count: 3\n"), Whole).outer.count == 7


@pytest.mark.parametrize(
    "text",
    [
        "key: ${S}",
        "key: super-secret-value",
        "count: ${S}",
        "inner: {wait: '${S}'}",
        "inner: {wait: 1s, colour: '${S}'}",
        "shape: {kind: '${S}'}",
        "inners: ['${S}']",
        "inner: '${S}'",
        "either: {kind: '${S}'}",
    ],
)
def test_no_message_holds_a_value(text: str) -> None:
    """Wherever a secret stands by mistake, and whatever a validator's author wrote, no fault repeats it."""
    told = "\n".join(faults(text, {"S": "super-secret-value"}))

    assert "super-secret" not in told


def test_a_value_from_outside_is_no_suggestion() -> None:
    """A correction that would repeat a value is given for what stands in the file, not for what was put in."""
    from gateway.settings import Origin

    class Pages(Section):
        origins: tuple[Origin, ...]

    def told(text: str) -> str:
        with pytest.raises(ConfigError) as caught:
            validate(document(text, {"O": "https://secret.example/"}), Pages)
        return str(caught.value)

    assert "(did you mean 'https://a.example'?)" in told("origins: ['https://a.example/']")
    assert "secret.example" not in told("origins: ['${O}']")


def test_a_very_long_key_is_told_short() -> None:
    """A key of any length or content is one short line of the message."""
    (fault,) = faults('"' + "x\\n" * 5000 + '": 1')

    assert len(fault) < 250


def test_a_model_with_aliases_suggests_what_a_file_may_say() -> None:
    """The words suggested are those of the file, not those of the program."""

    class Aliased(BaseModel, extra="forbid"):
        class_: str = Field("required", alias="class")

    with pytest.raises(ConfigError, match="did you mean 'class'"):
        validate(document("clas: late"), Aliased)


def test_did_you_mean_needs_a_close_word() -> None:
    """A near word is suggested whatever its case; a far one, or what is no word, is not."""
    assert did_you_mean("hs256", ["HS256", "ES256"]) == "HS256"
    assert did_you_mean("temperature", ["temperature_c", "wind"]) == "temperature_c"
    assert did_you_mean("abc", ["xyz"]) is None
    assert did_you_mean(7, ["7"]) is None
    assert did_you_mean("x" * 1_000_000, ["y"]) is None
