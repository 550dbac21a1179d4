"""The lab's own interface: the knobs, the counts, and what is refused."""

import orjson
import pytest

from gateway.lab.vendor import Source


def test_knobs_can_be_read_turned_and_put_back(in_lab) -> None:
    """GET shows all sources, PUT one as it now is, DELETE takes all back to the start."""

    async def talk(session):
        async with session.get("/-/faults") as answer:
            start = await answer.json()
        async with session.put(
            "/-/faults/loyalty", json={"mode": "hang", "latency_ms": {"p50": 1, "p99": 9}}
        ) as answer:
            turned = await answer.json()
        async with session.get("/-/faults") as answer:
            after = await answer.json()
        async with session.delete("/-/faults") as answer:
            return start, turned, after, await answer.json()

    start, turned, after, end = in_lab(talk)
    assert start["weather"] == {"mode": "ok", "latency_ms": {"p50": 40, "p99": 120}}
    assert set(start) == set(Source)
    assert turned == after["loyalty"] == {"mode": "hang", "latency_ms": {"p50": 1, "p99": 9}}
    assert end == start


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/-/faults/gossip", 404),
        ("PUT", "/-/faults/weather", 400),
        ("POST", "/-/faults", 405),
        ("GET", "/-/nothing", 404),
        ("GET", "/shopify/api/yesterday/graphql.json", 404),
        ("DELETE", "/alpaca/v2/stocks/snapshots", 405),
    ],
)
def test_what_is_refused_is_a_problem_that_echoes_nothing(in_lab, method, path, status) -> None:
    """Unknown sources, bad settings, paths and methods get problem+json, and no word of the request comes back."""

    async def talk(session):
        async with session.request(method, f"{path}?canary", data=b'{"mode": "canary", "canary": 1}') as answer:
            return answer.status, answer.content_type, await answer.read()

    seen, kind, told = in_lab(talk)
    assert (seen, kind, orjson.loads(told)["status"]) == (status, "application/problem+json", status)
    assert not any(word in told for word in (b"canary", b"gossip", b"yesterday"))


def test_a_body_over_the_limit_is_refused_and_leaves_the_knob(in_lab) -> None:
    """A setting of two megabytes is a 413, and nothing changes."""

    async def chunks():
        for _ in range(20):
            yield b" " * 100_000
        yield b'{"mode": "hang"}'

    async def talk(session):
        async with session.put("/-/faults/weather", data=chunks()) as answer:
            refused = answer.status, answer.content_type
        async with session.get("/-/faults") as answer:
            return refused, (await answer.json())["weather"]["mode"]

    assert in_lab(talk) == ((413, "application/problem+json"), "ok")


def test_calls_and_items_are_counted_by_source_until_they_are_forgotten(in_lab, asking, turn, vendors) -> None:
    """Each vendor's calls and the items in them are counted, refused and failing ones too; knobs are not calls."""

    async def talk(session):
        for source in vendors:
            await turn(session, source, mode="error")
            async with asking(session, source) as answer:
                await answer.read()
        async with session.get("/alpaca/v2/stocks/snapshots") as answer:
            assert answer.status == 500
        async with session.get("/-/calls") as answer:
            counted = await answer.json()
        async with session.delete("/-/calls") as answer:
            return counted, await answer.json()

    counted, forgotten = in_lab(talk)
    expected = {source: {"calls": 1, "items": items} for source, (_, _, items) in vendors.items()}
    expected["market"]["calls"] = 2
    assert counted == expected
    assert forgotten == {source: {"calls": 0, "items": 0} for source in vendors}
