"""The description of the public port: valid, true, and tried against the running port by a fuzzer."""

import asyncio
import re
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway import moment as table
from gateway.errors import PROBLEMS
from gateway.flow.respond import Answer, respond
from running import Running, config, running

pytestmark = pytest.mark.asyncio

EXAMPLES = "40"


async def described(moment: Running) -> dict[str, Any]:
    """The description as it is served."""
    document: dict[str, Any] = (await moment.ask("GET", "/openapi.json")).json
    return document


async def tried(moment: Running, folder: Path) -> tuple[int, str]:
    """How the fuzzer's run against the public port ends, and what it says."""
    fuzzer = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "st"), "run", f"{moment.served.public.url}/openapi.json",
        "--phases=examples,coverage,fuzzing", "--checks=all", f"--max-examples={EXAMPLES}", "--seed=1",
        "--generation-database=none", "--suppress-health-check=all", "--no-color", "--continue-on-failure",
        cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await fuzzer.communicate()
    assert fuzzer.returncode is not None
    return fuzzer.returncode, said.decode()


async def test_the_description_is_valid(tmp_path: Path) -> None:
    """It is OpenAPI 3.1 by the standard's own schema, and names the template that is loaded."""
    async with running(config(tmp_path)) as moment:
        document = await described(moment)

    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1")
    assert document["components"]["schemas"]["OpenRequest"]["properties"]["template"]["examples"] == ["morning"]
    assert "type" not in document["components"]["schemas"]["OpenRequest"]["properties"]["budget_ms"]


async def test_the_stream_is_described(tmp_path: Path) -> None:
    """The answer to an open has a second media type, whose events are named and described."""
    async with running(config(tmp_path)) as moment:
        document = await described(moment)

    content = document["paths"]["/v1/open"]["post"]["responses"]["200"]["content"]
    assert list(content) == ["application/json", "text/event-stream"]
    events = content["text/event-stream"]["x-events"]
    assert list(events) == ["payload", "patch", "end"]
    assert events["patch"] == {"$ref": "#/components/schemas/Patch"}
    patch = document["components"]["schemas"]["Patch"]
    assert set(patch["required"]) == {"data", "signals", "defaulted", "complete"}
    assert all(f"`{name}`" in content["text/event-stream"]["schema"]["description"] for name in events)


async def test_exactly_what_is_served_is_described(tmp_path: Path) -> None:
    """Every path of the description is there, its methods are those of `Allow`, and every problem has its status."""
    async with running(config(tmp_path)) as moment:
        document = await described(moment)
        allowed = {
            path: (await moment.ask("PUT", path.replace("{id}", "morning"))).headers["Allow"]
            for path in document["paths"]
        }

    told = {path: ", ".join(sorted(map(str.upper, methods))) for path, methods in document["paths"].items()}
    assert {path: methods.replace("OPTIONS, ", "") for path, methods in allowed.items()} == told
    statuses = {int(status) for status in document["paths"]["/v1/open"]["post"]["responses"]}
    assert statuses == {200} | {kind.status for kind in PROBLEMS.values()}
    answers = document["paths"]["/v1/open"]["post"]["responses"].items()
    assert {int(status) for status, answer in answers if "Retry-After" in answer.get("headers", {})} == {429, 503}


async def test_a_fuzzer_finds_nothing(tmp_path: Path) -> None:
    """Some hundred requests made from the description, good and bad, are all answered as it says."""
    async with running(config(tmp_path)) as moment:
        code, said = await tried(moment, tmp_path)

    assert code == 0, said
    made = re.search(r"(\d+) generated", said)
    assert made is not None, said
    assert int(made[1]) > 100, said


async def test_the_fuzzer_finds_a_planted_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: an answer that misses one member is found, and named."""

    def without_complete(*told: Any) -> Answer:
        answer = respond(*told)
        document = orjson.loads(answer.body)
        del document["complete"]
        return Answer(answer.status, orjson.dumps(document), answer.headers)

    monkeypatch.setattr(table, "respond", without_complete)
    async with running(config(tmp_path)) as moment:
        code, said = await tried(moment, tmp_path)

    assert code == 1
    assert "'complete' is a required property" in said or '"complete" is a required property' in said, said
