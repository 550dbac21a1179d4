"""The hardened reader: files of YAML as data with marks, or a fault with its place."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ConfigError, Mark
from gateway.settings import parse_document, read_document, reader
from gateway.settings.reader import DEEPEST, LARGEST_FILE, MOST_NODES


@pytest.fixture(params=["fast", "portable"])
def _each_loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run with libyaml, and as on a Python that was built without it."""
    if request.param == "portable":
        monkeypatch.setattr(reader, "LOADER", yaml.SafeLoader)


def parsed(text: str, env: dict[str, str] | None = None) -> Any:
    """The data of a text."""
    return parse_document(text, "f.yaml", env or {}).data


def faults(text: str, env: dict[str, str] | None = None) -> list[str]:
    """The lines of the error that a text raises."""
    with pytest.raises(ConfigError) as caught:
        parse_document(text, "f.yaml", env or {})
    return str(caught.value).splitlines()


@pytest.mark.usefixtures("_each_loader")
def test_data_has_the_types_of_the_core_schema() -> None:
    """A country is a string, a version a float, a quoted number a string, a block text."""
    text = "country: NO\non: 12:30\nv: 1.10\nq: '8080'\nnone:\nlist: [1, ~, {a: 0o17}]\ntext: |\n  12\n"

    assert parsed(text) == {
        "country": "NO",
        "on": "12:30",
        "v": 1.1,
        "q": "8080",
        "none": None,
        "list": [1, None, {"a": 15}],
        "text": "12\n",
    }


@pytest.mark.usefixtures("_each_loader")
def test_each_value_and_each_key_has_its_mark() -> None:
    """Marks count lines and columns from 1, in characters, for values and for keys."""
    document = parse_document("é: {b: [x, 'y']}\nc:\n  d: 1\n", "f.yaml", {})

    assert document.marks == {
        (): Mark("f.yaml", 1, 1),
        ("é",): Mark("f.yaml", 1, 4),
        ("é", "b"): Mark("f.yaml", 1, 8),
        ("é", "b", 0): Mark("f.yaml", 1, 9),
        ("é", "b", 1): Mark("f.yaml", 1, 12),
        ("c",): Mark("f.yaml", 3, 3),
        ("c", "d"): Mark("f.yaml", 3, 6),
    }
    assert document.key_marks[("é", "b")] == Mark("f.yaml", 1, 5)
    assert document.key_mark(("c",)) == Mark("f.yaml", 2, 1)
    assert document.key_mark(("é", "b", 1)) == Mark("f.yaml", 1, 12)


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "\ufeff", "~"])
@pytest.mark.usefixtures("_each_loader")
def test_a_file_without_content_is_null(text: str) -> None:
    """An empty file has no data and still a mark for faults to stand at."""
    document = parse_document(text, "f.yaml", {})

    assert document.data is None
    assert document.mark(("anything", 3)).file == "f.yaml"


def test_a_place_that_is_not_there_is_marked_by_what_is_around_it() -> None:
    """The mark of a missing key is that of the nearest thing that exists; steps that lead nowhere are skipped."""
    document = parse_document("a:\n  b: [1]\n", "f.yaml", {})

    assert document.mark(("a", "Member", "b", 0, "x")) == Mark("f.yaml", 2, 7)
    assert document.mark(("a", "missing")) == Mark("f.yaml", 2, 3)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3:1: the key 'a' is here for the second time, the first is at line 1, column 1"),
        ("a: {b: 1, b: 1}", "f.yaml:1:11: the key 'b' is here for the second time, the first is at line 1, column 5"),
        ("a: &x 1\n", "f.yaml:1:4: anchors and aliases are not read: write the value out"),
        ("a: *x\n", "f.yaml:1:4: anchors and aliases are not read: write the value out"),
        ("&k a: 1\n", "f.yaml:1:1: anchors and aliases are not read: write the value out"),
        ("a: !!python/object/apply:os.system [x]\n", "f.yaml:1:4: tags are not read: quote what is meant as a string"),
        ("a: !!str 1\n", "f.yaml:1:4: tags are not read: quote what is meant as a string"),
        ("a: 1\n--- \nb: 2\n", "f.yaml:2:1: a second document begins here: a file holds one"),
        ("1: x\n", "f.yaml:1:1: a key must be a string: quote it"),
        ("a:\n  true: x\n", "f.yaml:2:3: a key must be a string: quote it"),
        ("? [a]\n: x\n", "f.yaml:1:3: a key must be a string"),
        ("${A}: x\n", "f.yaml:1:1: a key cannot be taken from the environment or a file"),
        ("a:\n\t- b\n", "f.yaml:2:1: a tab cannot stand here: YAML is indented with spaces"),
        ("a: \x07\n", "f.yaml:1:4: the character U+0007 cannot stand in YAML"),
        ("a: b\nc: \ud800\n", "f.yaml:2:4: the character U+D800 cannot stand in YAML"),
        ("a: " + "9" * 5000, "f.yaml:1:4: the number has too many digits"),
        ("a: ${X}\n", "f.yaml:1:4: the environment has no X, and no default is given as in ${X:-default}"),
    ],
)
@pytest.mark.usefixtures("_each_loader")
def test_what_is_not_read_is_a_fault_with_its_place(text: str, fault: str) -> None:
    """Duplicate keys, anchors, tags, second documents, odd keys, tabs and control characters stop the load."""
    assert faults(text) == [fault]


@pytest.mark.parametrize("text", ["a: b: c", "[", "a: 'x", "%YAML 9\n---\n", "- a\nb: c", "{a: 1", "@", 'a: "\\q"'])
@pytest.mark.usefixtures("_each_loader")
def test_broken_syntax_is_one_fault_with_a_place(text: str) -> None:
    """What the parser refuses comes as a configuration error that names the file."""
    (fault,) = faults(text)

    assert fault.startswith("f.yaml:")


