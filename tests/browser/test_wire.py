"""What a page of another origin puts on the wire: one plain request, never one that asks whether it may."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from browser.brand_page import BrandPage, brand_page
from browser.cinema import Tab
from browser.relay import Listener, listening, passing
from browser.staged import Staged, staged

NONE = "origins: []"
OPEN = ("POST", "/v1/open")


@contextmanager
def crossing(folder: Path, *, is_listed: bool = True, is_holding: bool = False) -> Iterator[tuple[Staged, Any, Any]]:
    """A gateway, the wire to it, and a brand's page of another origin that the gateway lists, or does not."""
    with ExitStack() as stack:
        brand = stack.enter_context(brand_page())
        origins = f"origins: [{brand.url}]" if is_listed else "origins: ['https://www.example.com']"
        gateway = stack.enter_context(staged(folder, ("gateway.yaml", NONE, origins)))
        wire = stack.enter_context(listening(passing(gateway.url, is_holding=is_holding)))
        yield gateway, wire, brand


def ask_from(brand: BrandPage, gateway: Staged, wire: Listener, **more: Any) -> str:
    """The page of the brand for a member, whose ticket its server has minted."""
    return brand.opens({**gateway.session("member-1"), "budgetMs": 400}, wire.url, **more)


def told(tab: Tab, expression: str) -> Any:
    """Something that the page of the brand was told."""
    return tab.page.evaluate(expression)


def test_another_origin_asks_once_and_plainly(seat: Any, tmp_path: Path) -> None:
    """A listed page gets its payload and its patches under a strict policy, by one POST and no preflight."""
    with crossing(tmp_path) as (gateway, wire, brand):
        gateway.turn("market", "ok", 900)
        tab = seat().go(ask_from(brand, gateway, wire)).until_source("gateway")
        tab.until_true("told.timings.length === 2")
        tab.until("ended").check_clean()

    timing = told(tab, "told.timings[1]")
    assert wire.requests == [OPEN]
    assert told(tab, "told.patches") >= 1
    assert told(tab, "film.payload.data.mood") in {"up", "down", "flat"}
    assert {"weather", "loyalty", "stock"} <= {one["name"] for one in timing["server"]}


def test_the_wire_would_show_a_preflight(seat: Any, tmp_path: Path) -> None:
    """The same page asking with a type that is not plain is seen to ask first, so the silence above says something."""
    with crossing(tmp_path) as (gateway, wire, brand):
        tab = seat().go(ask_from(brand, gateway, wire)).until("ended")
        status = tab.page.evaluate(
            "async (url) => (await fetch(url, {method: 'POST', headers: {'Content-Type': 'application/json'},"
            " body: JSON.stringify({template: 'morning'})})).status",
            f"{wire.url}/v1/open",
        )

    assert status == 200
    assert sorted(wire.requests) == [("OPTIONS", "/v1/open"), OPEN, OPEN]


def test_a_page_that_is_not_listed(seat: Any, tmp_path: Path) -> None:
    """It may not read the answer: its defaults play, it says why, and still there was no preflight."""
    with crossing(tmp_path, is_listed=False) as (gateway, wire, brand):
        tab = seat().go(ask_from(brand, gateway, wire)).until("ended")
        tab.said = [text for text in tab.said if "blocked by CORS policy" not in text]
        tab.check_clean(unreached=(f"{wire.url}/v1/open",))

    assert told(tab, "[told.opened.source, told.opened.why]") == ["defaults", "unreachable"]
    assert wire.requests == [OPEN]


def test_a_policy_that_forbids_the_gateway(seat: Any, tmp_path: Path) -> None:
    """A page whose own policy does not name the gateway plays its defaults, says so, and nothing left it."""
    with crossing(tmp_path) as (gateway, wire, brand):
        tab = seat().go(ask_from(brand, gateway, wire, allowed="https://gateway.example")).until("ended")

    assert told(tab, "[told.opened.source, told.opened.why]") == ["defaults", "blocked"]
    assert tab.recorded["violations"] == [f"connect-src {wire.url}/v1/open"]
    assert wire.requests == []


def test_a_proxy_that_holds_the_stream_back(seat: Any, tmp_path: Path) -> None:
    """Behind it the film begins with its defaults, in time, and becomes real while it plays, without a jump."""
    with crossing(tmp_path, is_holding=True) as (gateway, wire, brand):
        gateway.turn("market", "ok", 1500)
        tab = seat().go(ask_from(brand, gateway, wire), speed=1).until("playing")
        first = told(tab, "[told.opened.source, told.opened.why, film.payload.data.points]")
        tab.until_true("told.patches > 0")
        tab.speed_up().until("ended").check_clean()

    assert first == ["defaults", "slow", None]
    assert told(tab, "film.payload.signals.loyalty.status") == "live"
    assert isinstance(told(tab, "film.payload.data.points"), int)
    assert told(tab, "told.opened.variants") == told(tab, "film.payload.variants")


def test_the_film_of_the_gateway_itself(seat: Any, tmp_path: Path) -> None:
    """The page of the demo loads by GET, opens by one POST, and asks nothing of anybody else."""
    with staged(tmp_path) as gateway, listening(passing(gateway.url)) as wire:
        tab = seat()
        answers = []
        tab.page.on("response", lambda response: answers.append(response))
        tab.go(f"{wire.url}/demo/").until("ended").check_clean()
        policy = answers[0].header_value("content-security-policy") or ""

    assert {method for method, _ in wire.requests} == {"GET", "POST"}
    assert [one for one in wire.requests if one[0] == "POST"] == [OPEN]
    assert {one.url.startswith(f"{wire.url}/") for one in tab.requests} == {True}
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
