"""The folder of a rehearsal: the sheet, its picture, the stills and the answers; nothing of anybody else's."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from gateway.rehearsal.browser import Still, Studio
from gateway.rehearsal.report import document
from gateway.rehearsal.sheet import Pictured, Strip, sheet_of
from gateway.rehearsal.stage import Opened, Played

SHEET, PICTURE, SHAPES, STILLS = "sheet.html", "sheet.png", "shapes.json", "stills"
_OWN = frozenset({SHEET, PICTURE, SHAPES, STILLS})
_ODD = re.compile(r"[^a-z0-9]+")


class CannotWrite(Exception):  # noqa: N818 - it says what is the matter
    """The folder cannot be used; the text says why."""


def check_folder(out: Path) -> None:
    """See that nothing in the folder would be lost.

    Raises:
        CannotWrite: it is no folder, or holds what no rehearsal has written.
    """
    if out.exists() and not out.is_dir():
        raise CannotWrite(f"{out} is no folder")
    for path in sorted(out.iterdir()) if out.exists() else ():
        inside = sorted(path.iterdir()) if path.name == STILLS and path.is_dir() else []
        foreign = [one for one in inside if one.suffix != ".png" or not one.is_file()]
        if path.name not in _OWN or path.is_dir() != (path.name == STILLS):
            foreign = [path]
        if foreign:
            raise CannotWrite(f"{foreign[0]} is not of a rehearsal: name another folder, or an empty one")


def write_rehearsal(
    out: Path, played: Sequence[Played], studio: Studio, told: Callable[[int, int], None] = lambda *_: None
) -> None:
    """Write everything, in place of an earlier rehearsal. `told` hears how many films of how many are pictured.

    Raises:
        CannotWrite: the folder holds what is not ours, or cannot be written.
        CannotPicture: the browser gave up.
    """
    check_folder(out)
    try:
        _write(out, played, studio, told)
    except OSError as error:
        raise CannotWrite(f"{error.filename or out} cannot be written ({error.strerror or error})") from None


def _write(out: Path, played: Sequence[Played], studio: Studio, told: Callable[[int, int], None]) -> None:
    (out / STILLS).mkdir(parents=True, exist_ok=True)
    for old in (out / STILLS).iterdir():
        old.unlink()
    films = sum(len(one.opened) for one in played)
    strips, done = [], 0
    for number, one in enumerate(played, 1):
        pictured = []
        for opened in one.opened:
            stills = studio.film(opened.answer, one.case.persona.context)
            pictured.append(Pictured(opened, stills, dict(_stills(out, _name(number, one, opened), stills))))
            done += 1
            told(done, films)
        strips.append(Strip(one, pictured))
    files = {(place, row.opened.shape): row.files for place, strip in enumerate(strips) for row in strip.pictured}
    answers = json.dumps(document(played, files), ensure_ascii=False, indent=1)
    (out / SHAPES).write_text(f"{answers}\n", encoding="utf-8")
    (out / SHEET).write_text(sheet_of(strips), encoding="utf-8")
    (out / PICTURE).write_bytes(studio.sheet(out / SHEET))


def _stills(out: Path, name: str, stills: Sequence[Still]) -> Iterator[tuple[str, str]]:
    for place, still in enumerate(stills, 1):
        file = f"{STILLS}/{name}-{place}-{_plain(still.scene)}.png"
        (out / file).write_bytes(still.png)
        yield still.scene, file


def _name(number: int, one: Played, opened: Opened) -> str:
    """The beginning of a file's name: in the order of the sheet, and telling enough to be sent by itself."""
    place = one.opened.index(opened)
    down = _plain("-".join(opened.shape.signals))[:80]
    what = "nothing-answers" if opened.shape.is_all else f"without-{down}" if down else "everything-answers"
    return f"{number:02}-{_plain(one.case.persona.id)}-{place:02}-{what}"


def _plain(text: str) -> str:
    return _ODD.sub("-", text.lower()).strip("-")
