"""Each viewer gets their own balance and never another's, through cache, flight and batch, however opens interleave."""

import asyncio
from asyncio import Future
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import Query, Scope, Transient
from gateway.ask import Ask, Errand
from gateway.outcome import TIMED_OUT
from stand_in import Figure, Of, Script, ask_of, source
from virtual_time import Rig, in_virtual_time, wait


@dataclass(frozen=True)
class Visit:
    """One ask: whose, when, for which account, and how the source behaves to the call that it may lead to."""

    who: str
    at: float
    account: str
    latency: float
    fails: bool
    leaves: float | None


VISITS = st.lists(
    st.builds(
        Visit,
        who=st.sampled_from(["ann", "bob"]),
        at=st.sampled_from([0.0, 0.0, 0.01, 0.02, 0.05, 0.15, 0.3, 1.0, 3.0]),
        account=st.sampled_from(["points", "miles"]),
        latency=st.sampled_from([0.0, 0.01, 0.05, 0.2, 3600.0]),
        fails=st.booleans(),
        leaves=st.sampled_from([None, None, 0.0, 0.01, 0.1]),
    ),
    min_size=2,
    max_size=12,
)


class Bank:
    """A source of two viewers whose queries are equal: whose call it is it knows from the very query object.

    So does a vendor by its credentials. Were anything shared by the query alone, the owner would be the wrong one.
    """

    def __init__(self, batch: int, window: float) -> None:
        self.of = source("bank", Of, scope=Scope.VIEWER, batch=batch, ttl=0.1, stale=2.0)
        self.rig = Rig(self.says, window=window)
        self.asks: dict[int, tuple[Ask, Visit]] = {}

    def says(self, errand: Errand, query: Query) -> Script:
        """Bring the balance of whose query this is."""
        assert len({self.asks[id(one)][1].who for one in errand.queries}) == 1
        visit = self.asks[id(query)][1]
        balance = Figure(owner=visit.who, label=visit.account)
        return Script(latency=visit.latency, brings=Transient("down") if visit.fails else balance)

    def ask(self, visit: Visit) -> Ask:
        """An ask with a query object of its own."""
        ask = ask_of(self.of, Of(of=visit.account), self.rig.clock, viewer=visit.who)
        self.asks[id(ask.query)] = (ask, visit)
        return ask

    async def visited(self, visit: Visit, *, careless: bool) -> None:
        """Ask as an open does, and check whose answer it is; a careless gateway leaves the viewer out of the key."""
        await wait(visit.at)
        ask = self.ask(visit)
        if careless:
            ask.key = (ask.key[0], None, ask.query)
        answer = self.rig.stack.cache.start(ask)
        if isinstance(answer, Future):
            done, _ = await asyncio.wait({answer}, timeout=0.395 if visit.leaves is None else visit.leaves)
            answer, waiting = answer.result() if done else TIMED_OUT, answer
            waiting.cancel()
        outcome = self.rig.stack.cache.settle(ask, answer)
        if outcome.reading is not None:
            assert outcome.reading.document["owner"] == visit.who
            assert outcome.reading.document["label"] == visit.account


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(visits=VISITS, batch=st.sampled_from([1, 2, 100]), window=st.sampled_from([0.0, 0.002]))
@in_virtual_time
async def test_nobody_is_ever_told_anothers_balance(visits: list[Visit], batch: int, window: float) -> None:
    """Of any two viewers with equal queries, whatever fails, hangs or leaves, each value is of its own viewer."""
    bank = Bank(batch, window)

    await asyncio.gather(*(bank.visited(visit, careless=False) for visit in visits))

    await wait(5.0)
    assert bank.rig.leftovers() == {}


SIDE_BY_SIDE = [Visit(who, 0.0, "points", 0.05, False, None) for who in ("ann", "bob")]
ONE_AFTER_THE_OTHER = [Visit(who, at, "points", 0.0, False, None) for who, at in (("ann", 0.0), ("bob", 0.05))]
STALE = [*ONE_AFTER_THE_OTHER[:1], Visit("bob", 1.0, "points", 0.0, True, None)]


@pytest.mark.parametrize("visits", [SIDE_BY_SIDE, ONE_AFTER_THE_OTHER, STALE], ids=["flight", "cache", "stale"])
@in_virtual_time
async def test_a_key_without_the_viewer_would_be_found_out(visits: list[Visit]) -> None:
    """The same check fails in flight, in the cache and on a stale value once the viewer is left out of the key."""
    bank = Bank(1, 0.0)

    told = await asyncio.gather(*(bank.visited(visit, careless=True) for visit in visits), return_exceptions=True)

    assert any(isinstance(one, AssertionError) for one in told)
