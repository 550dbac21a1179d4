"""No secret and no viewer's value is in a log, in the text of an exception or in an outcome, whatever goes wrong."""

import asyncio
import logging
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from connectors import Call, Talk
from gateway.ask import Errand
from gateway.outcome import Outcome
from gateway.pool.failures import Failed
from gateway.upstream import Upstream
from raw_upstream import Asked, Id, Plain, Rig, Thing, reply

Play = Callable[..., Any]
SECRET, VALUE, BODY = "canary-secret-5a1f", "canary-value-77c2", "canary-body-91be"


class Secretive(Plain):
    """Sends a secret and a viewer's value, and reads a body that may be wrong."""

    name = "secretive"
    default = Thing()
    policy = Plain.policy

    def read(self, query: Id) -> Talk[Thing]:
        headers = {"Authorization": SecretStr(SECRET)}
        answer = yield Call("POST", f"/v1/{query.id}", params={"id": query.id}, headers=headers, json={"id": query.id})
        return Thing.model_validate(answer.json)


async def hang(asked: Asked) -> None:
    """Says nothing."""
    await asyncio.sleep(9)


async def reset(asked: Asked) -> None:
    """Drops the connection."""
    asked.abort()


def says(data: bytes) -> Callable[[Asked], Any]:
    """Answers with these bytes, having seen that the canaries fly."""

    async def behave(asked: Asked) -> None:
        assert SECRET.encode() in asked.head
        assert asked.head.count(VALUE.encode()) >= 2
        await asked.send(data)

    return behave


BEHAVIOURS: dict[str, Callable[[Asked], Any]] = {
    "good": says(reply(f'{{"id": "{BODY}"}}'.encode())),
    "wrong type": says(reply(f'{{"id": {{"x": "{BODY}"}}}}'.encode())),
    "not JSON": says(reply(BODY.encode())),
    "malformed": says(f"HTTP/1.1 {BODY}\r\n{BODY}\r\n\r\n".encode()),
    "bad header": says(f"HTTP/1.1 200 OK\r\nX: {BODY}\0\r\n\r\n".encode()),
    "status": says(reply(BODY.encode(), "500 Oops", f"X-Debug: {BODY}")),
    "redirect": says(reply(b"", "302 Found", f"Location: http://evil.example/{BODY}")),
    "hang": hang,
    "reset": reset,
}


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_no_canary_gets_out(name: str, play: Play, caplog: pytest.LogCaptureFixture) -> None:
    """With every logger at DEBUG and the loop in debug mode, neither secret nor value nor body is told anywhere."""

    async def scenario(rig: Rig) -> None:
        asyncio.get_running_loop().set_debug(True)
        connector = Secretive(rig.source.connector.settings)
        upstream = Upstream(rig.pool, rig.clock)
        source = type(rig.source)(**{**_fields(rig.source), "connector": connector, "name": "secretive"})
        done = await upstream(Errand(source, (Id(id=VALUE),), rig.clock.now(), 0.2, rig.clock.now() + 0.2))
        told = [repr(_without_reading(outcome)) for outcome in done.outcomes]
        told += [repr(upstream.statistics()), repr(rig.pool.statistics())]
        assert not any(canary in text for text in told for canary in (SECRET, VALUE, BODY))

        call = next(connector.read(Id(id=VALUE)))
        try:
            await rig.pool.exchange(call, source, rig.clock.now() + 0.2)
        except Failed as failed:
            printed = "".join(traceback.format_exception(failed)) + repr(failed)
            assert not any(canary in printed for canary in (SECRET, VALUE, BODY))

    with caplog.at_level(logging.DEBUG):
        play(BEHAVIOURS[name], scenario)

    assert not any(canary in caplog.text for canary in (SECRET, VALUE, BODY))


def _fields(source: Any) -> dict[str, Any]:
    return {name: getattr(source, name) for name in source.__dataclass_fields__}


def _without_reading(outcome: Outcome) -> Any:
    """The outcome but for the value, which is what it is for."""
    return (outcome.status, outcome.reason, outcome.cause, outcome.retry_after)
