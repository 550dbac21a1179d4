"""`moment demo`: the lab, the gateway and one real open between them, with nothing to set up."""

import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import logs
from gateway.cli.exits import OF_SIGNAL, ExitCode, bad_config_ends_it, fail
from gateway.cli.options import AsJson, Config, NoColor

if TYPE_CHECKING:
    from gateway.app.demo import Demo
    from gateway.app.serve import Address, Served
    from gateway.cli.hints import Tour
    from gateway.settings import Settings

USUAL_PORTS = (8080, 8081, 8090)
HOST = "127.0.0.1"
TEMPLATE = "morning"


def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the one open; free ports are taken.")] = False,
    port: Annotated[int | None, typer.Option(metavar="PORT", min=0, max=65_535, help="For players, else 8080.")] = None,
    admin_port: Annotated[
        int | None, typer.Option(metavar="PORT", min=0, max=65_535, help="For operators, else 8081.")
    ] = None,
    lab_port: Annotated[
        int | None, typer.Option(metavar="PORT", min=0, max=65_535, help="For the lab, else 8090.")
    ] = None,
    config: Config = None,
    as_json: AsJson = False,
    no_color: NoColor = False,
) -> None:
    """Show one real open. Needs no key, no network.

    Starts stand-in vendors and a gateway on this computer, asks for one open over HTTP, draws it, and goes on serving
    until Ctrl-C.
    """
    from gateway.cli.lab_child import LabChild

    logs.begin(logging.WARNING)
    ports = [0 if once and given is None else given for given in (port, admin_port, lab_port)]
    public, admin, lab = (usual if given is None else given for given, usual in zip(ports, USUAL_PORTS, strict=True))
    with LabChild(lab) as child, bad_config_ends_it():
        # Imported while the child starts.
        from gateway.app.demo import Demo
        from gateway.app.serve import Address
        from gateway.cli.keys import check_keys, development_key
        from gateway.cli.loops import run
        from gateway.cli.personas import PERSONAS
        from gateway.settings import find_config, load_settings

        folder = find_config(config, os.environ, Path.cwd())
        key = development_key(os.environ)
        lab_url = child.url()
        env = {**os.environ, "LAB": lab_url}
        settings = load_settings(folder, env)
        check_keys(settings, env)
        shown = Demo(TEMPLATE, PERSONAS, key, lab_url)
        stage = Stage(settings, Address(HOST, public), Address(HOST, admin), shown, lab_url)
        raise typer.Exit(run(_perform(stage, once=once, as_json=as_json, no_color=no_color)))


@dataclass(frozen=True, slots=True)
class Stage:
    """What the demo is played with."""

    settings: "Settings"
    public: "Address"
    admin: "Address"
    demo: "Demo"
    lab: str


async def _perform(stage: Stage, *, once: bool, as_json: bool, no_color: bool) -> ExitCode:
    """Serve, show one open, and go on serving until told to end."""
    from gateway.app.serve import until_told
    from gateway.cli.hints import draw_tour
    from gateway.cli.running import start
    from gateway.cli.screen import open_screen

    served = await start(stage.settings, stage.public, stage.admin, (stage.demo.key,), demo=stage.demo)
    try:
        is_answered = await _show_one(stage, served, as_json=as_json, no_color=no_color)
        if once or not is_answered:
            return ExitCode.OK if is_answered else ExitCode.FAILURE
        # With --json the answer alone is data.
        screen = open_screen(no_color=no_color, on_stderr=as_json)
        number = await until_told(lambda _: draw_tour(screen, _tour(stage, served)), served)
        screen.print()
        screen.print("Ended.")
        return OF_SIGNAL[number]
    finally:
        await served.stop()


async def _show_one(stage: Stage, served: "Served", *, as_json: bool, no_color: bool) -> bool:
    """Ask for one open by HTTP, as a player does, and draw what came; whether an answer did."""
    from gateway.cli.asking import Refusal, Unanswered, ask
    from gateway.cli.drawing import complain_of, draw_answer
    from gateway.cli.screen import open_screen

    member = stage.demo.personas[0]
    ticket = stage.demo.ticket(member, served.assembly)
    try:
        answer = await ask(served.public.url, {"template": TEMPLATE, "ticket": ticket, "context": member.context})
    except Unanswered as error:
        fail(str(error))
    if as_json:
        typer.echo(answer.text)
    if isinstance(answer, Refusal):
        complain_of(answer)
        return False
    if not as_json:
        screen = open_screen(no_color=no_color)
        screen.print(f"POST {served.public.url}/v1/open, as {member.name}")
        screen.print("The vendors behind it are stand-ins; all else is real.\n")
        draw_answer(screen, answer)
    return True


def _tour(stage: Stage, served: "Served") -> "Tour":
    from gateway.cli.hints import Tour, invocation

    member = stage.demo.personas[0]
    return Tour(
        public=served.public.url,
        admin=served.admin.url,
        lab=stage.lab,
        command=invocation(sys.argv[0]),
        template=TEMPLATE,
        product=member.context["product"],
        claims={"holdings": member.claims["holdings"][:1]},
    )
