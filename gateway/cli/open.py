"""`moment open`: one open of a running gateway, drawn."""

import os
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from gateway.cli.exits import ExitCode, fail
from gateway.cli.options import AsJson, Claims, NoColor, read_claims


def open_(
    template: Annotated[str, typer.Argument(metavar="TEMPLATE", help="The template to open.")],
    place: Annotated[str | None, typer.Option(metavar="LAT,LON", help="Where the viewer is, in degrees.")] = None,
    product: Annotated[str | None, typer.Option(metavar="ID", help="The product that is shown.")] = None,
    locale: Annotated[str | None, typer.Option(metavar="TAG", help="The viewer's language, as in en-GB.")] = None,
    timezone: Annotated[str | None, typer.Option(metavar="ZONE", help="As in Europe/London.")] = None,
    ticket: Annotated[str | None, typer.Option(metavar="JWT", help="Who the viewer is.")] = None,
    subject: Annotated[
        str | None, typer.Option("--sub", metavar="ID", help="Mint a ticket for this viewer with the development key.")
    ] = None,
    claims: Claims = "",
    budget: Annotated[int | None, typer.Option(metavar="MS", min=1, help="The time it may take.")] = None,
    url: Annotated[str, typer.Option(metavar="URL", help="Where the gateway is.")] = "http://127.0.0.1:8080",
    as_json: AsJson = False,
    no_color: NoColor = False,
) -> None:
    """Ask a running gateway for one open.

    Draws the payload, and each signal against the budget.
    """
    if claims and subject is None:
        raise typer.BadParameter("goes with --sub", param_hint="--claims")
    if ticket is not None and subject is not None:
        raise typer.BadParameter("goes without --sub", param_hint="--ticket")
    stated = {"place": None if place is None else read_place(place), "product": product}
    stated |= {"locale": locale, "timezone": timezone}
    context = {name: value for name, value in stated.items() if value is not None}
    if subject is not None:
        ticket = _minted(subject, template, claims)
    wanted = {"template": template, "ticket": ticket, "budget_ms": budget, "context": context or None}
    body = {name: value for name, value in wanted.items() if value is not None}
    _ask_and_show(_checked(url), body, as_json=as_json, no_color=no_color)


def read_place(text: str) -> dict[str, float]:
    """The place in a text such as `51.51,-0.13`.

    Raises:
        typer.BadParameter: it is none.
    """
    wanted = "is two numbers of degrees, as in 51.51,-0.13: a latitude to 90, a longitude to 180"
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(wanted, param_hint="--place") from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise typer.BadParameter(wanted, param_hint="--place")
    return {"lat": lat, "lon": lon}


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        raise typer.BadParameter("is an address such as http://127.0.0.1:8080", param_hint="--url")
    return url


def _minted(subject: str, template: str, claims: str) -> str:
    stated = read_claims(claims)
    from gateway.cli.keys import development_key, mint_for_development

    return mint_for_development(development_key(os.environ), subject, template, stated)


def _ask_and_show(url: str, body: dict[str, Any], *, as_json: bool, no_color: bool) -> None:
    from gateway.cli.asking import Refusal, Unanswered, ask
    from gateway.cli.drawing import complain_of, draw_answer
    from gateway.cli.loops import run
    from gateway.cli.screen import open_screen

    try:
        answer = run(ask(url, body))
    except Unanswered as error:
        fail(str(error))
    if as_json:
        typer.echo(answer.text)
    if isinstance(answer, Refusal):
        complain_of(answer)
        raise typer.Exit(ExitCode.FAILURE)
    if not as_json:
        draw_answer(open_screen(no_color=no_color), answer)
