"""Positive controls: the measures that find nothing wrong with the pool and the breaker do find it where it is.

A zero is worth as much as the proof that it can be another number. So the same measure is taken of the gateway's own
part and of a plain one that lacks just the guard in question.
"""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from connectors import Call
from gate_bench import BAD, PLAIN, Hand
from gateway.guards import Gate, Permit, Refusal
from gateway.guards.breaker import Breaker, BreakerLaw
from gateway.outcome import Done, Reason, Verdict
from raw_upstream import Asked, reply, rig

Ask = Callable[[str], Awaitable[str]]
VIEWERS = 20
CROWD = 20


async def says_one_too_many(asked: Asked) -> None:
    """Answers, and a moment later once more with what belongs to nobody."""
    await asked.send(reply(f"own-{asked.id}".encode()))
    await asyncio.sleep(0.005)
    await asked.send(reply(f"stray-of-{asked.id}".encode()))


async def crossed(ask: Ask) -> int:
    """How many of the viewers, one after the other, were given what was not their own."""
    wrong = 0
    for number in range(VIEWERS):
        wrong += await ask(f"viewer{number}") != f"own-viewer{number}"
        await asyncio.sleep(0.02)
    return wrong


@pytest.mark.asyncio
async def test_no_answer_is_crossed_in_the_pool() -> None:
    """An answer too many on an idle connection is nobody's: each of the viewers has their own."""
    async with rig(says_one_too_many) as made:

        async def ask(viewer: str) -> str:
            return (await made.ask(Call("GET", "/v1/thing", params={"id": viewer}))).text

        assert await crossed(ask) == 0


@pytest.mark.asyncio
async def test_the_measure_finds_crossed_answers_without_the_guard() -> None:
    """The control: on a bare client's connections viewers are given the answer to somebody else."""
    async with rig(says_one_too_many) as made, aiohttp.ClientSession() as bare:

        async def ask(viewer: str) -> str:
            async with bare.get(f"http://127.0.0.1:{made.upstream.port}/v1/thing", params={"id": viewer}) as heard:
                return await heard.text()

        assert await crossed(ask) > 0


class NaiveBreaker:
    """What most libraries do: once the wait is over, whoever comes is let through until the first verdict is in."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._bad = 0
        self._until: float | None = None

    def enter(self, errand: object) -> "Permit | Refusal":
        """Let in, unless it is open and the wait is not over."""
        is_open = self._until is not None and self._hand.now < self._until
        return Refusal(Reason.BREAKER, "breaker_open") if is_open else self

    def leave(self, done: Done) -> None:
        """Count."""
        self._bad = self._bad + 1 if done.verdict is Verdict.BAD else 0
        self._until = self._hand.now + 5.0 if self._bad >= 8 else None


def sent_at_once(gate: Gate, hand: Hand) -> int:
    """How many of a crowd are sent to a source that has just had its time to recover, before any is back."""
    for _ in range(8):
        permit = gate.enter(hand.errand(PLAIN))
        assert not isinstance(permit, Refusal)
        permit.leave(BAD)
    assert isinstance(gate.enter(hand.errand(PLAIN)), Refusal)
    hand.later(6.1)
    answers = [gate.enter(hand.errand(PLAIN)) for _ in range(CROWD)]
    return sum(answer.probe is not None if isinstance(answer, Refusal) else True for answer in answers)


def test_one_probe_at_a_time_leaves_the_breaker() -> None:
    """Of a crowd at the end of the wait one is sent, behind an answer."""
    hand = Hand()

    assert sent_at_once(Breaker(BreakerLaw(), hand.clock, lambda: 0.5), hand) == 1


def test_the_measure_finds_a_stampede_without_leases() -> None:
    """The control: a breaker without leases sends the whole crowd."""
    hand = Hand()

    assert sent_at_once(NaiveBreaker(hand), hand) == CROWD
