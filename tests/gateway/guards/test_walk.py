"""The walk of the gates: in order, each permit left exactly once, whatever happens to the errand."""

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

import pytest

from gateway.ask import Errand
from gateway.clock import Clock
from gateway.guards import ErrandStep, Gate, Permit, Refusal
from gateway.guards.walk import Walk
from gateway.latency import Latencies
from gateway.outcome import Done, Reason, Status, Verdict, default
from stand_in import HANGS, Of, Says, Script, ask_of, source
from virtual_time import Rig, in_virtual_time, settle, wait

QUOTES = source("quotes", Of, batch=100, ttl=10.0, stale=600.0)
DONE = Done((default(Reason.ABSENT),), Verdict.GOOD)


class Turnstile:
    """A gate that counts, and refuses while `refuses` is set."""

    def __init__(self, name: str, log: list[str], refuses: Reason | None = None) -> None:
        self.name = name
        self.log = log
        self.refuses = refuses
        self.inside = 0
        self.verdicts: list[Verdict] = []

    def enter(self, errand: Errand) -> Permit | Refusal:
        """Count in."""
        self.log.append(f"enter {self.name}")
        if self.refuses is not None:
            return Refusal(self.refuses)
        self.inside += 1
        return _Turn(self)


class _Turn:
    def __init__(self, gate: Turnstile) -> None:
        self.gate = gate

    def leave(self, done: Done) -> None:
        """Count out."""
        self.gate.log.append(f"leave {self.gate.name}")
        self.gate.inside -= 1
        self.gate.verdicts.append(done.verdict)


def turnstiles(*refusals: Reason | None) -> tuple[list[Turnstile], list[str]]:
    """Gates a, b, c… and what they tell; each refuses for its reason, or lets in."""
    log: list[str] = []
    return [Turnstile(name, log, reason) for name, reason in zip("abc", refusals, strict=False)], log


def errand_of(count: int = 1) -> Errand:
    """An errand of so many queries."""
    return Errand(QUOTES, tuple(Of(of=f"q{number}") for number in range(count)), 0.0, 1.0, 1.0)


def guarded(gates: Sequence[Gate], upstream: ErrandStep) -> Walk:
    """The walk of these gates, on the running loop."""
    clock = Clock(asyncio.get_running_loop().time)
    return Walk(gates, upstream, clock, Latencies(clock))


def walled(gates: Sequence[Gate], says: Says) -> Rig:
    """A gateway with these gates in the place of its own."""
    rig = Rig(says)
    rig.stack.walk._gates = tuple(gates)
    return rig


@in_virtual_time
async def test_gates_are_entered_in_order_and_left_in_reverse() -> None:
    """The first gate of the list is the outermost, and each is left with the verdict of the errand."""
    gates, log = turnstiles(None, None, None)

    async def upstream(errand: Errand) -> Done:
        log.append("upstream")
        return DONE

    assert await guarded(gates, upstream)(errand_of()) is DONE
    assert log == ["enter a", "enter b", "enter c", "upstream", "leave c", "leave b", "leave a"]
    assert [gate.verdicts for gate in gates] == [[Verdict.GOOD]] * 3


@pytest.mark.parametrize("place", [0, 1, 2])
@in_virtual_time
async def test_a_refusal_gives_back_what_stood_before_it(place: int) -> None:
    """Refused at any gate nothing is sent, each query has the gate's reason, and the gates before are left neutral."""
    gates, log = turnstiles(*(Reason.BREAKER if number == place else None for number in range(3)))

    async def upstream(errand: Errand) -> Done:
        raise AssertionError("nothing may be sent")

    done = await guarded(gates, upstream)(errand_of(3))

    assert [(one.status, one.reason) for one in done.outcomes] == [(Status.DEFAULT, Reason.BREAKER)] * 3
    assert done.verdict is Verdict.NEUTRAL
    assert [gate.verdicts for gate in gates] == [[Verdict.NEUTRAL]] * place + [[]] * (3 - place)
    assert [gate.inside for gate in gates] == [0, 0, 0]
    assert len([line for line in log if line.startswith("enter")]) == place + 1


@pytest.mark.parametrize("verdict", list(Verdict))
@in_virtual_time
async def test_a_permit_gets_the_verdict_of_its_errand_once(verdict: Verdict) -> None:
    """Good, bad or neutral: each gate hears it exactly once an errand, however many queries that carried."""
    gates, _ = turnstiles(None, None)

    async def upstream(errand: Errand) -> Done:
        return Done(DONE.outcomes * len(errand.queries), verdict)

    await guarded(gates, upstream)(errand_of(5))

    assert [gate.verdicts for gate in gates] == [[verdict], [verdict]]


