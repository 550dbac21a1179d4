"""Where data is drawn: stdout, with colours and blocks for a person at a terminal and plain ASCII for a pipe."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def open_screen(*, no_color: bool, on_stderr: bool = False) -> "Console":
    """A console that adds nothing to what it is given: no markup, no highlighting, no line breaks of its own."""
    from rich.console import Console

    # Rich's own notion of no colour still makes text bold, by an escape code.
    is_plain = no_color or bool(os.environ.get("NO_COLOR"))
    return Console(
        stderr=on_stderr,
        color_system=None if is_plain else "auto",
        soft_wrap=True,
        markup=False,
        emoji=False,
        highlight=False,
    )


def draws_blocks(screen: "Console") -> bool:
    """Whether it is a terminal that can show more than ASCII."""
    return screen.is_terminal and screen.encoding.lower().startswith("utf")


def printable(text: str) -> str:
    """The text with every character that a terminal could act upon, or that would not show, written as an escape."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )
