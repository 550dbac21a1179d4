"""The options that more than one command takes, so that they read the same everywhere."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

Config = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="DIR", help="The configuration; else $MOMENT_CONFIG, ./config, or the packaged one."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout, for a program to read.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours; NO_COLOR does the same.")]
Claims = Annotated[str, typer.Option("--claims", metavar="JSON", help="More claims of the ticket, a JSON object.")]


def read_claims(text: str) -> dict[str, Any]:
    """The claims of a ticket as they were typed.

    Raises:
        typer.BadParameter: they are no JSON object.
    """
    try:
        claims = json.loads(text or "{}")
    except (ValueError, RecursionError):
        raise typer.BadParameter("is not JSON", param_hint="--claims") from None
    if not isinstance(claims, dict):
        raise typer.BadParameter("is JSON, but no object", param_hint="--claims")
    return claims