@pytest.mark.parametrize("error", [RuntimeError("a bug"), asyncio.CancelledError()])
@in_virtual_time
async def test_an_errand_that_breaks_leaves_its_permits_neutral(error: BaseException) -> None:
    """Whatever an errand raises gets out, and says nothing of the source."""
    gates, _ = turnstiles(None, None)

    async def upstream(errand: Errand) -> Done:
        raise error

    with pytest.raises(type(error)):
        await guarded(gates, upstream)(errand_of())
    assert [(gate.inside, gate.verdicts) for gate in gates] == [(0, [Verdict.NEUTRAL])] * 2


@in_virtual_time
async def test_a_gate_that_breaks_keeps_no_permit_of_those_before_it() -> None:
    """A bug in a gate costs the errand, and not a slot of another gate for ever."""
    gates, log = turnstiles(None)

    class Broken:
        def enter(self, errand: Errand) -> Permit | Refusal:
            raise RuntimeError("a bug")

    async def upstream(errand: Errand) -> Done:
        return DONE

    walls: list[Gate] = [*gates, Broken()]
    with pytest.raises(RuntimeError, match="a bug"):
        await guarded(walls, upstream)(errand_of())
    assert log == ["enter a", "leave a"]


@pytest.mark.parametrize("steps", range(5))
@in_virtual_time
async def test_a_cancel_at_any_await_leaves_no_permit_out(steps: int) -> None:
    """Cancelled at any point of its way, an errand has left each gate exactly once."""
    gates, _ = turnstiles(None, None)

    async def upstream(errand: Errand) -> Done:
        for _ in range(3):
            await asyncio.sleep(0)
        return DONE

    task = asyncio.ensure_future(guarded(gates, upstream)(errand_of()))
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await settle()

    assert task.done()
    assert [gate.inside for gate in gates] == [0, 0]
    assert all(len(gate.verdicts) <= 1 for gate in gates)


@in_virtual_time
async def test_a_batch_takes_one_permit() -> None:
    """However many asks and viewers an errand serves, it passes each gate once."""
    gates, _ = turnstiles(None)
    rig = walled(gates, lambda errand, query: Script())
    answers: list[Any] = [rig.stack.cache.start(ask_of(QUOTES, Of(of=f"q{n % 40}"), rig.clock)) for n in range(80)]

    await asyncio.gather(*answers)

    assert [gate.verdicts for gate in gates] == [[Verdict.GOOD]]


@pytest.mark.parametrize("reason", [Reason.QUOTA, Reason.BREAKER, Reason.BULKHEAD])
@in_virtual_time
async def test_a_refusal_becomes_a_stale_value_or_a_default(reason: Reason) -> None:
    """What a gate refuses the cache answers: stale where there is a value within its ceiling, else by default."""
    gates, _ = turnstiles(None)
    rig = walled(gates, lambda errand, query: Script())
    first: Any = rig.stack.cache.start(ask_of(QUOTES, Of(of="known"), rig.clock))
    await first
    await wait(30.0)
    gates[0].refuses = reason
    words = []
    for name in ("known", "unknown"):
        ask = ask_of(QUOTES, Of(of=name), rig.clock)
        answer: Any = rig.stack.cache.start(ask)
        word = rig.stack.cache.settle(ask, await answer)
        words.append((word.status, word.reason))

    assert words == [(Status.STALE, reason), (Status.DEFAULT, reason)]
    assert len(rig.stand_in.errands) == 1


@in_virtual_time
async def test_permits_come_back_after_every_kind_of_end() -> None:
    """Answered, refused, timed out, left in mid-flight, swallowing its cancel: no gate holds a permit in the end."""
    gates, _ = turnstiles(None, None)
    kinds = itertools.cycle(
        [Script(), HANGS, Script(latency=3600.0, stubborn=2.0), Script(brings=RuntimeError("a bug"))]
    )
    rig = walled(gates, lambda errand, query: next(kinds))
    sky = source("sky", Of, ttl=0.0, stale=0.0)
    answers: list[Any] = [rig.stack.cache.start(ask_of(sky, Of(of=f"q{number}"), rig.clock)) for number in range(100)]
    await wait(0.05)
    for answer in answers[::3]:
        answer.cancel()
    await wait(5.0)

    assert [gate.inside for gate in gates] == [0, 0]
    assert [len(gate.verdicts) for gate in gates] == [100, 100]
    assert rig.leftovers() == {}
