"""Bad input to an open, over the wire: each is refused by name, ignored, or costs the signals that read it."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from problems import CANARY, check_problem
from running import CONTEXT, Running, config, running, ticket

pytestmark = pytest.mark.asyncio

BUDGETS = [-1, 0, True, False, None, "400", "", [], {}, [300], 1e308, 10**19, -(2**63), 0.1, "NaN", {"ms": 1}]


def nested(depth: int) -> bytes:
    """A body of so many levels, all told."""
    return b'{"template":"morning","context":{"x":' + b"[" * (depth - 2) + b"]" * (depth - 2) + b"}}"


def wide(values: int) -> bytes:
    """A body of so many values, all told."""
    return orjson.dumps({"template": "morning", "context": {"x": [0] * (values - 4)}})


MALFORMED = {
    "nothing": b"",
    "words": CANARY.encode(),
    "half": b'{"template":"morning"',
    "two": b'{"template":"morning"}{}',
    "NaN": b'{"template":"morning","budget_ms":NaN}',
    "Infinity": b'{"template":"morning","budget_ms":-Infinity}',
    "1e400": b'{"template":"morning","budget_ms":1e400}',
    "a comment": b'{"template":"morning"/**/}',
    "single quotes": b"{'template':'morning'}",
    "UTF-16": '{"template":"morning"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"template":"morning"}',
    "no UTF-8": b'{"template":"morning\xff"}',
    "half a surrogate pair": b'{"template":"\\ud800"}',
    "a bare control character": b'{"template":"mor\nning"}',
    "60 000 brackets": b"[" * 60_000,
}
SHAPES: dict[str, tuple[Any, list[str]]] = {
    "null": (None, [""]),
    "a list": ([CANARY], [""]),
    "a string": (CANARY, [""]),
    "no template": ({}, ["/template"]),
    "template a number": ({"template": 7}, ["/template"]),
    "template null": ({"template": None}, ["/template"]),
    "template an object": ({"template": {CANARY: CANARY}}, ["/template"]),
    "template too long": ({"template": CANARY * 10}, ["/template"]),
    "version a string": ({"template": "morning", "version": "3"}, ["/version"]),
    "version a float": ({"template": "morning", "version": 3.0}, ["/version"]),
    "version true": ({"template": "morning", "version": True}, ["/version"]),
    "ticket a number": ({"template": "morning", "ticket": 1}, ["/ticket"]),
    "ticket a list": ({"template": "morning", "ticket": [CANARY]}, ["/ticket"]),
    "context a list": ({"template": "morning", "context": []}, ["/context"]),
    "context a string": ({"template": "morning", "context": CANARY}, ["/context"]),
    "context null": ({"template": "morning", "context": None}, ["/context"]),
    "all of it": ({"template": 1, "version": CANARY, "ticket": 1, "context": 1},
                  ["/template", "/version", "/ticket", "/context"]),
}  # fmt: skip


async def test_what_is_no_json_is_said_to_be_none(tmp_path: Path) -> None:
    """A body that is not JSON in the strict sense is 400, and nothing of it is repeated."""
    async with running(config(tmp_path)) as moment:
        heard = [await moment.post(body) for body in MALFORMED.values()]

    for one in heard:
        check_problem(one, 400, "malformed-json")


async def test_a_wrong_type_is_pointed_at(tmp_path: Path) -> None:
    """JSON of the wrong shape is 400 with a JSON Pointer to each member that is wrong, and no value of it."""
    async with running(config(tmp_path)) as moment:
        heard = {name: await moment.post(orjson.dumps(body)) for name, (body, _) in SHAPES.items()}

    for name, (_, pointers) in SHAPES.items():
        document = check_problem(heard[name], 400, "invalid-request")
        assert [error["pointer"] for error in document["errors"]] == pointers
        assert all(error["detail"] for error in document["errors"])


async def test_depth_and_number_of_values_are_bounded(tmp_path: Path) -> None:
    """16 levels and 256 values pass; one more of either is 400."""
    async with running(config(tmp_path)) as moment:
        fit = [await moment.post(body) for body in (nested(16), wide(256))]
        unfit = [await moment.post(body) for body in (nested(17), nested(900), wide(257), wide(30_000))]

    assert [one.status for one in fit] == [200, 200]
    for one in unfit:
        check_problem(one, 400, "invalid-request")


@pytest.mark.parametrize("name", ["evening", CANARY, "", "MORNING", "morning ", "../morning", "morning\0", "<i>"])
async def test_an_unknown_template_is_404(tmp_path: Path, name: str) -> None:
    """A template that is not loaded is 404, and its name is not repeated."""
    async with running(config(tmp_path)) as moment:
        document = check_problem(await moment.open(template=name), 404, "unknown-template")

    assert [error["pointer"] for error in document["errors"]] == ["/template"]


async def test_an_unknown_version_is_404(tmp_path: Path) -> None:
    """A version that is not loaded, whatever number it is, is 404."""
    async with running(config(tmp_path)) as moment:
        heard = [await moment.open(version=one) for one in (0, -3, 2, 4, 2**63 - 1, 2**64 - 1)]

    for one in heard:
        check_problem(one, 404, "unknown-version")


async def test_a_budget_that_is_none_is_ignored(tmp_path: Path) -> None:
    """An odd budget never costs the answer: the template's own or the least one is in force."""
    async with running(config(tmp_path)) as moment:
        heard = [await moment.post({"template": "morning", "budget_ms": one}) for one in BUDGETS]

    assert {one.status for one in heard} == {200}
    for budget, one in zip(BUDGETS, heard, strict=True):
        is_small = type(budget) in (int, float) and 0 <= budget < 30
        assert one.json["budget"]["total_ms"] == (30 if is_small else 2000)


