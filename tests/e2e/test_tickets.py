"""Hostile tickets against a running gateway: each costs the viewer's own signals, and nothing tells which it was."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import time_machine

from hostile_tickets import HOSTILE
from problems import check_problem
from running import CONTEXT, Heard, config, running, ticket
from ticket_forge import NOW, good

pytestmark = pytest.mark.asyncio

ANONYMOUS = dict.fromkeys(("loyalty", "quotes", "portfolio"), ("default", "anonymous"))
# What no ticket can be: over the cap of a body, or no text of a strict JSON body.
UNSENT = {"1 MB": (413, "body-too-large"), "lone surrogate": (400, "malformed-json")}


@pytest.fixture(autouse=True)
def _of_the_corpus() -> Iterator[None]:
    """The wall clock stands still where the corpus was issued: some of it is wrong by one second."""
    with time_machine.travel(NOW, tick=False):
        yield


def body(bearing: str | None) -> bytes:
    """An open with that ticket, written by the one library that writes any text."""
    return json.dumps({"template": "morning", "ticket": bearing, "context": CONTEXT}).encode()


def form(heard: Heard) -> Any:
    """An answer without what differs from open to open."""
    document = heard.json
    entries = {name: {**entry, "took_ms": 0} for name, entry in document["signals"].items()}
    shown = {name: value for name, value in entries.items() if name in ANONYMOUS}
    return document["data"], document["variants"], document["defaulted"], list(document), shown, set(heard.headers)


async def test_no_hostile_ticket_buys_anything(tmp_path: Path) -> None:
    """Every ticket of the corpus is 200 with the rest served, no viewer is asked for, all refusals look the same."""
    corpus: Mapping[str, str | None] = {name: one for kind in HOSTILE.values() for name, one in kind.items()}
    assert len(corpus) > 100
    async with running(config(tmp_path)) as moment:
        heard = {name: await moment.post(body(one)) for name, one in corpus.items()}
        calls = await moment.calls()

    for name, (status, kind) in UNSENT.items():
        check_problem(heard.pop(name), status, kind)
    for one in heard.values():
        assert {name: one.signals[name] for name in ANONYMOUS} == ANONYMOUS
        assert {one.signals[name][0] for name in ("weather", "stock")} <= {"live", "fresh"}
    assert (calls["loyalty"], calls["market"], calls["weather"], calls["inventory"]) == (0, 0, 1, 1)
    forms = [form(one) for one in heard.values()]
    assert [one for one in forms if one != forms[0]] == []


async def test_in_the_header_they_buy_nothing_either(tmp_path: Path) -> None:
    """The corpus as `Authorization: Bearer`, as far as a header can carry it, brings no viewer's call."""
    corpus = [one for kind in HOSTILE.values() for one in kind.values() if one and one.isascii() and len(one) < 8000]
    sendable = [one for one in corpus if one.isprintable() and not one.startswith(" ")]
    async with running(config(tmp_path)) as moment:
        heard = [await moment.open(headers={"Authorization": f"Bearer {one}"}) for one in sendable]
        calls = await moment.calls()

    assert len(heard) > 100
    assert {one.signals["loyalty"] for one in heard} == {("default", "anonymous")}
    assert calls["loyalty"] == 0


async def test_a_ticket_counts_for_its_own_template_alone(tmp_path: Path) -> None:
    """A good ticket brings its viewer's signals for each template that it names, and for no other."""
    folder = config(tmp_path)
    text = (folder / "templates/morning.yaml").read_text()
    (folder / "templates/evening.yaml").write_text(text.replace("template: morning", "template: evening"))
    async with running(folder) as moment:
        heard = {
            (tpl, opened): (await moment.open(template=opened, bearing=ticket(tpl=tpl.split()))).signals["loyalty"][0]
            for tpl in ("morning", "evening", "morning evening")
            for opened in ("morning", "evening")
        }

    believed = {pair for pair, status in heard.items() if status != "default"}
    assert believed == {(tpl, opened) for tpl, opened in heard if opened in tpl.split()}


async def test_each_algorithm_brings_its_viewer(tmp_path: Path) -> None:
    """The control: a good ticket of each kind of key is believed."""
    async with running(config(tmp_path)) as moment:
        heard = [await moment.open(bearing=good(kid, sub=f"viewer-{kid}")) for kid in ("hs", "es", "ed")]

    assert [one.signals["loyalty"] for one in heard] == [("live", None)] * 3
