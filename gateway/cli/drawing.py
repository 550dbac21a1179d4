"""One answer on the screen: the payload field by field, the variants, the waterfall, and whose data it is."""

import json
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.text import Text

from gateway.cli.asking import Answer, Refusal
from gateway.cli.exits import complain
from gateway.cli.screen import draws_blocks, printable
from gateway.cli.waterfall import ASCII, BLOCKS, waterfall

_WIDEST = 100  # columns; a bar across a whole wide screen says no more
_LONGEST_ALIGNED = 28


def draw_answer(screen: Console, answer: Answer) -> None:
    """Draw everything that a person would want to know of one answer."""
    screen.print(headline(answer))
    _draw(screen, "data", fields(answer))
    if answer.variants:
        _draw(
            screen,
            "variants",
            (_pair(slot, Text(printable(chosen)), answer.variants) for slot, chosen in answer.variants.items()),
        )
    glyphs = BLOCKS if draws_blocks(screen) else ASCII
    _draw(screen, "signals", waterfall(answer, min(screen.width, _WIDEST), glyphs))
    for credit in answer.attributions:
        screen.print(Text(f"\n  {printable(credit)}", "dim"))


def headline(answer: Answer) -> Text:
    """Which template, whether all of it is there, and in what time."""
    name = Text(f"{printable(answer.template)} {answer.version}", "bold")
    missing, fields_there = len(answer.defaulted), len(answer.data)
    state = (
        Text("complete", "bold green")
        if answer.is_complete
        else Text(f"{missing} of {fields_there} fields by default", "bold yellow")
    )
    return Text.assemble(name, ": ", state, f", {answer.used_ms} ms of a budget of {answer.total_ms} ms")


def fields(answer: Answer) -> Iterable[Text]:
    """The data, a field a line; beside a default why it is one."""
    shown = {name: _value(value) for name, value in answer.data.items()}
    column = max((len(text) for text in shown.values() if len(text) <= _LONGEST_ALIGNED), default=0)
    for name, text in shown.items():
        why = answer.defaulted.get(name)
        if why is None:
            yield _pair(name, Text(text), shown)
        else:
            note = Text(f"  default: {printable(why)}", "yellow")
            yield _pair(name, Text.assemble((text.ljust(column), "dim"), note), shown)


def complain_of(refusal: Refusal) -> None:
    """Say on stderr what the gateway found wrong with the request."""
    complain(f"{refusal.status} {printable(refusal.title)}")
    lines = [refusal.detail] if refusal.detail else []
    for line in [*lines, *(f"{pointer}: {detail}" for pointer, detail in refusal.pointers)]:
        complain(f"  {printable(line)}")


def _draw(screen: Console, title: str, lines: Iterable[Text]) -> None:
    screen.print()
    screen.print(Text(title, "bold"))
    for line in lines:
        screen.print(line)


def _pair(name: str, value: Text, names: Iterable[str]) -> Text:
    width = max(len(printable(one)) for one in names)
    return Text.assemble("  ", printable(name).ljust(width), "  ", value)


def _value(value: Any) -> str:
    return printable(json.dumps(value, ensure_ascii=False))
