"""What a person sees of an answer, and that nothing in it reaches the terminal as a command."""

import io

from rich.console import Console

from gateway.cli.asking import Answer, Refusal, Signal
from gateway.cli.drawing import complain_of, draw_answer

EVIL = "\x1b]0;owned\x07\x9b31m\u202e\r\n[red]"


def drawn(answer: Answer) -> str:
    """What a pipe gets of an answer."""
    stream = io.StringIO()
    draw_answer(
        Console(file=stream, width=80, soft_wrap=True, markup=False, highlight=False, color_system=None), answer
    )
    return stream.getvalue()


def answer(**parts) -> Answer:
    """An answer with a signal that came and one that did not."""
    whole = {
        "text": "",
        "template": "morning",
        "version": 3,
        "data": {"temperature": 4.3, "points": None, "sky": "rain"},
        "variants": {"hero": "rainy"},
        "signals": (Signal("weather", "live", None, 0, 29), Signal("loyalty", "default", "timeout", 0, 250)),
        "attributions": ("Weather data by Open-Meteo.com https://open-meteo.com/",),
        "defaulted": {"points": "timeout"},
        "is_complete": False,
        "total_ms": 400,
        "collect_ms": 395,
        "used_ms": 251,
    }
    return Answer(**(whole | parts))


def test_an_answer_is_drawn_whole() -> None:
    """The headline, every field, why one is a default, the variants, every signal, and whose data it is."""
    text = drawn(answer())

    assert text.splitlines()[:10] == [
        "morning 3: 1 of 3 fields by default, 251 ms of a budget of 400 ms",
        "",
        "data",
        "  temperature  4.3",
        "  points       null    default: timeout",
        '  sky          "rain"',
        "",
        "variants",
        "  hero  rainy",
        "",
    ]
    assert "  weather  ##" in text
    assert "default: timeout\n  answer" in text
    assert text.endswith("\n  Weather data by Open-Meteo.com https://open-meteo.com/\n")


def test_a_complete_answer_says_so() -> None:
    """Nothing is said of defaults where there is none."""
    text = drawn(answer(defaulted={}, is_complete=True))

    assert text.startswith("morning 3: complete, 251 ms of a budget of 400 ms\n")
    assert "by default" not in text


def test_an_answer_with_nothing_in_it_is_drawn_too() -> None:
    """No field, no variant, no signal and no time at all: still an answer."""
    text = drawn(answer(data={}, variants={}, signals=(), attributions=(), defaulted={}, total_ms=0, collect_ms=0))

    assert "variants" not in text
    assert "answer" in text


def test_nothing_of_an_answer_acts_upon_the_terminal() -> None:
    """Whatever a server puts where, control characters are shown as escapes, and markup stays text."""
    text = drawn(
        answer(
            template=EVIL,
            data={EVIL: EVIL, "list": [EVIL]},
            variants={EVIL: EVIL},
            signals=(Signal(EVIL, EVIL, EVIL, 0, 1),),
            attributions=(EVIL,),
            defaulted={EVIL: EVIL},
        )
    )

    assert [character for character in text if not character.isprintable() and character != "\n"] == []
    assert "[red]" in text


def test_a_refusal_is_told_with_its_pointers(capsys) -> None:
    """Status and title, the detail, and where in the request; nothing that a terminal would act upon."""
    complain_of(Refusal("", 400, "Not of the right shape", EVIL, (("/template", "is required"),)))

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines()[0] == "moment: 400 Not of the right shape"
    assert told.err.splitlines()[-1] == "moment:   /template: is required"
    assert [character for character in told.err if not character.isprintable() and character != "\n"] == []
