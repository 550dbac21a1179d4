"""`moment rehearse`: the film of a template under every shape of failure, as one sheet, before anybody is shown it."""

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import logs
from gateway.cli.exits import bad_config_ends_it, fail
from gateway.cli.options import AsJson, Config

if TYPE_CHECKING:
    from gateway.app.demo import Persona
    from gateway.rehearsal import Case, Played
    from gateway.settings import Settings

FILM = "morning"
"""The template that the film of the demo draws."""

OUT = Path("rehearsal")
_YEARS = range(2000, 2100)


def rehearse(
    template: Annotated[str, typer.Argument(metavar="TEMPLATE", help="The template to rehearse.")],
    personas: Annotated[
        list[str] | None, typer.Option("--persona", metavar="ID", help="For whom; may be repeated. Else member-1.")
    ] = None,
    hours: Annotated[
        list[str] | None,
        typer.Option(
            "--at",
            metavar="HOUR",
            help="When, by the viewer's clock, as in 2026-11-28T08:00; may be repeated. Else now. "
            "The stand-in vendors answer as of then, others as of now.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the sheet and the pictures go, else ./rehearsal.")
    ] = None,
    no_pictures: Annotated[
        bool, typer.Option("--no-pictures", help="Only tell what falls back to its default. Needs no browser.")
    ] = False,
    browser: Annotated[
        str | None, typer.Option(metavar="PATH", help="The Chromium that takes the pictures, else one on the PATH.")
    ] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show what viewers will see when sources fail.

    Opens the template with every combination of its sources down, and draws the film of each as one contact sheet.
    """
    if no_pictures and (out is not None or browser is not None):
        raise typer.BadParameter("goes without --no-pictures", param_hint="--browser" if out is None else "--out")
    if not no_pictures and template != FILM:
        raise typer.BadParameter(f"is not what the film draws, {FILM}; --no-pictures takes any", param_hint="TEMPLATE")
    logs.begin(logging.WARNING)
    cases = _cases(personas or ["member-1"], hours or [])
    if no_pictures:
        _tell(_played(cases, template, config), as_json=as_json)
    else:
        _picture(cases, template, config, out or OUT, browser, as_json=as_json)


def _picture(
    cases: "Sequence[Case]", template: str, config: Path | None, out: Path, browser: str | None, *, as_json: bool
) -> None:
    from gateway.rehearsal import CannotPicture, CannotWrite, check_folder, find_browser, open_studio, write_rehearsal

    try:
        check_folder(out)
        find_browser(browser)
        # The rehearsal first: the library of the browser has a loop of its own while it is open.
        played = _played(cases, template, config)
        with open_studio(browser) as studio, _progress("films") as told:
            write_rehearsal(out, played, studio, told)
    except (CannotPicture, CannotWrite) as error:
        fail(str(error))
    _tell(played, as_json=as_json)
    print(f"{out / 'sheet.html'} and {out / 'sheet.png'} are written", file=sys.stderr)


def _played(cases: "Sequence[Case]", template: str, config: Path | None) -> "list[Played]":
    from gateway.cli.keys import check_keys, development_key
    from gateway.cli.loops import run
    from gateway.errors import Problem
    from gateway.rehearsal import MOST, play
    from gateway.settings import find_config, load_settings

    with bad_config_ends_it():
        folder = find_config(config, os.environ, Path.cwd())
        key = development_key(os.environ)

        def load(lab: str) -> "Settings":
            env = {**os.environ, "LAB": lab}
            settings = load_settings(folder, env)
            check_keys(settings, env)
            return settings

        played = []
        try:
            with _progress("viewers") as told:
                for number, case in enumerate(cases, 1):
                    played.append(run(play(case, template, key, load)))
                    told(number, len(cases))
        except Problem:
            raise typer.BadParameter("no template has this id", param_hint="TEMPLATE") from None
    if not played[0].is_every:
        print(f"more than {MOST} sources: each one down, and all of them, but not every combination", file=sys.stderr)
    return played


def _tell(played: "Sequence[Played]", *, as_json: bool) -> None:
    from gateway.rehearsal import document, lines

    typer.echo(json.dumps(document(played), ensure_ascii=False) if as_json else "\n".join(lines(played)))


def _cases(personas: Sequence[str], hours: Sequence[str]) -> "list[Case]":
    """Every viewer at every hour, each once."""
    from gateway.cli.personas import PERSONAS
    from gateway.rehearsal import Case

    known = {one.id: one for one in PERSONAS}
    if any(one not in known for one in personas):
        raise typer.BadParameter(f"is one of {', '.join(known)}", param_hint="--persona")
    stated = [read_hour(hour) for hour in dict.fromkeys(hours)]
    chosen = [known[one] for one in dict.fromkeys(personas)]
    return [Case(persona, at) for persona in chosen for at in _instants(persona, stated)]


def _instants(persona: "Persona", hours: Sequence[datetime]) -> Iterator[datetime]:
    """The hours by the clock of a viewer; one that names its offset is the same instant for all."""
    from gateway.places import zone_named

    stated = persona.context.get("timezone")
    zone: tzinfo = (zone_named(stated) if isinstance(stated, str) else None) or UTC
    for hour in hours or [_now()]:
        yield hour.replace(tzinfo=zone) if hour.tzinfo is None else hour.astimezone(zone)


def read_hour(text: str) -> datetime:
    """The hour in a text such as `2026-11-28T08:00`.

    Raises:
        typer.BadParameter: it is none.
    """
    try:
        hour = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("is an hour such as 2026-11-28T08:00", param_hint="--at") from None
    if hour.year not in _YEARS:
        raise typer.BadParameter(f"is in a year from {_YEARS[0]} to {_YEARS[-1]}", param_hint="--at")
    return hour


def _now() -> datetime:
    import time

    from gateway.clock import Clock

    return datetime.fromtimestamp(int(Clock(time.monotonic).wall()) // 60 * 60, UTC)


@contextmanager
def _progress(noun: str) -> Iterator[Callable[[int, int], None]]:
    """How far it is, on stderr: over itself at a terminal, at the end alone in a log."""
    is_seen = sys.stderr.isatty()
    last = [0, 0]

    def tell(done: int, of: int) -> None:
        last[:] = done, of
        if is_seen:
            print(f"\r{done} of {of} {noun}", end="", file=sys.stderr, flush=True)

    try:
        yield tell
    finally:
        if last[0]:
            print(f"\r{last[0]} of {last[1]} {noun}", file=sys.stderr)
