"""Two viewers at two tabs, and where a ticket may never be found."""

import json
import re
from pathlib import Path
from typing import Any

from browser.cinema import Tab
from browser.processes import demo
from browser.staged import staged
from running import config

MEMBERS = ("member-1", "member-2")
STORES = """async () => ({
  local: {...localStorage}, session: {...sessionStorage}, cookie: document.cookie,
  databases: await indexedDB.databases(), caches: await caches.keys(), history: history.state, name: window.name,
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
NOTHING = {
    "local": {}, "session": {}, "cookie": "", "databases": [], "caches": [], "history": None, "name": "", "workers": 0,
}  # fmt: skip
PLACES = "[location.href, document.referrer, document.documentElement.outerHTML, document.title]"


def test_two_viewers_at_two_tabs(seat: Any, tmp_path: Path) -> None:
    """Side by side, and after each other in one tab, no tab ever holds the other viewer's points."""
    with staged(tmp_path) as gateway:
        points = {persona: points_of(gateway.opened(persona)) for persona in MEMBERS}
        first, second = seat(), seat()
        tabs = dict(zip(MEMBERS, (first, second), strict=True))
        for persona, tab in tabs.items():
            tab.shown_to(persona).go(f"{gateway.url}/demo/")
        for tab in tabs.values():
            tab.until("ended")
            tab.check_clean()
        alone = {persona: tab.recorded["texts"] for persona, tab in tabs.items()}
        gateway.turn("loyalty", "ok", 400)  # so that a choice comes while the answer to the one before is out
        one_after_another(first)
        # The film of before has ended too: what tells of the new one is what it alone shows.
        last = points["member-2"]
        first.until_true(f"texts().some(one => one.includes('{last}') || one.includes('{last.replace(',', '')}'))")
        first.until("ended")
        first.check_clean()
        now = first.page.evaluate("texts()")

    assert len(set(points.values())) == 2
    for persona, texts in alone.items():
        assert {one for one in MEMBERS if has(texts, points[one])} == {persona}
    assert {one for one in MEMBERS if has(now, points[one])} == {"member-2"}


def one_after_another(tab: Tab) -> None:
    """In one tab to the other viewer, back and forth, faster than any answer; the last choice is the other."""
    tab.page.click("button.info")
    for persona in (*reversed(MEMBERS), *reversed(MEMBERS), MEMBERS[1]):
        tab.page.evaluate("persona => document.querySelector(`input[value=${persona}]`).click()", persona)
    tab.page.wait_for_load_state("networkidle")
    tab.until("ended")


def points_of(answer: Any) -> str:
    """The points as the film writes them."""
    assert answer["signals"]["loyalty"]["status"] == "live"
    return f"{answer['data']['points']:,}"


def has(texts: list[str], points: str) -> bool:
    """Whether any of the texts says the points, with or without their comma."""
    said = re.compile(rf"(?<![\d,.])({points}|{points.replace(',', '')})(?![\d,.]*\d)")
    return any(said.search(text) for text in texts)


def test_a_ticket_is_nowhere_but_in_the_request(seat: Any, tmp_path: Path) -> None:
    """No address, header, store, page or log holds a ticket or a part of one, with every logger at its loudest."""
    with demo(tmp_path / "demo", config(tmp_path)) as gateway:
        tab = seat()
        tickets: list[str] = []
        tab.page.on("response", lambda one: tickets.extend(tickets_in(one.json() if "/session" in one.url else {})))
        tab.go(f"{gateway.url}/demo/").until("ended")
        one_after_another(tab)
        stores, places = tab.page.evaluate(STORES), tab.page.evaluate(PLACES)
        cookies = tab.page.context.cookies()
        sent = [one for one in tab.requests if one.post_data]
        log = gateway.end()

    asked = [f"{one.method} {one.url} {json.dumps(one.all_headers())}" for one in tab.requests]
    assert len(tickets) >= 2
    assert {one.url for one in sent} == {f"{gateway.url}/v1/open"}
    assert json.loads(sent[0].post_data)["ticket"] in tickets
    assert (stores, cookies) == (NOTHING, [])
    for where, texts in {"requests": asked, "page": [*places, *tab.recorded["texts"]], "log": [log]}.items():
        found = {part for ticket in tickets for part in parts(ticket) for text in texts if part in text}
        assert found == set(), where
    assert log.count("\n") > 3, "the log was to be loud"


def tickets_in(session: Any) -> list[str]:
    """The ticket of a session, if it has one."""
    return [session["ticket"]] if session.get("ticket") else []


def parts(ticket: str) -> list[str]:
    """The whole, its claims and its signature; the head alone tells nothing of anybody."""
    _, claims, signature = ticket.split(".")
    return [ticket, claims, signature]
