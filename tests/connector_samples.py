"""Plays the samples that stand beside a connector: what it is asked, what it sends, what it is sent, what it answers.

`connectors/<kind>/samples/<vendor>/{exemplary,supplemental}/*.yaml` hold them; values are invented, in the vendor's
shape. An exemplary sample comes out as a signal; failures and odd cases are supplemental. A test is four lines:

    @pytest.mark.parametrize("sample", samples_of("weather", "open_meteo"))
    def test_a_sample_comes_out_as_it_says(sample: Sample) -> None:
        \"\"\"Each sample beside the connector is sent and read exactly as written.\"\"\"
        play(OpenMeteo, sample)

The shape of a file:

    tests:
      - name: drizzle in Paris
        settings: {api_key: test-key}             # of the connector's Settings
        clock: "2026-03-02T09:00:00Z"             # when replies arrive; this instant if left out
        query: {lat: 48.86, lon: 2.35}            # the fields of the Query, as the gateway would have bound them
        http:                                     # one element a call, in order; one too few or too many fails
          - expect: {method: GET, path: /v1/x, params: {a: "1"}, headers: {X-Key: test-key}, json: {…}}
            reply: {status: 200, headers: {…}, json: {…}}         # or `text:` in place of `json:`
        signal: {temperature_c: 11.3, as_of: "2026-03-02T08:45:00Z"}
      - name: key revoked
        query: {lat: 0, lon: 0}
        http: [{reply: {status: 401}}]
        outcome: {status: default, reason: unauthorized}
      - name: several at once                     # a batched connector: one call, an answer a query
        queries: [{symbol: A}, {symbol: B}]
        http: […]
        answers: [{signal: {…}}, {outcome: {status: default, reason: absent}}]

* `expect` is exact: params (as text), headers (secrets unwrapped, names in any case) and body hold what is written and
  nothing else; what is left out is empty. A mapping `{regex: …}` matches a text as a whole. Without `expect` any call
  will do.
* `signal` is exact too: a field that is not named has the value of the connector's default; nulls may be left out.
* A status that the call does not expect becomes its fault, as in the gateway; so does an exception of a kind that
  follows from a bad reply. Any other exception is the connector's own fault and fails the test.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from _pytest.mark import ParameterSet
from pydantic import SecretStr

from connectors import Call, Connector, Fault, Reply
from talks import AT, Answer, answers_of, drive, expected_only

__all__ = ["AT", "Answer", "Sample", "answers_of", "drive", "expected_only", "play", "samples_of"]

KINDS = Path(__file__).resolve().parents[1] / "connectors"
_KEYS = {"name", "settings", "clock", "query", "queries", "http", "signal", "outcome", "answers"}


@dataclass(frozen=True)
class Sample:
    """One sample; `exemplary` by the folder it stands in."""

    name: str
    exemplary: bool
    settings: Mapping[str, Any]
    clock: datetime
    queries: Sequence[Mapping[str, Any]]
    http: Sequence[Mapping[str, Any]]
    answers: Sequence[Mapping[str, Any]]


def samples_of(kind: str, vendor: str) -> list[ParameterSet]:
    """Every sample of a vendor, as parameters of a test; none at all is an error."""
    folder = KINDS / kind / "samples" / vendor
    found = [
        pytest.param(sample, id=f"{path.parent.name}/{path.stem}: {sample.name}")
        for path in sorted(folder.glob("*/*.yaml"))
        for sample in _read(path)
    ]
    assert found, f"no sample of {kind}/{vendor}"
    return found


def play(kind: type[Connector[Any, Any, Any]], sample: Sample) -> None:
    """Send, read and compare one sample; an assertion tells what differs."""
    connector = kind(kind.settings_type.model_validate(sample.settings))
    queries = [kind.query_type.model_validate(fields) for fields in sample.queries]
    line = _Line(sample)

    found = answers_of(connector, queries, line.reply_to)

    assert line.used == len(sample.http), f"{len(sample.http) - line.used} call(s) of the sample were not made"
    assert [_told(kind, wanted) for wanted in sample.answers] == [_shown(answer) for answer in found]


class _Line:
    """The written half of a talk: compares each call with the next expectation and hands out its reply."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self.used = 0

    def reply_to(self, call: Call) -> Reply:
        assert self.used < len(self.sample.http), f"an unexpected call: {call.method} {call.path}"
        turn = self.sample.http[self.used]
        self.used += 1
        if "expect" in turn:
            wanted = {"params": {}, "headers": {}, "json": None, **turn["expect"]}
            wanted["headers"] = {name.lower(): value for name, value in wanted["headers"].items()}
            sent = _sent(call)
            assert _with_regex(wanted, sent) == sent
        told = turn["reply"]
        body = orjson.dumps(told["json"]) if "json" in told else told.get("text", "").encode()
        headers = {name.lower(): value for name, value in told.get("headers", {}).items()}
        return expected_only(call, Reply(self.sample.clock, told["status"], headers, body))


