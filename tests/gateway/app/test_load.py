"""Load as a player sees it: 503 before the body is read at the last level, and what is left off below it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from exposition import read_exposition
from problems import check_problem
from running import Edit, Heard, Running, config, running, ticket

pytestmark = pytest.mark.asyncio

# One open at once is well served; three are the last level.
TIGHT: Edit = (
    "gateway.yaml",
    "admission: {enabled: false, start: 64, least: 8, most: 1024, lag: 20ms, calm: 2s,",
    "admission: {enabled: true, start: 1, least: 1, most: 1, lag: 1s, calm: 0ms,",
)
HEAD = b"POST /v1/open HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 24\r\n\r\n"


@asynccontextmanager
async def loaded(moment: Running, count: int) -> AsyncIterator[None]:
    """So many opens that are being answered, as far as admission knows."""
    admission = moment.served.assembly.engine.admission
    for _ in range(count):
        admission.enter()
    try:
        yield
    finally:
        for _ in range(count):
            admission.leave(None)


async def heard_without_a_body(moment: Running) -> bytes:
    """All that a player is answered whose head has come, and whose body does not, until the other side closes."""
    at = moment.served.public
    reader, writer = await asyncio.open_connection(at.host, at.port)
    try:
        writer.write(HEAD)
        async with asyncio.timeout(2):
            return await reader.read()
    finally:
        writer.transport.abort()


async def gauge(moment: Running, name: str) -> float:
    """One gauge of `/metrics`, which answers under any load."""
    return read_exposition((await moment.ask("GET", "/metrics", admin=True)).body, name).of(name)


async def test_at_the_last_level_it_is_503_before_the_body(tmp_path: Path) -> None:
    """A third open is refused though its body never comes: 503, Retry-After, Connection: close, and closed."""
    async with running(config(tmp_path, TIGHT)) as moment, loaded(moment, 2):
        answer = await heard_without_a_body(moment)
        refused = await gauge(moment, "moment_opens_refused_total")

    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    check_problem(Heard(int(first.split(" ")[1]), headers, body), 503, "overloaded")
    assert (headers["Retry-After"], headers["Connection"]) == ("1", "close")
    assert refused == 1


async def test_bodies_that_do_not_come_are_no_load(tmp_path: Path) -> None:
    """Players who send a head and then nothing take nobody's place: an honest one beside them is answered."""
    async with running(config(tmp_path, TIGHT)) as moment:
        at = moment.served.public
        stalled = [await asyncio.open_connection(at.host, at.port) for _ in range(20)]
        for _, writer in stalled:
            writer.write(HEAD)
        answers = [await moment.open(bearing=ticket()) for _ in range(3)]
        for _, writer in stalled:
            writer.transport.abort()

    assert [one.status for one in answers] == [200] * 3
    assert answers[-1].signals["loyalty"][0] in {"live", "fresh"}


async def test_who_was_let_in_is_answered(tmp_path: Path) -> None:
    """The two who came before are served though others are refused meanwhile; then it is calm again."""
    async with running(config(tmp_path, TIGHT)) as moment:
        for source in ("weather", "inventory", "loyalty", "market"):
            await moment.turn(source, "hang")
        first = asyncio.ensure_future(moment.open(bearing=ticket()))
        while await gauge(moment, "moment_opens_in_flight") < 1:
            continue
        async with loaded(moment, 1):
            refused = [await moment.open() for _ in range(3)]
        answered = await first
        while await gauge(moment, "moment_admission_level"):
            continue
        after = await moment.open(bearing=ticket())

    assert [one.status for one in refused] == [503] * 3
    assert (answered.status, after.status) == (200, 200)


async def test_operators_and_documents_are_served_under_any_load(tmp_path: Path) -> None:
    """At the last level the admin port answers as ever, and so does what players may know of templates."""
    admin = ("/livez", "/readyz", "/metrics", "/-/connectors", "/-/config")
    public = ("/v1/templates", "/v1/templates/morning/defaults", "/v1/templates/morning/schema", "/openapi.json")
    async with running(config(tmp_path, TIGHT)) as moment, loaded(moment, 2):
        refused = await moment.open()
        heard = [await moment.ask("GET", path, admin=True) for path in admin]
        heard += [await moment.ask("GET", path) for path in public]

    assert refused.status == 503
    assert [one.status for one in heard] == [200] * (len(admin) + len(public))


async def test_below_it_the_cache_answers(tmp_path: Path) -> None:
    """At the level before, nothing is asked: what is cached is fresh, what is not is `default/shed`, in no time."""
    async with running(config(tmp_path, TIGHT)) as moment:
        await moment.open(bearing=ticket("known"))
        calls = await moment.calls()
        async with loaded(moment, 1):
            known = await moment.open(bearing=ticket("known"))
            unknown = await moment.open(bearing=ticket("unknown"))
        levels = read_exposition((await moment.ask("GET", "/metrics", admin=True)).body)
        same = await moment.calls()

    assert known.signals["loyalty"] == ("fresh", None)
    assert unknown.signals["loyalty"] == ("default", "shed")
    assert unknown.signals["weather"] == ("fresh", None)
    assert same == calls
    assert levels.of("moment_opens_at_level_total", level="3") == 2
