"""`moment ticket`: a ticket signed with the key of development, and nothing else on stdout."""

import os
from typing import Annotated

import typer

from gateway.cli.options import Claims, read_claims


def ticket(
    subject: Annotated[str, typer.Option("--sub", metavar="ID", help="Whose ticket it is.")],
    template: Annotated[str, typer.Option(metavar="ID", help="The template it is good for.")],
    claims: Claims = "",
    ttl: Annotated[str, typer.Option(metavar="TIME", help="How long; a gateway takes 15m unless told otherwise.")] = (
        "10m"
    ),
    audience: Annotated[str, typer.Option(metavar="TEXT", help="The audience that the gateway expects.")] = (
        "moment-gateway"
    ),
    issuer: Annotated[str | None, typer.Option(metavar="TEXT", help="The issuer, where the gateway expects one.")] = (
        None
    ),
) -> None:
    """Mint a ticket for development.

    A gateway that was started by `moment demo` or `moment serve --dev` takes it.
    """
    from gateway.cli.keys import development_key, mint_for_development

    stated, seconds = read_claims(claims), _seconds(ttl)
    key = development_key(os.environ)
    typer.echo(mint_for_development(key, subject, template, stated, ttl=seconds, audience=audience, issuer=issuer))


def _seconds(text: str) -> float:
    """The time that a ticket is good for; it counts in whole seconds."""
    from gateway.settings import Unfit, parse_duration

    try:
        seconds = parse_duration(text).total_seconds()
    except Unfit as error:
        raise typer.BadParameter(str(error), param_hint="--ttl") from None
    if seconds < 1:
        raise typer.BadParameter("a ticket is good for a second at least", param_hint="--ttl")
    return seconds
