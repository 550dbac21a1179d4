"""`moment rehearse` without a browser: what it tells, and every way in which it cannot be done."""

import json
import sys
from pathlib import Path

import pytest
import typer

from gateway.cli.rehearse import read_hour
from gateway.rehearsal import browser as browsers

AT = "2026-11-28T08:00"


def test_what_falls_back_is_told_in_words(invoke, roomy) -> None:
    """Without pictures each shape is told with its defaults, and only progress goes to stderr."""
    told = invoke("rehearse", "morning", "--at", AT, "--no-pictures", "--config", str(roomy))

    assert told.exit_code == 0, told.stderr
    lines = told.stdout.splitlines()
    assert lines[0] == "morning, version 3: 16 ways in which 4 sources can be up or down"
    assert lines[2] == "Ada, a member in London · Saturday 28 November 2026, 08:00 (Europe/London)"
    place = lines.index("  Without loyalty")
    assert lines[place + 1] == "      default: points, tier (the source failed)"
    assert lines.count("  Nothing answers") == 1
    assert told.stderr.split() == ["1", "of", "1", "viewers"]


def test_every_viewer_at_every_hour(invoke, roomy) -> None:
    """The hours are by each viewer's own clock, but for one with an offset; what is named twice is shown once."""
    asked = ("--persona", "member-2", "--persona", "guest", "--persona", "guest")
    hours = ("--at", AT, "--at", "2026-11-28T08:00Z", "--at", AT)
    told = invoke("rehearse", "morning", *asked, *hours, "--no-pictures", "--json", "--config", str(roomy))

    assert told.exit_code == 0, told.stderr
    document = json.loads(told.stdout)
    assert document["every_combination"] is True
    assert [(one["persona"], one["at"]) for one in document["rehearsals"]] == [
        ("member-2", "2026-11-28T08:00:00+01:00"),
        ("member-2", "2026-11-28T09:00:00+01:00"),
        ("guest", "2026-11-28T08:00:00+08:00"),
        ("guest", "2026-11-28T16:00:00+08:00"),
    ]
    assert {len(one["shapes"]) for one in document["rehearsals"]} == {16}


def test_beyond_five_sources_not_every_combination_is_shown(invoke, roomy, monkeypatch) -> None:
    """That is said, on stderr and in the answer."""
    monkeypatch.setattr("gateway.rehearsal.MOST", 3)
    monkeypatch.setattr("gateway.rehearsal.stage.play.__defaults__", (3,))
    told = invoke("rehearse", "morning", "--at", AT, "--no-pictures", "--json", "--config", str(roomy))

    assert told.exit_code == 0, told.stderr
    assert "more than 3 sources: each one down, and all of them, but not every combination" in told.stderr
    document = json.loads(told.stdout)
    assert (document["every_combination"], len(document["rehearsals"][0]["shapes"])) == (False, 6)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("evening", "--no-pictures"), "no template has this id"),
        (("evening",), "is not what the film draws, morning"),
        (("morning", "--persona", "nobody"), "is one of member-1, member-2, newcomer, guest, stranger"),
        (("morning", "--at", "tomorrow"), "is an hour such as 2026-11-28T08:00"),
        (("morning", "--at", "9999-12-31T23:00"), "is in a year from 2000 to 2099"),
        (("morning", "--no-pictures", "--out", "x"), "goes without --no-pictures"),
        (("morning", "--no-pictures", "--browser", "x"), "goes without --no-pictures"),
    ],
)
def test_what_is_not_understood(invoke, arguments: tuple[str, ...], said: str) -> None:
    """A template, a viewer, an hour or options that cannot be: one line, and the code of a wrong use."""
    told = invoke("rehearse", *arguments)

    assert (told.exit_code, told.stdout) == (2, "")
    assert said in " ".join(told.stderr.replace("│", "").split())


def test_a_bad_configuration_is_told_as_everywhere(invoke, tmp_path) -> None:
    """The code is 78, and nothing is said but what is wrong."""
    told = invoke("rehearse", "morning", "--no-pictures", "--config", str(tmp_path))

    assert (told.exit_code, told.stdout) == (78, "")
    assert "viewers" not in told.stderr
    assert told.stderr.strip()


def test_no_browser(invoke, tmp_path, monkeypatch) -> None:
    """Where none is on the PATH, what is lacking and how to name one is said before anything is done."""
    monkeypatch.setenv("PATH", str(tmp_path))
    told = invoke("rehearse", "morning", "--out", str(tmp_path / "out"))

    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr == "moment: pictures need Chromium, and there is none on the PATH; name one by --browser\n"
    assert not (tmp_path / "out").exists()


def test_a_browser_that_is_none(invoke, tmp_path) -> None:
    """A path that leads to no program is told as it was typed."""
    told = invoke("rehearse", "morning", "--out", str(tmp_path / "out"), "--browser", "/nowhere/chromium")

    assert told.exit_code == 1
    assert told.stderr == "moment: /nowhere/chromium is no program that can be run; --browser names a Chromium\n"


def test_no_library(invoke, tmp_path, monkeypatch) -> None:
    """Where Playwright is not installed, the extra that brings it is named."""
    monkeypatch.setattr(browsers, "find_spec", lambda _: None)
    told = invoke("rehearse", "morning", "--out", str(tmp_path / "out"), "--browser", sys.executable)

    assert told.exit_code == 1
    assert "pip install 'moment-gateway[rehearse]'" in told.stderr


@pytest.mark.parametrize("foreign", ["notes.txt", "stills/holiday.jpg", "stills/deep/a.png", "sheet.html/a"])
def test_a_folder_with_something_else_in_it(invoke, tmp_path: Path, foreign: str) -> None:
    """Nothing of anybody else's is overwritten or removed: the first such file is named."""
    (tmp_path / "out" / foreign).parent.mkdir(parents=True)
    (tmp_path / "out" / foreign).write_text("mine")
    told = invoke("rehearse", "morning", "--out", str(tmp_path / "out"))

    assert told.exit_code == 1
    assert "is not of a rehearsal: name another folder, or an empty one" in told.stderr
    assert (tmp_path / "out" / foreign).read_text() == "mine"


def test_a_file_in_the_place_of_the_folder(invoke, tmp_path: Path) -> None:
    """It is told that it is no folder."""
    (tmp_path / "out").write_text("mine")
    told = invoke("rehearse", "morning", "--out", str(tmp_path / "out"))

    assert (told.exit_code, told.stderr) == (1, f"moment: {tmp_path / 'out'} is no folder\n")


@pytest.mark.parametrize("text", ["", "8", "2026-13-01", "2026-11-28T25:00", "1999-12-31T23:59", "now"])
def test_what_is_no_hour(text: str) -> None:
    """Neither an hour nor one in reach."""
    with pytest.raises(typer.BadParameter):
        read_hour(text)
