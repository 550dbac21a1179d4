"""Positive controls: the measures that find nothing wrong with the pool and the breaker do find it where it is.

A zero is worth as much as the proof that it can be another number. So the same measure is taken of the gateway's own
part and of a plain one that lacks just the guard in question.
"""

from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from connectors import Call
from gate_bench import BAD, PLAIN, Hand
from gateway.guards import Gate, Permit, Refusal
from gateway.guards.breaker import Breaker
from gateway.laws import BreakerLaw
from gateway.outcome import Done, Reason, Verdict
from raw_upstream import Asked, comes_true, reply, rig, turns

Ask = Callable[[str], Awaitable[str]]
VIEWERS = 20
CROWD = 20


class OneTooMany:
    """Answers, and a moment later once more with what belongs to nobody; `strays` counts those."""

    def __init__(self) -> None:
        self.strays = 0

    async def __call__(self, asked: Asked) -> None:
        """Behave so."""
        await asked.send(reply(f"own-{asked.id}".encode()))
        await turns()
        try:
            await asked.send(reply(f"stray-of-{asked.id}".encode()))
        finally:
            self.strays += 1


async def crossed(ask: Ask, vendor: OneTooMany) -> int:
    """How many of the viewers, one after the other and each after the last one's stray, were given another's."""
    wrong = 0
    for number in range(VIEWERS):
        wrong += await ask(f"viewer{number}") != f"own-viewer{number}"
        assert await comes_true(lambda due=number + 1: vendor.strays >= due)
        await turns()
    return wrong


@pytest.mark.asyncio
async def test_no_answer_is_crossed_in_the_pool() -> None:
    """An answer too many on an idle connection is nobody's: each of the viewers has their own."""
    vendor = OneTooMany()
    async with rig(vendor) as made:

        async def ask(viewer: str) -> str:
            return (await made.ask(Call("GET", "/v1/thing", params={"id": viewer}))).text

        assert await crossed(ask, vendor) == 0


@pytest.mark.asyncio
async def test_the_measure_finds_crossed_answers_without_the_guard() -> None:
    """The control: on a bare client's connections viewers are given the answer to somebody else."""
    vendor = OneTooMany()
    async with rig(vendor) as made, aiohttp.ClientSession() as bare:

        async def ask(viewer: str) -> str:
            async with bare.get(f"http://127.0.0.1:{made.upstream.port}/v1/thing", params={"id": viewer}) as heard:
                return await heard.text()

        assert await crossed(ask, vendor) > 0


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
