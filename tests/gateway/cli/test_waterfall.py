"""The waterfall: bars against the budget, in blocks or in ASCII, that stay within their columns whatever came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.asking import Answer, Signal
from gateway.cli.waterfall import ASCII, BLOCKS, Scale, status_of, waterfall

MILLISECONDS = st.integers(0, 5_000)


def answer(*signals: Signal, total_ms: int = 400, collect_ms: int = 395, used_ms: int = 131) -> Answer:
    """An answer with these signals and times."""
    return Answer("", "morning", 3, {}, {}, signals, (), {}, True, total_ms, collect_ms, used_ms)


def signal(
    took_ms: int = 0, status: str = "live", reason: str | None = None, age_ms: int = 0, name="weather"
) -> Signal:
    """One signal."""
    return Signal(name, status, reason, age_ms, took_ms)


@pytest.mark.parametrize(
    ("took_ms", "blocks", "ascii_"),
    [(0, "▏", "."), (200, "█" * 20, "#" * 20), (204, "█" * 20 + "▍", "#" * 20 + "."), (400, "█" * 40, "#" * 40)],
)
def test_a_bar_is_as_long_as_its_part_of_the_budget(took_ms, blocks, ascii_) -> None:
    """Forty cells are four hundred milliseconds, ten a cell; nothing at all is still seen."""
    scale = Scale(400, 395, 40)

    assert (scale.bar(took_ms, BLOCKS), scale.bar(took_ms, ASCII)) == (blocks, ascii_)


def test_a_bar_beyond_the_budget_ends_with_it_and_says_so() -> None:
    """What took longer than the budget is cut at its end, with the mark of an overrun."""
    scale = Scale(400, 395, 40)

    assert (scale.bar(401, BLOCKS), scale.bar(9_999, ASCII)) == ("█" * 39 + "»", "#" * 39 + ">")


def test_the_lines_in_ascii_at_eighty_columns() -> None:
    """A line a signal, one for the answer, and the axis that names the collect deadline and the budget."""
    drawn = [
        line.plain
        for line in waterfall(
            answer(signal(29), signal(250, "default", "timeout", name="loyalty"), used_ms=251), 80, ASCII
        )
    ]

    assert drawn == [
        "  weather  ###                                      :|   29 ms  live",
        "  loyalty  ##########################               :|  250 ms  default: timeout",
        "  answer   ##########################.              :|  251 ms",
        "           0                    collected by 395 ms :|  400 ms  budget",
    ]
    assert max(map(len, drawn)) == 80


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (signal(), "live"),
        (signal(age_ms=90_000), "live"),
        (signal(status="fresh", age_ms=999), "fresh"),
        (signal(status="fresh", age_ms=12_000), "fresh, 12 s old"),
        (signal(status="stale", reason="timeout", age_ms=240_000), "stale: timeout, 4 min old"),
        (signal(status="stale", reason="error", age_ms=7_200_000), "stale: error, 2 h old"),
        (signal(status="default", reason="anonymous"), "default: anonymous"),
        (signal(status="\x1b[31mlive", reason="\u202e"), "\\x1b[31mlive: \\u202e"),
    ],
)
def test_a_status_is_told_with_its_reason_and_the_age_of_what_was_kept(shown, words) -> None:
    """Words for a status; an age only where the value was not asked now; nothing that a terminal would act upon."""
    assert status_of(shown) == words


@given(
    took=st.lists(MILLISECONDS, max_size=6),
    total=st.integers(0, 5_000),
    reserve=MILLISECONDS,
    used=MILLISECONDS,
    width=st.integers(20, 120),
    glyphs=st.sampled_from([BLOCKS, ASCII]),
)
def test_the_marks_stand_below_each_other(took, total, reserve, used, width, glyphs) -> None:
    """Whatever the figures, the end of the budget is one column on all lines, and a bar stays before it."""
    shown = answer(
        *(signal(ms, name=f"s{number}") for number, ms in enumerate(took)),
        total_ms=total,
        collect_ms=max(0, total - reserve),
        used_ms=used,
    )
    lines = [line.plain for line in waterfall(shown, width, glyphs)]

    assert len({line.rindex(glyphs.end) for line in lines}) == 1
    assert len(lines) == len(took) + 2
    assert all(len(line) <= max(width, 60) for line in lines)
    if glyphs is ASCII:
        assert all(line.isascii() for line in lines)
