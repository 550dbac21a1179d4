"""The open and the documents of the public port, whole, over real sockets."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from running import CONTEXT, SHIPPED, Heard, config, converse, running, ticket

pytestmark = pytest.mark.asyncio

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SIGNALS = ["weather", "stock", "loyalty", "quotes", "portfolio"]
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


def validate(instance: Any, schema: dict[str, Any]) -> None:
    """Raise where a document does not fit its schema, formats included."""
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(instance)


def check_entry(name: str, entry: dict[str, Any]) -> None:
    """A signal that is live says when, how old, how long it took and from where, and nothing else."""
    attributed = {"attribution"} if name == "weather" else set()
    assert set(entry) == {"status", "as_of", "age_ms", "took_ms", "source"} | attributed
    assert INSTANT.fullmatch(entry["as_of"])
    assert type(entry["age_ms"]) is int
    assert entry["age_ms"] >= 0
    assert type(entry["took_ms"]) is int
    assert entry["took_ms"] >= 0


async def test_an_open_answers_every_key_of_the_contract(tmp_path: Path) -> None:
    """A good open has each member in its order and of its type, every field, all signals live, and is complete."""
    async with running(config(tmp_path)) as moment:
        heard = await moment.open(bearing=ticket(), version=3)
        listed = await moment.ask("GET", "/v1/templates")

    document = heard.json
    members = ["open", "template", "version", "data", "variants", "signals", "defaulted", "complete", "budget"]
    assert list(document) == members
    assert ULID.fullmatch(document["open"])
    assert (document["template"], document["version"]) == ("morning", 3)
    assert list(document["data"]) == listed.json["templates"][0]["fields"]
    assert list(document["signals"]) == SIGNALS
    assert heard.signals == dict.fromkeys(SIGNALS, ("live", None))
    for name, entry in document["signals"].items():
        check_entry(name, entry)
    assert document["signals"]["weather"]["attribution"]["url"].startswith("https://open-meteo.com")
    assert (document["defaulted"], document["complete"]) == ({}, True)
    assert document["budget"] | {"used_ms": 0} == {"total_ms": 2000, "reserve_ms": 5, "used_ms": 0}
    assert set(document["variants"]) == {"hero", "offer"}


async def test_an_answer_fits_both_of_its_schemas(tmp_path: Path) -> None:
    """`data` fits the template's schema and the whole answer the description's, live, cached, stale and by default."""
    async with running(config(tmp_path)) as moment:
        heard = [await moment.open(bearing=ticket()), await moment.open(bearing=ticket()), await moment.open()]
        for source in ("weather", "inventory", "loyalty", "market"):
            await moment.turn(source, "error")
        heard.append(await moment.open(context={"place": {"lat": 1, "lon": 2}, "product": "7"}))
        schema = (await moment.ask("GET", "/v1/templates/morning/schema")).json
        described = (await moment.ask("GET", "/openapi.json")).json

    answer = {**described["components"]["schemas"]["OpenAnswer"], "components": described["components"]}
    for one in heard:
        validate(one.json["data"], schema)
        validate(one.json, answer)
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == set(heard[0].json["data"])


async def test_the_headers_of_an_answer(tmp_path: Path) -> None:
    """Nothing may store or sniff an answer, one metric a signal tells the times, and no banner tells what runs."""
    async with running(config(tmp_path)) as moment:
        heard = await moment.open(bearing=ticket())

    headers = heard.headers
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"] == "application/json"
    assert headers["Vary"] == "Origin, Authorization"
    assert headers["X-Request-Id"] == heard.json["open"]
    assert not re.search("python|aiohttp|uvloop", str(headers), re.IGNORECASE)
    assert not {"Set-Cookie", "Content-Encoding", "traceparent", "ETag"} & set(headers)
    timing = [re.fullmatch(r'(\w+);dur=\d+(;desc="live")?', metric) for metric in headers["Server-Timing"].split(", ")]
    assert [metric and metric[1] for metric in timing] == ["total", *SIGNALS]


async def test_a_signals_own_time_is_told_not_the_slowest_ones(tmp_path: Path) -> None:
    """What came at once says so, though the answer waited for a source that hangs."""
    async with running(config(tmp_path)) as moment:
        await moment.turn("inventory", "hang")
        await moment.turn("loyalty", "ok", 50.0)
        heard = await moment.open(bearing=ticket())

    signals = heard.json["signals"]
    assert signals["stock"]["took_ms"] >= 950
    assert max(signals["weather"]["took_ms"], signals["loyalty"]["took_ms"]) < 950


@pytest.mark.parametrize("given", ["abc.DEF-1_2", "x" * 128])
async def test_a_plain_request_id_is_kept(tmp_path: Path, given: str) -> None:
    """The caller's own request id comes back, on answers and on problems."""
    async with running(config(tmp_path)) as moment:
        heard = [await moment.open(headers={"X-Request-Id": given}), await moment.post(b"{", {"X-Request-Id": given})]

    assert [given, given] == [one.headers["X-Request-Id"] for one in heard]
    assert heard[1].json["request_id"] == given


