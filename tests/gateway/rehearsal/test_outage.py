"""An upstream with sources down, and one that asks each source only once."""

import asyncio

from connectors import Query
from gateway.ask import Errand
from gateway.clock import Clock
from gateway.outcome import Done, Reason, Verdict, default
from gateway.rehearsal.outage import PATIENCE, Memory, Outage
from stand_in import Place, source
from virtual_time import in_virtual_time, wait

SKY, SEA = source("sky", Place), source("sea", Place)
GOOD = Done((default(Reason.ABSENT),), Verdict.GOOD)
BAD = Done((default(Reason.ERROR),), Verdict.BAD)
LONDON, PARIS = Place(lat=51.51, lon=-0.13), Place(lat=48.86, lon=2.35)


class Slow:
    """An upstream that takes a second, and whose first answers are those given."""

    def __init__(self, *answers: Done) -> None:
        self.answers = list(answers)
        self.errands: list[Errand] = []

    async def __call__(self, errand: Errand) -> Done:
        """The next answer."""
        self.errands.append(errand)
        await wait(1.0)
        return self.answers.pop(0) if self.answers else GOOD


def clock() -> Clock:
    """The clock of the running loop."""
    return Clock(asyncio.get_running_loop().time, lambda: 0.0)


def errand(of=SKY, *queries: Query) -> Errand:
    """One with a tenth of a second."""
    now = asyncio.get_running_loop().time()
    return Errand(of, queries or (LONDON,), now, 0.1, now + 0.1)


@in_virtual_time
async def test_a_source_that_is_down_fails_each_query_and_is_not_asked() -> None:
    """One failure a query, told as the source's own; the others are asked as ever."""
    upstream = Slow()
    outage = Outage(upstream, frozenset({"sky"}))

    down, up = await outage(errand(SKY, LONDON, PARIS)), await outage(errand(SEA))

    assert [(one.status.value, one.reason) for one in down.outcomes] == [("default", Reason.ERROR)] * 2
    assert (down.verdict, down.may_retry, up) == (Verdict.BAD, False, GOOD)
    assert [one.source for one in upstream.errands] == [SEA]


@in_virtual_time
async def test_who_was_asked_once_is_not_asked_again() -> None:
    """The same errand has the same answer; another query, or another source, is asked by itself."""
    upstream = Slow()
    memory = Memory(upstream, clock())

    for one in (errand(), errand(), errand(SKY, PARIS), errand(SEA)):
        assert await memory(one) is GOOD

    asked = [(one.source, one.queries) for one in upstream.errands]
    assert asked == [(SKY, (LONDON,)), (SKY, (PARIS,)), (SEA, (LONDON,))]


@in_virtual_time
async def test_an_open_that_cannot_wait_does_not_call_off_the_asking() -> None:
    """The source has its own patience: the open leaves, and the next one finds the answer."""
    upstream = Slow()
    memory = Memory(upstream, clock())
    leaving = asyncio.ensure_future(memory(errand()))
    await wait(0.1)
    leaving.cancel()

    settled = [await memory.settle(), await memory.settle()]

    assert settled == [False, True]
    assert await memory(errand()) is GOOD
    assert [one.until - one.began for one in upstream.errands] == [PATIENCE]


@in_virtual_time
async def test_what_failed_is_asked_anew() -> None:
    """A failure of the first round is forgotten; once nothing fails and nothing is new, all is settled."""
    upstream = Slow(BAD)
    memory = Memory(upstream, clock())

    rounds = []
    for _ in range(3):
        await memory(errand())
        rounds.append(await memory.settle())

    assert rounds == [False, False, True]
    assert len(upstream.errands) == 2


@in_virtual_time
async def test_an_upstream_that_raises_counts_as_failed() -> None:
    """A bug of ours is not remembered as an answer."""

    async def broken(_: Errand) -> Done:
        raise RuntimeError("a bug")

    memory = Memory(broken, clock())
    raised = await asyncio.gather(memory(errand()), return_exceptions=True)

    assert [type(one) for one in raised] == [RuntimeError]
    assert await memory.settle() is False
    assert await memory.settle() is True