async def test_of_two_members_of_one_name_the_last_counts(tmp_path: Path) -> None:
    """A name given twice is no error: all readers of this body see the last."""
    async with running(config(tmp_path)) as moment:
        last_good = await moment.post(b'{"template":"evening","template":"morning"}')
        last_bad = await moment.post(b'{"template":"morning","template":"evening"}')

    assert last_good.status == 200
    check_problem(last_bad, 404, "unknown-template")


async def _asked(moment: Running, **context: Any) -> dict[str, tuple[str, str | None]]:
    return (await moment.open(bearing=ticket(), context={**CONTEXT, **context})).signals


ODD = [
    "a\r\nX-Evil: 1",
    "a\0b",
    "\u2028",
    "\uff17",
    "7" * 21,
    "",
    " 7",
    "7/../8",
    "7?x=1",
    "7#",
    "%2e%2e",
    -1,
    1.5,
    True,
    [],
    {},
]


async def test_an_odd_product_costs_its_own_signal(tmp_path: Path) -> None:
    """A product that is none, header injection included, is `input` for the stock, whatever it is, and no call."""
    async with running(config(tmp_path)) as moment:
        signals = [await _asked(moment, product=odd) for odd in ODD]
        calls = await moment.calls()

    for one in signals:
        assert one["stock"] == ("default", "input")
        assert {name: status for name, (status, _) in one.items() if status == "default"} == {"stock": "default"}
    assert calls["inventory"] == 0


PLACES = ["London", [51.5, -0.1], {}, {"lat": 51.5}, {"lat": "51.5", "lon": "-0.1"}, {"lat": 91, "lon": 0}]
PLACES += [{"lat": 1, "lon": 181}, {"lat": 0, "lon": 0}, {"lat": None, "lon": None}, {"lat": True, "lon": True}]
PLACES += [{"lat": 1e308, "lon": -1e308}, {"lat": "a\r\nX-Evil: 1", "lon": 1}, {"lat": [1], "lon": {}}]


async def test_an_odd_place_costs_the_weather_alone(tmp_path: Path) -> None:
    """A place that is none is `input` for the weather, and no call; odd zones and locales cost nothing at all."""
    async with running(config(tmp_path)) as moment:
        placeless = [await _asked(moment, place=odd) for odd in PLACES]
        calls = await moment.calls()
        odd_others = [
            await _asked(moment, timezone=odd, locale=odd, consent=odd)
            for odd in ["../../etc/passwd", "Mars/Olympus", "", "a\0b", "é" * 300, 7, [], {}, [[]], None, "/", "."]
        ]

    for one in placeless:
        assert {name for name, (status, _) in one.items() if status == "default"} == {"weather"}
        assert one["weather"] == ("default", "input")
    assert calls["weather"] == 0
    for one in odd_others:
        assert {status for status, _ in one.values()} <= {"live", "fresh"}


async def test_what_a_template_does_not_declare_is_never_bound(tmp_path: Path) -> None:
    """No name in the body or in its context stands in for a verified claim, another input or a signal."""
    viewer = {"sub": "viewer-2", "loyalty_id": "viewer-2", "holdings": [{"symbol": "AAPL", "quantity": "1"}]}
    smuggled = {**viewer, "ticket": viewer, "where": {"lat": 1, "lon": 1}, "signals": {"weather": {}}, "member": "x"}
    async with running(config(tmp_path)) as moment:
        heard = await moment.open(context={**CONTEXT, **smuggled}, **{"viewer": viewer, "where": {}, "signals": {}})
        calls = await moment.calls()

    assert {name for name, (_, reason) in heard.signals.items() if reason == "anonymous"} == {
        "loyalty", "quotes", "portfolio",
    }  # fmt: skip
    assert (calls["loyalty"], calls["market"]) == (0, 0)


async def test_a_ticket_may_stand_in_the_header_and_the_bodys_wins(tmp_path: Path) -> None:
    """`Authorization: Bearer` is read only where the body has no ticket."""
    async with running(config(tmp_path)) as moment:
        by_header = await moment.open(headers={"Authorization": f"Bearer {ticket()}"})
        both = await moment.open(bearing="none", headers={"Authorization": f"Bearer {ticket()}"})
        other = [await moment.open(headers={"Authorization": one}) for one in ("Bearer", "Basic eA==", "bearer  ", "x")]

    assert by_header.signals["loyalty"] == ("live", None)
    assert {one.signals["loyalty"] for one in (both, *other)} == {("default", "anonymous")}