@pytest.mark.parametrize("given", ["", "x" * 129, "a b", "a,b", "<i>", "é", "a\tb", "%0d%0a"])
async def test_an_odd_request_id_is_replaced(tmp_path: Path, given: str) -> None:
    """A request id that is not plain is not repeated; the open's own stands in its place."""
    async with running(config(tmp_path)) as moment:
        heard = await moment.open(headers={"X-Request-Id": given})
        problem = await moment.post(b"{", {"X-Request-Id": given})

    assert heard.headers["X-Request-Id"] == heard.json["open"]
    assert ULID.fullmatch(problem.headers["X-Request-Id"])
    assert problem.json["request_id"] == problem.headers["X-Request-Id"]


async def test_trace_context_comes_back_where_it_is_well_formed(tmp_path: Path) -> None:
    """A `traceparent` is answered with itself; junk is not answered at all, and costs nothing."""
    junk = ["", "00-xyz", TRACEPARENT.replace("0af7", "zzzz"), TRACEPARENT.upper() + "-junk", "00-" + "0" * 52, "<i>"]
    async with running(config(tmp_path)) as moment:
        kept = await moment.open(headers={"traceparent": TRACEPARENT})
        others = [await moment.open(headers={"traceparent": one}) for one in junk]

    assert kept.headers["traceparent"] == TRACEPARENT
    assert [(200, False)] * len(junk) == [(one.status, "traceparent" in one.headers) for one in others]


async def test_a_body_is_read_whatever_simple_type_it_claims(tmp_path: Path) -> None:
    """`text/plain`, with a charset too, and a body of no stated type need no preflight and are read as JSON."""
    body = b'{"template": "morning"}'
    head = f"POST /v1/open HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    types = ["text/plain", "text/plain;charset=UTF-8", "TEXT/PLAIN", "application/json; charset=utf-8"]
    async with running(config(tmp_path)) as moment:
        heard = [await moment.post(body, {"Content-Type": kind}) for kind in types]
        untyped = await converse(moment.served.public, head + body)

    assert [200] * len(types) == [one.status for one in heard]
    assert untyped.startswith(b"HTTP/1.1 200 ")


async def test_as_shipped_it_answers_within_the_templates_budget(tmp_path: Path) -> None:
    """The configuration as it is shipped loads and answers, in the 400 ms of its template and no more when asked."""
    async with running(SHIPPED) as moment:
        heard = [await moment.open(), await moment.open(budget_ms=60_000), await moment.open(budget_ms=100)]

    assert [one.json["budget"]["total_ms"] for one in heard] == [400, 400, 100]
    assert all(one.signals["loyalty"] == ("default", "anonymous") for one in heard)


async def _twice(moment: Any, path: str) -> tuple[Heard, Heard]:
    first = await moment.ask("GET", path)
    return first, await moment.ask("GET", path, headers={"If-None-Match": first.headers["ETag"]})


@pytest.mark.parametrize("path", ["schema", "defaults", "schema?version=3", "defaults?version=3"])
async def test_public_documents_may_be_kept_by_anybody(tmp_path: Path, path: str) -> None:
    """Schema and defaults are public and have an ETag, with which they are not sent again."""
    async with running(config(tmp_path)) as moment:
        for one in (f"/v1/templates/morning/{path}", "/v1/templates", "/openapi.json"):
            first, again = await _twice(moment, one)

            assert (first.status, again.status, again.body) == (200, 304, b"")
            assert first.headers["Cache-Control"].startswith("public, max-age=")
            assert first.headers["Access-Control-Allow-Origin"] == "*"
            assert first.headers["ETag"] == again.headers["ETag"]


async def test_the_defaults_are_the_payload_with_no_signal(tmp_path: Path) -> None:
    """The defaults document holds every field's default, asks nobody, and fits the schema of `data`."""
    async with running(config(tmp_path)) as moment:
        document = (await moment.ask("GET", "/v1/templates/morning/defaults")).json
        schema = (await moment.ask("GET", "/v1/templates/morning/schema")).json
        calls = await moment.calls()

    assert list(document) == ["template", "version", "data", "variants", "complete"]
    assert document["complete"] is False
    assert document["data"]["today"] == "today"
    assert document["variants"] == {"hero": "classic", "offer": "see_in_store"}
    assert set(calls.values()) == {0}
    validate(document["data"], schema)


async def test_twelve_opens_at_once_make_one_call_a_source(tmp_path: Path) -> None:
    """Equal opens that come together share their calls; each has an id of its own."""
    async with running(config(tmp_path)) as moment:
        bearing = ticket()
        heard = await asyncio.gather(*(moment.open(bearing=bearing, context=CONTEXT) for _ in range(12)))
        calls = await moment.calls()

    assert calls == {"weather": 1, "inventory": 1, "loyalty": 1, "market": 1}
    assert len({one.json["open"] for one in heard}) == 12