def _sent(call: Call) -> dict[str, Any]:
    """A call as the vendor would see it, secrets unwrapped."""
    headers = {
        name.lower(): value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in call.headers.items()
    }
    params = {name: str(value) for name, value in call.params.items()}
    return {"method": call.method, "path": call.path, "params": params, "headers": headers, "json": call.json}


def _with_regex(wanted: Any, sent: Any) -> Any:
    """The expectation, each regular expression in it replaced by the text it matched."""
    if isinstance(wanted, dict) and set(wanted) == {"regex"}:
        matched = isinstance(sent, str) and re.fullmatch(wanted["regex"], sent, re.DOTALL)
        return sent if matched else wanted
    if isinstance(wanted, dict) and isinstance(sent, dict):
        return {name: _with_regex(value, sent.get(name)) for name, value in wanted.items()}
    if isinstance(wanted, list) and isinstance(sent, list | tuple) and len(wanted) == len(sent):
        return [_with_regex(one, other) for one, other in zip(wanted, sent, strict=True)]
    return wanted


def _read(path: Path) -> list[Sample]:
    """The samples of one file."""
    exemplary = path.parent.name == "exemplary"
    assert exemplary or path.parent.name == "supplemental", f"{path}: neither exemplary nor supplemental"
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(written) == {"tests"}, f"{path}: holds `tests:` and nothing else"
    return [_sample(test, exemplary, f"{path.name}: {test.get('name')}") for test in written["tests"]]


def _sample(test: Mapping[str, Any], exemplary: bool, where: str) -> Sample:
    """One sample, checked: a word misspelt must not pass as a word left out."""
    assert set(test) <= _KEYS, f"{where}: unknown {sorted(set(test) - _KEYS)}"
    queries = test["queries"] if "queries" in test else [test["query"]]
    answers = test["answers"] if "queries" in test else [{k: test[k] for k in ("signal", "outcome") if k in test}]
    assert len(answers) == len(queries), f"{where}: one answer a query"
    assert all(len(answer) == 1 for answer in answers), f"{where}: an answer is a signal or an outcome"
    assert not exemplary or all("signal" in answer for answer in answers), (
        f"{where}: an exemplary sample comes out live"
    )
    clock = datetime.fromisoformat(test["clock"]) if "clock" in test else AT
    return Sample(test["name"], exemplary, test.get("settings", {}), clock, queries, test["http"], answers)


def _told(kind: type[Connector[Any, Any, Any]], answer: Mapping[str, Any]) -> Any:
    """What a sample says that comes out."""
    if "outcome" in answer:
        return dict(answer["outcome"])
    return _without_nulls({**kind.default.model_dump(mode="json"), **answer["signal"]})


def _shown(answer: Answer) -> Any:
    """What did come out, in the words of a sample."""
    if isinstance(answer, Fault):
        return {"status": "default", "reason": answer.reason}
    return _without_nulls(answer.model_dump(mode="json"))


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(part) for name, part in value.items() if part is not None}
    if isinstance(value, list):
        return [_without_nulls(part) for part in value]
    return value