def test_independent_faults_are_told_together() -> None:
    """A duplicate key and two unset variables are three lines of one error."""
    assert [line.split(": ")[0] for line in faults("a: ${X}\na: 1\nb: ['x${Y}']\n")] == [
        "f.yaml:1:4",
        "f.yaml:2:1",
        "f.yaml:3:5",
    ]


def test_what_was_found_before_the_syntax_broke_is_told_too() -> None:
    """A break in the syntax ends the reading, and does not hide what was wrong before it."""
    assert [line.split(": ")[0] for line in faults("a: ${X}\nb: c: d\n")] == ["f.yaml:1:4", "f.yaml:2:5"]


@pytest.mark.usefixtures("_each_loader")
def test_a_variable_in_braces_must_be_quoted() -> None:
    """YAML itself ends a bare variable at the brace; the fault says what to do."""
    (fault,) = faults("a: {port: ${PORT}}\n")

    assert "a ${…} must be quoted" in fault
    assert parsed("a: {port: '${PORT}'}\n", {"PORT": "1"}) == {"a": {"port": "1"}}


@pytest.mark.usefixtures("_each_loader")
def test_depth_and_size_have_a_bound() -> None:
    """A file that is nested too deep, holds too much or is too long is refused, however it is written."""
    assert parsed("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))
    assert "deep" in faults("[" * (DEEPEST + 2) + "]" * (DEEPEST + 2))[0]
    assert "deep" in faults("[" * 100_000)[0]
    assert "deep" in faults("".join("  " * level + "a:\n" for level in range(DEEPEST + 2)))[0]
    assert "keys and values" in faults("[" + "a," * MOST_NODES + "]")[0]
    assert "bytes" in faults("é" * (LARGEST_FILE // 2 + 1))[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${PORT}", 8080),
        ("'${PORT}'", "8080"),
        ('"${PORT}"', "8080"),
        ("${PORT}0", "80800"),
        ("${OFF}", False),
        ("${COUNTRY}", "NO"),
        ("${NONE:-1.5}", 1.5),
        ("${NONE:-}", None),
        ("$${PORT}", "${PORT}"),
        ("${INJECTED}", "a: [b, *c]"),
        ("${LAB:-http://127.0.0.1:8090}/open-meteo", "http://127.0.0.1:8090/open-meteo"),
    ],
)
@pytest.mark.usefixtures("_each_loader")
def test_a_variable_may_be_a_number_and_never_structure(text: str, value: Any) -> None:
    """An unquoted lone variable is resolved as a scalar; quoted, or within a longer scalar, it is text."""
    env = {"PORT": "8080", "OFF": "false", "COUNTRY": "NO", "INJECTED": "a: [b, *c]"}

    data = parsed(f"x: {text}\n", env)["x"]

    assert (type(data), data) == (type(value), value)


def test_a_secret_of_digits_stays_text(tmp_path: Path) -> None:
    """A secret's file is never read as a number, and the document remembers that the value came from outside."""
    (tmp_path / "pin").write_text("0123\n", encoding="utf-8")

    document = parse_document(f"a: ${{file:{tmp_path / 'pin'}}}\nb: $${{x}}\nc: [plain, '${{C:-d}}']\n", "f.yaml", {})

    assert document.data == {"a": "0123", "b": "${x}", "c": ["plain", "d"]}
    assert document.interpolated == {("a",), ("c", 1)}
    assert "0123" not in repr(document)


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    """A missing file, a folder, other encodings and a file that is too large are faults at their place."""
    (tmp_path / "latin").write_bytes(b"a: 1\nb: \xe9\n")
    (tmp_path / "wide").write_bytes("a: 1".encode("utf-16"))
    (tmp_path / "large").write_bytes(b"#" * (LARGEST_FILE + 1))
    told = {}
    for name in ("none", "", "latin", "wide", "large"):
        with pytest.raises(ConfigError) as caught:
            read_document(tmp_path / name, {})
        told[name] = str(caught.value).removeprefix(str(tmp_path)).removeprefix("/" + name if name else "")

    assert told == {
        "none": ":1:1: cannot be read: No such file or directory",
        "": ":1:1: cannot be read: Is a directory",
        "latin": ":2:4: the file is not UTF-8",
        "wide": ":1:1: the file is not UTF-8",
        "large": f":1:1: the file has more than {LARGEST_FILE} bytes",
    }


@pytest.mark.usefixtures("_each_loader")
def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    """The mark that some editors write is no part of the first key."""
    (tmp_path / "f").write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")

    document = read_document(tmp_path / "f", {})

    assert document.data == {"a": 1, "b": 2}
    assert document.key_mark(("a",)) == Mark(str(tmp_path / "f"), 1, 1)
    assert document.mark(("b",)).line == 2


@given(st.text(max_size=60) | st.text(alphabet="ab:-[]{}?,&*!|>'\"%@`#$ \n\t~1.\r\u2028", max_size=60))
def test_any_text_is_a_document_or_a_fault(text: str) -> None:
    """No text makes the reader raise anything but a configuration error, and each value it builds has a mark."""
    try:
        document = parse_document(text, "f.yaml", {})
        marks = [document.marks[()], *document.marks.values()]
        assert all(document.part(at) is not ... for at in document.marks)
    except ConfigError as error:
        marks = [fault.mark for fault in error.faults if fault.mark]

    assert marks
    assert all(mark.file == "f.yaml" and mark.line >= 1 and mark.column >= 1 for mark in marks)
