"""`${…}` in scalars: the environment and the files of secrets."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.settings.interpolation import LARGEST_SECRET, expand


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("${LAB}", "http://lab"),
        ("${LAB:-http://127.0.0.1:8090}/open-meteo", "http://lab/open-meteo"),
        ("${NONE:-http://127.0.0.1:8090}/open-meteo", "http://127.0.0.1:8090/open-meteo"),
        ("${EMPTY:-default}", "default"),
        ("${EMPTY}", ""),
        ("${NONE:-}", ""),
        ("${LAB}${LAB}", "http://labhttp://lab"),
        ("$${LAB}", "${LAB}"),
        ("$$${LAB}", "$${LAB}"),
        ("costs $5 {a}", "costs $5 {a}"),
        ("${ODD}", "${LAB}"),
    ],
)
def test_a_reference_is_replaced_once(text: str, result: str) -> None:
    """Variables, defaults and escapes are resolved in one pass; what was put in is not read again."""
    expanded = expand(text, {"LAB": "http://lab", "EMPTY": "", "ODD": "${LAB}"})

    assert (expanded.text, expanded.problems) == (result, ())


@pytest.mark.parametrize(
    "text",
    [
        "${NONE}",
        "${",
        "${}",
        "${LAB",
        "${9}",
        "${a b}",
        "${LAB-x}",
        "${A:-${LAB}}",
        "${file:}",
        "${file:rel}",
        "${file:/\0}",
    ],
)
def test_what_cannot_be_resolved_is_a_problem(text: str) -> None:
    """An unset variable, a malformed reference and a path that is none are each told, and nothing is raised."""
    assert len(expand(text, {"LAB": "x"}).problems) == 1


def test_each_unset_variable_is_told_by_name() -> None:
    """Two unset variables in one scalar are two problems, each with its name."""
    first, second = expand("${ONE}-${TWO}", {}).problems

    assert "ONE" in first
    assert "TWO" in second


def test_a_variable_that_is_no_text_is_a_problem() -> None:
    """Bytes of the environment that are not UTF-8 are refused, without showing them."""
    (problem,) = expand("${RAW}", {"RAW": "s3cret\udcff"}).problems

    assert "RAW" in problem
    assert "s3cret" not in problem


def test_only_a_lone_variable_counts_as_one() -> None:
    """A scalar that is one variable may become a number; a longer scalar, a secret's file or an escape may not."""
    env = {"A": "1"}

    assert [expand(text, env).is_variable for text in ("${A}", "${B:-2}", "${A}0", "${A}${A}", "$${A}")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert not expand("$${A}", env).is_filled


def test_a_secret_loses_one_newline(tmp_path: Path) -> None:
    """The content of a secret's file is taken whole, but for one newline at its end."""
    secret = tmp_path / "secret"
    secret.write_text("  p4ss\n\n", encoding="utf-8")

    expanded = expand(f"Bearer ${{file:{secret}}}", {})

    assert expanded.text == "Bearer   p4ss\n"
    assert not expand(f"${{file:{secret}}}", {}).is_variable


def test_a_secret_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    """A missing file, a folder, bytes that are no text and a file that is too large are told, without content."""
    (tmp_path / "binary").write_bytes(b"s3cret\xff")
    (tmp_path / "large").write_bytes(b"s" * (LARGEST_SECRET + 1))
    (tmp_path / "largest").write_bytes(b"s" * LARGEST_SECRET)

    problems = [expand(f"${{file:{tmp_path / name}}}", {}).problems for name in ("none", "", "binary", "large")]

    assert [len(found) for found in problems] == [1, 1, 1, 1]
    assert "s3cret" not in str(problems)
    assert expand(f"${{file:{tmp_path / 'largest'}}}", {}).problems == ()


@given(st.text(alphabet="${}:-fileA/\n", max_size=40))
def test_any_scalar_is_text_or_problems(text: str) -> None:
    """Whatever an operator writes is resolved or told; nothing is raised."""
    expanded = expand(text, {"A": "a"})

    assert isinstance(expanded.text, str)
    assert "${" in text or expanded.text == text
