"""Make the pictures of the README: the film of one open, and the contact sheet of its failures. Needs Chromium."""

import asyncio
import os
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from gateway.cli.keys import development_key
from gateway.cli.personas import PERSONAS
from gateway.rehearsal import Case, Played, Studio, open_studio, play, write_rehearsal
from gateway.settings import load_settings

HERE = Path(__file__).parent
CONFIG = HERE.parent / "config"
AT = datetime(2026, 11, 28, 8, tzinfo=ZoneInfo("Europe/London"))
FILM_WIDTH = 1440
SHEET_WIDTH, SHEET_SCALE = 1160, 0.72
MOST_BYTES = 300_000

_STRIP = (
    '<!doctype html><meta charset="utf-8"><style>body {{ margin: 0; display: grid; gap: 8px;'
    " grid-template-columns: repeat({count}, 1fr) }} img {{ width: 100%; display: block; border-radius: 6px }}</style>"
    "{images}"
)


def main() -> None:
    """Write `film.png` and `rehearsal.png` beside this file."""
    key = development_key(os.environ)
    # Not every combination, each failure alone and all together: a page of a README is no wall.
    played = asyncio.run(
        play(Case(PERSONAS[0], AT), "morning", key, lambda lab: load_settings(CONFIG, {"LAB": lab}), most=0)
    )
    with TemporaryDirectory() as made, open_studio(has_grain=False) as studio:
        folder = Path(made)
        write_rehearsal(folder, [played], studio)
        _keep("rehearsal.png", studio.sheet(folder / "sheet.html", SHEET_WIDTH, SHEET_SCALE))
        _keep("film.png", studio.sheet(_strip(folder, played, studio), FILM_WIDTH))


def _strip(folder: Path, played: Played, studio: Studio) -> Path:
    stills = studio.film(played.opened[0].answer, played.case.persona.context)
    for still in stills:
        (folder / f"{still.scene}.png").write_bytes(still.png)
    images = "".join(f'<img src="{still.scene}.png">' for still in stills)
    page = folder / "strip.html"
    page.write_text(_STRIP.format(count=len(stills), images=images), encoding="utf-8")
    return page


def _keep(name: str, png: bytes) -> None:
    if len(png) > MOST_BYTES:
        raise SystemExit(f"{name} would have {len(png)} bytes, more than {MOST_BYTES}")
    (HERE / name).write_bytes(png)
    print(f"{name}: {len(png)} bytes")


if __name__ == "__main__":
    main()
