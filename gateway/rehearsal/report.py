"""What was rehearsed, for a program to read, and in words: who, when, and why a field shows its default."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from gateway.rehearsal.shapes import Shape
from gateway.rehearsal.stage import Case, Opened, Played

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "timeout": "came too late",
        "budget": "no time was left to ask",
        "breaker": "not asked after many failures",
        "bulkhead": "not asked, too many calls were out",
        "quota": "the vendor's limit was reached",
        "shed": "not asked under load",
        "error": "the source failed",
        "invalid": "the source answered nonsense",
        "absent": "the source has none",
        "unauthorized": "our key was refused",
        "dependency": "made from what failed",
        "input": "nothing to ask with",
        "anonymous": "nobody is signed in",
        "consent": "the viewer has not agreed",
        "prefetch": "not asked ahead of time",
        "plugin": "the connector cannot be used",
        "too_old": "the value was too old",
        "group": "goes with one that failed",
        "missing": "the source did not say",
    }
)
"""Each reason that an answer gives for a default, as a person would say it."""

Stills = Mapping[str, str]
"""The files of the pictures of one film, by scene."""


def summary(played: Played) -> str:
    """What is on the sheet."""
    count, sources = len(played.opened), _count(played.sources, "source")
    if played.is_every:
        return f"{_count(count, 'way')} in which {sources} can be up or down"
    return f"{sources}: all up, each one down, and all down; not every combination"


def when(case: Case) -> str:
    """The instant, as the viewer's own clock says it."""
    zone = case.at.tzinfo
    return f"{case.at:%A} {case.at.day} {case.at:%B %Y, %H:%M} ({zone})"


def why(opened: Opened) -> list[tuple[str, str]]:
    """The fields that show their defaults, and the reason of each lot in words."""
    return [(", ".join(fields), REASONS.get(reason, reason)) for reason, fields in opened.defaults.items()]


def document(played: Sequence[Played], stills: Mapping[tuple[int, Shape], Stills] = MappingProxyType({})) -> Any:
    """All of it as JSON. `stills` are the pictures of the shapes of each of `played`, by its place."""
    first = played[0]
    return {
        "template": first.template,
        "version": first.version,
        "every_combination": first.is_every,
        "rehearsals": [
            {
                "persona": one.case.persona.id,
                "at": one.case.at.isoformat(),
                "shapes": [_shape(opened, stills.get((place, opened.shape))) for opened in one.opened],
            }
            for place, one in enumerate(played)
        ],
    }


def lines(played: Sequence[Played]) -> list[str]:
    """All of it as text."""
    first = played[0]
    told = [f"{first.template}, version {first.version}: {summary(first)}"]
    for one in played:
        told += ["", f"{one.case.persona.name} · {when(one.case)}"]
        for opened in one.opened:
            told.append(f"  {opened.shape.title}")
            told += [f"      default: {fields} ({reason})" for fields, reason in why(opened)]
    return told


def _shape(opened: Opened, stills: Stills | None) -> dict[str, Any]:
    answer = opened.answer
    told = {name: answer[name] for name in ("data", "variants", "signals", "defaulted", "complete")}
    shown = {"title": opened.shape.title, "down": list(opened.shape.signals), **told}
    return shown if stills is None else {**shown, "stills": dict(stills)}


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
