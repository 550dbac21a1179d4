"""What the demo prints to be tried: addresses, and commands that work when they are pasted."""

import json
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

_DEFAULT_URL = "http://127.0.0.1:8080"


@dataclass(frozen=True, slots=True)
class Tour:
    """Where everything is, how this command is called here, and what is asked of which template."""

    public: str
    admin: str
    lab: str
    command: str
    template: str
    product: str
    claims: Mapping[str, Any]

    def parts(self) -> Iterator[tuple[str, list[str]]]:
        """The tour, a title and its lines at a time."""
        paris, oslo = (48.86, 2.35), (59.91, 10.75)
        at = "" if self.public == _DEFAULT_URL else f" --url {self.public}"
        body = {"template": self.template, "context": {"place": dict(zip(("lat", "lon"), paris, strict=True))}}
        yield (
            "Look around",
            [
                f"{self.public}/demo",
                f"{self.public}/v1/templates",
                f"{self.public}/v1/templates/{self.template}/schema",
                f"{self.public}/openapi.json",
                f"{self.admin}/console",
                f"{self.admin}/-/connectors",
                f"{self.admin}/readyz?verbose",
            ],
        )
        yield (
            "Open it without a ticket",
            [
                f"curl -s {self.public}/v1/open -H 'Content-Type: application/json' \\",
                f"  -d '{_compact(body)}'",
            ],
        )
        yield (
            "Open it as a member",
            [
                f"{self.command} open {self.template} --place {_typed(paris)} --product {self.product}{at} \\",
                f"  --sub member-2 --claims '{_compact(self.claims)}'",
            ],
        )
        yield (
            "Break a source on purpose, and ask for a place that is not in the cache",
            [
                f"curl -s -X PUT {self.lab}/-/faults/weather -d '{_compact({'mode': 'hang'})}'",
                f"{self.command} open {self.template} --place {_typed(oslo)} --product {self.product}{at}",
                f"curl -s -X DELETE {self.lab}/-/faults    # and all is well again",
            ],
        )


def draw_tour(screen: Console, tour: Tour) -> None:
    """Print the tour; each command on lines of its own, so that it can be copied."""
    for title, lines in tour.parts():
        screen.print()
        screen.print(Text(title, "bold"))
        for line in lines:
            screen.print(Text(f"  {line}"))
    screen.print()
    screen.print(Text("Serving. Ctrl-C ends everything.", "bold"))


def invocation(program: str) -> str:
    """How to call this command again: `moment` where that finds the program that runs, else the program's own path."""
    path = Path(program)
    if path.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m gateway"
    found = shutil.which(path.name)
    is_on_path = found is not None and path.exists() and Path(found).samefile(path)
    return path.name if is_on_path else shlex.quote(program)


def _compact(document: Mapping[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"))


def _typed(place: tuple[float, float]) -> str:
    return f"{place[0]},{place[1]}"
