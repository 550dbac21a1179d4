"""The player of samples fails when it should: a sample that cannot fail proves nothing."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

import connector_samples
from connector_samples import Sample, play, samples_of
from connectors import Absent, Call, Connector, From, Policy, Query, Reply, Scope, Settings, Signal, Talk, ms, seconds


class Level(Signal):
    metres: float | None = None
    name: str | None = None


class Station(Query):
    station: str = From("context.station", pattern="^[a-z]+$")


class River(Connector[Settings, Station, Level]):
    """The water level at a station, in two calls."""

    name = "river"
    default = Level()
    policy = Policy(scope=Scope.SHARED, timeout=ms(200), ttl=seconds(30), stale=seconds(60), hosts=("r.example",))

    def read(self, query: Station) -> Talk[Level]:
        """Look the station up, then read its level."""
        reply = yield Call("GET", "/find", params={"q": query.station, "limit": 1})
        if reply.json is None:
            raise Absent("no such station")
        reply = yield Call("POST", "/level", headers={"X-Key": "k"}, json={"ids": [reply.json["id"]]})
        if reply.json == "crash":
            raise RuntimeError("the author's own")
        return Level(metres=reply.json["m"], as_of=reply.at)


GOOD: dict[str, Any] = {
    "name": "a level",
    "clock": "2026-03-02T10:00:00Z",
    "settings": {"base_url": "http://127.0.0.1"},
    "query": {"station": "bonn"},
    "http": [
        {
            "expect": {"method": "GET", "path": "/find", "params": {"q": "bonn", "limit": "1"}},
            "reply": {"status": 200, "json": {"id": 7}},
        },
        {
            "expect": {
                "method": "POST",
                "path": "/level",
                "headers": {"x-KEY": {"regex": "[a-z]"}},
                "json": {"ids": [7]},
            },
            "reply": {"status": 200, "text": '{"m": 2.5}'},
        },
    ],
    "signal": {"metres": 2.5, "name": None, "as_of": "2026-03-02T10:00:00Z"},
}


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes one test into a file of samples, reads it back and plays it."""
    monkeypatch.setattr(connector_samples, "KINDS", tmp_path)

    def write_and_play(test: dict[str, Any], folder: str = "exemplary") -> None:
        path = tmp_path / "water" / "samples" / "river" / folder / "one.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(yaml.safe_dump({"tests": [test]}), encoding="utf-8")
        (parameters,) = samples_of("water", "river")
        sample = parameters.values[0]
        assert isinstance(sample, Sample)
        play(River, sample)

    return write_and_play


def changed(*path: Any, to: Any) -> dict[str, Any]:
    """The good sample with the value at a path changed."""
    test = copy.deepcopy(GOOD)
    at: Any = test
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = to
    return test


def test_a_good_sample_passes(played: Any) -> None:
    """Two calls, exact in all they say, and a signal with a null written out."""
    played(GOOD)


@pytest.mark.parametrize(
    "wrong",
    [
        changed("http", 0, "expect", "method", to="POST"),
        changed("http", 0, "expect", "path", to="/findx"),
        changed("http", 0, "expect", "params", to={"q": "bonn"}),
        changed("http", 0, "expect", "params", to={"q": "bonn", "limit": "1", "more": "1"}),
        changed("http", 0, "expect", "params", "q", to={"regex": "bon"}),
        changed("http", 0, "expect", "json", to={}),
        changed("http", 1, "expect", "headers", to={}),
        changed("http", 1, "expect", "headers", to={"X-Key": "other"}),
        changed("http", 1, "expect", "json", to={"ids": [7, 8]}),
        changed("http", to=GOOD["http"][:1]),
        changed("http", to=[*GOOD["http"], GOOD["http"][0]]),
        changed("signal", "metres", to=2.6),
        changed("signal", to={"metres": 2.5}),
        changed("signal", "metre", to=1),
        changed("clock", to="2026-03-02T10:00:01Z"),
        changed("http", 1, "reply", "status", to=500),
        changed("signals", to={}),
        changed("outcome", to={"status": "default", "reason": "absent"}),
    ],
)
def test_a_sample_that_is_not_as_written_fails(played: Any, wrong: dict[str, Any]) -> None:
    """Another call, one too few or too many, another signal, another time or a misspelt word is a failure."""
    with pytest.raises(AssertionError):
        played(wrong)


def failing(replies: list[dict[str, Any]], reason: str) -> dict[str, Any]:
    """A sample of a failure."""
    kept = {name: value for name, value in GOOD.items() if name not in ("signal", "http")}
    return {**kept, "http": [{"reply": reply} for reply in replies], "outcome": {"status": "default", "reason": reason}}


FOUND = {"status": 200, "json": {"id": 7}}


@pytest.mark.parametrize(
    ("replies", "reason"),
    [
        *[([{"status": status}], "unauthorized") for status in (401, 403)],
        *[([{"status": status}], "absent") for status in (204, 404, 410)],
        *[([{"status": status}], "error") for status in (101, 400, 418, 500, 503, 999)],
        *[([{"status": status}], "invalid") for status in (201, 203, 301, 302, 304)],
        ([{"status": 429}], "quota"),
        ([{"status": 200, "json": None}], "absent"),
        ([{"status": 200, "text": "<html>"}], "invalid"),
        ([FOUND, {"status": 200, "json": {}}], "invalid"),
        ([FOUND, {"status": 502}], "error"),
    ],
)
def test_a_failure_has_the_reason_that_the_gateway_gives_it(played: Any, replies: Any, reason: str) -> None:
    """Statuses, faults and what follows from another shape become the outcome's reason."""
    played(failing(replies, reason), "supplemental")


def test_an_exemplary_sample_comes_out_live(played: Any) -> None:
    """A failure in the folder of examples is refused."""
    with pytest.raises(AssertionError, match="comes out live"):
        played(failing([{"status": 500}], "error"), "exemplary")


def test_an_exception_of_the_authors_own_is_not_hidden(played: Any) -> None:
    """What no reply explains fails the test with its own name."""
    with pytest.raises(RuntimeError, match="the author's own"):
        played(failing([FOUND, {"status": 200, "json": "crash"}], "invalid"), "supplemental")


def test_a_vendor_without_samples_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No sample at all does not pass for all samples passing."""
    monkeypatch.setattr(connector_samples, "KINDS", tmp_path)

    with pytest.raises(AssertionError, match="no sample"):
        samples_of("water", "river")


def test_a_reply_carries_the_headers_of_the_sample() -> None:
    """Names of headers are given in lower case, as a case-insensitive mapping would find them."""
    sample = Sample("x", False, {}, connector_samples.AT, [], [{"reply": {"status": 200, "headers": {"X-A": "1"}}}], [])
    reply = connector_samples._Line(sample).reply_to(Call("GET", "/"))

    assert isinstance(reply, Reply)
    assert reply.headers == {"x-a": "1"}
