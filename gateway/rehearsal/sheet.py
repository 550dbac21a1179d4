"""The contact sheet: a page without a script, with its style in itself, that opens from a disk and prints."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from gateway.rehearsal.browser import Still
from gateway.rehearsal.report import summary, when, why
from gateway.rehearsal.stage import Opened, Played
from gateway.web.assets import FOLDER

_STYLE = FOLDER / "rehearsal" / "sheet.css"
_SIZE = "width=960 height=540"
_DOWN = ("Nothing down", "One source down", "Two sources down", "Three sources down", "Four sources down")


@dataclass(frozen=True, slots=True)
class Pictured:
    """One answer with the pictures of its film, and where each of these lies."""

    opened: Opened
    stills: Sequence[Still]
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Strip:
    """One viewer at one instant, under every shape."""

    played: Played
    pictured: Sequence[Pictured]


def sheet_of(strips: Sequence[Strip]) -> str:
    """The page. Whatever is not ours is escaped."""
    first = strips[0].played
    style = _STYLE.read_text(encoding="utf-8")
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src 'self' file:; style-src 'sha256-{digest}'; base-uri 'none'"
    title = f"{first.template}, version {first.version}"
    body = "".join(part for strip in strips for part in _strip(strip))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Rehearsal: {escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f'<header class="top"><div><p class="eyebrow">Rehearsal</p><h1>{escape(title)}</h1></div>'
        f"<p>What a viewer sees when sources fail: the {escape(summary(first))}.</p>"
        '<ul class="legend"><li class="up">up</li><li class="down">down</li><li class="none">nothing to show</li>'
        '<li class="other">changed by what is down</li></ul></header>\n'
        f"<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _strip(strip: Strip) -> Iterator[str]:
    case = strip.played.case
    whole = {still.scene: still.content for still in strip.pictured[0].stills}
    yield (
        f'<section class="strip"><header><h2>{escape(case.persona.name)}</h2>'
        f"<p>{escape(when(case))}. {escape(case.persona.about)}</p></header>\n"
    )
    yield '<div class="scenes" aria-hidden="true"><span></span>'
    yield "".join(f"<span>{escape(still.title)}</span>" for still in strip.pictured[0].stills)
    yield "</div>\n"
    for count, rows in groupby(strip.pictured, key=lambda one: len(one.opened.shape.sources)):
        named = _DOWN[count] if count < len(_DOWN) else f"{count} sources down"
        yield f'<div class="group"><h3>{named}</h3>\n'
        for row in rows:
            yield _row(row, whole)
        yield "</div>\n"
    yield "</section>\n"


def _row(row: Pictured, whole: Mapping[str, str]) -> str:
    defaults = "".join(f"<li>{escape(fields)} <i>{escape(reason)}</i></li>" for fields, reason in why(row.opened))
    told = f'<p class="shown">Defaults</p><ul class="defaults">{defaults}</ul>' if defaults else ""
    figures = "".join(_figure(still, row, whole) for still in row.stills)
    return (
        f'<article class="shape"><div class="told"><h4>{escape(row.opened.shape.title)}</h4>'
        f'<ul class="signals">{_signals(row.opened)}</ul>{told}</div>{figures}</article>\n'
    )


def _signals(opened: Opened) -> str:
    def state(name: str, status: str) -> str:
        return "down" if name in opened.shape.signals else "none" if status == "default" else "up"

    states = ((name, state(name, entry["status"])) for name, entry in opened.answer["signals"].items())
    words = {"up": "up", "down": "down", "none": "nothing to show"}
    return "".join(
        f'<li class="{state}">{escape(name)}<span class="unseen"> is {words[state]}</span></li>'
        for name, state in states
    )


def _figure(still: Still, row: Pictured, whole: Mapping[str, str]) -> str:
    is_other = still.content != whole[still.scene]
    told = f"{still.title}: {still.spoken}{' Changed by what is down.' if is_other else ''}"
    image = f'<img src="{escape(row.files[still.scene])}" alt="{escape(told)}" {_SIZE}>'
    return f'<figure class="{"other" if is_other else "same"}">{image}</figure>'
