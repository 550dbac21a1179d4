"""One viewer at one instant, opening the template under every shape of failure: the real way of an open, each time.

Vendors, gateway and ticket live at the instant that is rehearsed. Every shape has guards of its own, so that one
outage leaves no mark on the next; what a source that is up says is asked once, and is the same in all shapes.
"""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from gateway.admission import Level
from gateway.app.assembly import Assembly, assemble
from gateway.app.demo import Demo, Persona
from gateway.app.engine import start_engine
from gateway.app.laws import laws_of
from gateway.catalog.templates import Template
from gateway.clock import Clock
from gateway.flow.open import find_template
from gateway.flow.request import Arrival
from gateway.lab import serve_lab
from gateway.moment import answer
from gateway.rehearsal.outage import Memory, Outage
from gateway.rehearsal.shapes import MOST, Shape, shapes_of, sources_of
from gateway.runtime import Stack
from gateway.settings import Settings
from gateway.tickets import TicketKey

HOST = "127.0.0.1"

_ROUNDS = 4
"""How often the sources are asked before what fails is taken to be down."""


@dataclass(frozen=True, slots=True)
class Case:
    """A viewer, and when: an instant, told in the viewer's own time zone."""

    persona: Persona
    at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """The answer to the open under one shape, as the player gets it."""

    shape: Shape
    answer: Mapping[str, Any]

    @property
    def defaults(self) -> dict[str, list[str]]:
        """The fields that show their defaults, by the reason."""
        found: dict[str, list[str]] = {}
        for field, reason in self.answer["defaulted"].items():
            found.setdefault(reason, []).append(field)
        return found


@dataclass(frozen=True, slots=True)
class Played:
    """All that one viewer got at one instant. `is_every` says whether every combination of failures is there."""

    case: Case
    template: str
    version: int
    sources: int
    is_every: bool
    opened: Sequence[Opened]


async def play(case: Case, template: str, key: TicketKey, load: Callable[[str], Settings], most: int = MOST) -> Played:
    """Open the template under each of its shapes. `load` reads the settings for a lab at the address given.

    Raises:
        ConfigError: the configuration cannot be used.
        Problem: there is no such template.
    """
    instant = case.at.timestamp()
    clock = Clock(asyncio.get_running_loop().time, lambda: instant)
    lab, port = await serve_lab(HOST, 0, clock)
    try:
        settings = load(f"http://{HOST}:{port}")
        engine = start_engine(settings.gateway, clock)
        try:
            assembly = assemble(settings, engine, (key,))
            found = find_template(assembly.gateway.front.templates, template, None)
            return await _play(case, found, assembly, _body(case, found, assembly, key), most)
        finally:
            await engine.pool.close()
    finally:
        await lab.cleanup()


async def _play(case: Case, template: Template, assembly: Assembly, body: bytes, most: int) -> Played:
    memory = Memory(assembly.engine.upstream, assembly.engine.clock)
    for _ in range(_ROUNDS):  # what is asked with what another source said needs more than one
        await _open(body, assembly, Outage(memory, frozenset()))
        if await memory.settle():
            break
    opened = [
        Opened(shape, await _open(body, assembly, Outage(memory, shape.sources))) for shape in shapes_of(template, most)
    ]
    sources = len(sources_of(template))
    return Played(case, template.id, template.version, sources, len(opened) == 2**sources, opened)


async def _open(body: bytes, assembly: Assembly, upstream: Outage) -> Mapping[str, Any]:
    """One open, behind guards that have seen nothing yet."""
    clock = assembly.engine.clock
    laws = laws_of(assembly.settings.gateway)
    stack = Stack(upstream, clock, laws, random.Random(0).random, lambda: Level.NORMAL)
    gateway = replace(assembly.gateway, step=stack.cache)
    answered = await answer(Arrival(body, {}, clock.now()), gateway, Level.NORMAL)
    answered.collected.release()
    document: Mapping[str, Any] = orjson.loads(answered.answer.body)
    return document


def _body(case: Case, template: Template, assembly: Assembly, key: TicketKey) -> bytes:
    persona = case.persona
    ticket = Demo(template.id, (persona,), key).ticket(persona, assembly)
    return orjson.dumps(
        {"template": template.id, "version": template.version, "ticket": ticket, "context": persona.context}
    )
