"""What the page of the demo is given to play with: a viewer of its choice, and a ticket for the lab's vendors.

Only `moment demo` serves it, with the key of development; any other gateway has nothing at these paths.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from gateway.app.assembly import Assembly
from gateway.app.http import Routes, json_answer
from gateway.errors import Problem
from gateway.flow.open import find_template
from gateway.tickets import TicketKey, mint

_TICKET_TTL = 600.0


@dataclass(frozen=True, slots=True)
class Persona:
    """A viewer of the demo. Without a subject there is no ticket: somebody whom nobody knows."""

    id: str
    name: str
    about: str
    subject: str | None
    claims: Mapping[str, Any]
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Demo:
    """The template that is shown, to whom, the key that signs their tickets, and the lab whose knobs may be turned."""

    template: str
    personas: tuple[Persona, ...]
    key: TicketKey
    lab: str | None = None

    def ticket(self, persona: Persona, assembly: Assembly) -> str | None:
        """A ticket for one of them that the gateway in force believes, good from now."""
        if persona.subject is None:
            return None
        stated = assembly.settings.gateway.tickets
        return mint(
            self.key,
            subject=persona.subject,
            template=self.template,
            audience=stated.audience,
            issuer=stated.issuer,
            claims=persona.claims,
            ttl=min(_TICKET_TTL, stated.max_age.total_seconds()),
            now=assembly.engine.clock.wall(),
        )


class Sessions:
    """The handlers of the demo's own paths."""

    def __init__(self, demo: Demo, assembly: Callable[[], Assembly]) -> None:
        self._demo = demo
        self._assembly = assembly
        self._personas = {one.id: one for one in demo.personas}

    def routes(self) -> Routes:
        """Its paths."""
        return {"/demo/personas": {"GET": self.personas}, "/demo/session": {"GET": self.session}}

    async def personas(self, _: web.BaseRequest) -> web.Response:
        """Who may be chosen."""
        listed = [{"id": one.id, "name": one.name, "about": one.about} for one in self._demo.personas]
        return json_answer({"personas": listed})

    async def session(self, request: web.BaseRequest) -> web.Response:
        """All that an open by the persona asked for needs; the first one's where none is named."""
        persona = self._personas.get(request.query.get("persona", self._demo.personas[0].id))
        if persona is None:
            raise Problem.named("invalid-request", errors=(("/persona", "is none of those that are listed"),))
        assembly = self._assembly()
        front = assembly.gateway.front
        template = find_template(front.templates, self._demo.template, None)
        budget = front.law.default if template.budget is None else template.budget
        document = {
            "template": template.id,
            "version": template.version,
            "ticket": self._demo.ticket(persona, assembly),
            "context": persona.context,
            "budgetMs": round(budget * 1000),
            "defaults": orjson.Fragment(assembly.documents.defaults[template.id, template.version].body),
        }
        return json_answer(document)
