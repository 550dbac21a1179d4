"""Step 1: who opens what, by when. Makes the `Opening`, or the one early exit: a problem of the request itself."""

import math
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
from gateway.pace import Pace
from gateway.places import resolve_place
from gateway.prefetch import is_prefetch
from gateway.tickets import Refused, Tickets, Viewer


@dataclass(slots=True, eq=False)
class Opening:
    """One open, understood. `roots` are what bindings read: `where`, `context`, `ticket`, `moment`.

    Without a viewer `refused` is the cause, for telemetry alone; so is a budget that was malformed, and ignored.
    Nobody looks at a prefetch. Where the answer is a stream that goes on after its payload, `late_window` is how long
    it waits for what does not say when it is needed.
    """

    id: str
    template: Template
    deadline: Deadline
    viewer: Viewer | None
    refused: str | None
    roots: dict[str, Any]
    consents: frozenset[str]
    is_prefetch: bool
    is_budget_malformed: bool = False
    late_window: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Front:
    """What an opening is made with, fixed for the life of a configuration. `chance(10)` gives ten random bytes.

    Without a `pace` a viewer may open as often as the gateway can answer.
    """

    templates: Mapping[str, Mapping[int, Template]]
    tickets: Tickets
    law: BudgetLaw
    clock: Clock
    chance: Callable[[int], bytes]
    pace: Pace | None = None


def open_moment(arrival: Arrival, front: Front, finish_p99: float) -> Opening:
    """Understand one request.

    Raises:
        Problem: it is no JSON or not of the right shape (400), the template or version is unknown (404), or this viewer
            opens too often (429).
    """
    request = read_request(arrival.body)
    template = find_template(front.templates, request.template, request.version)
    asked = asked_seconds(request.budget_ms)
    verdict = front.tickets.verify(request.ticket or bearer(arrival.headers), template.id)
    viewer = verdict if isinstance(verdict, Viewer) else None
    is_unseen = is_prefetch(arrival.headers)
    if viewer is not None and front.pace is not None and not is_unseen:
        _keep_pace(front.pace, template, viewer)
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
        is_prefetch=is_unseen,
        is_budget_malformed=asked is None and request.budget_ms is not None,
    )


_NONE: frozenset[str] = frozenset()


def _keep_pace(pace: Pace, template: Template, viewer: Viewer) -> None:
    wait = pace.enter(template.tenant, viewer.subject)
    if wait > 0:
        raise Problem.named("too-many-requests", retry_after=math.ceil(wait))


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
