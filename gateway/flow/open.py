"""Step 1: who opens what, by when. Makes the `Opening`, or the one early exit: a problem of the request itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.budget import BudgetLaw, Deadline, asked_seconds, deadline
from gateway.catalog.templates import Template
from gateway.clock import Clock
from gateway.errors import Problem
from gateway.flow.request import Arrival, bearer, read_request
from gateway.ids import ulid
from gateway.now import moment_of
from gateway.places import resolve_place
from gateway.prefetch import is_prefetch
from gateway.tickets import Refused, Tickets, Viewer


@dataclass(slots=True, eq=False)
class Opening:
    """One open, understood. `roots` are what bindings read: `where`, `context`, `ticket`, `moment`.

    Without a viewer `refused` is the cause, for telemetry alone. Nobody looks at a prefetch.
    """

    id: str
    template: Template
    deadline: Deadline
    viewer: Viewer | None
    refused: str | None
    roots: dict[str, Any]
    consents: frozenset[str]
    is_prefetch: bool


@dataclass(frozen=True, slots=True, eq=False)
class Front:
    """What an opening is made with, fixed for the life of a configuration. `chance(10)` gives ten random bytes."""

    templates: Mapping[str, Mapping[int, Template]]
    tickets: Tickets
    law: BudgetLaw
    clock: Clock
    chance: Callable[[int], bytes]


def open_moment(arrival: Arrival, front: Front, finish_p99: float) -> Opening:
    """Understand one request.

    Raises:
        Problem: it is no JSON or not of the right shape (400), or the template or version is unknown (404).
    """
    request = read_request(arrival.body)
    template = find_template(front.templates, request.template, request.version)
    asked = asked_seconds(request.budget_ms)
    verdict = front.tickets.verify(request.ticket or bearer(arrival.headers), template.id)
    viewer = verdict if isinstance(verdict, Viewer) else None
    claims: Mapping[str, Any] = viewer.claims if viewer else {}
    wall = front.clock.wall()
    where = resolve_place(request.context, claims)
    consents = request.context.get("consent")
    return Opening(
        id=ulid(wall, front.chance(10)),
        template=template,
        deadline=deadline(arrival.at, asked, template.budget, finish_p99, front.law),
        viewer=viewer,
        refused=verdict.cause if isinstance(verdict, Refused) else None,
        roots={
            "where": where,
            "context": request.context,
            "ticket": claims,
            "moment": moment_of(wall, request.context, where),
        },
        consents=frozenset(one for one in consents if isinstance(one, str)) if isinstance(consents, list) else _NONE,
        is_prefetch=is_prefetch(arrival.headers),
    )


_NONE: frozenset[str] = frozenset()


def find_template(templates: Mapping[str, Mapping[int, Template]], name: str, version: int | None) -> Template:
    """The template of that id; the highest version where none is asked for.

    Raises:
        Problem: 404 for an unknown id or version.
    """
    versions = templates.get(name)
    if versions is None:
        raise Problem.named("unknown-template", errors=(("/template", "no template has this id"),))
    if version is None:
        return versions[max(versions)]
    if version not in versions:
        raise Problem.named("unknown-version", errors=(("/version", "the template has no such version"),))
    return versions[version]
