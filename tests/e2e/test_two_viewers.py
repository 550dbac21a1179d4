"""Viewers at the same instant, alike in all but who they are: each sees their own, through a hundred thousand opens.

The source knows whose call it is from the very query object, as a vendor does from a credential, so that two viewers'
queries are equal in all that is asked. Whatever were shared by the query alone would show.
"""

import asyncio
import random
from typing import Any

import orjson
import pytest
from multidict import CIMultiDict

from connectors import Query, Scope
from gateway.admission import Level
from gateway.ask import Ask, Errand
from gateway.flow import plan
from gateway.flow.request import Arrival
from gateway.laws import BreakerLaw, BulkheadLaw, Laws, NegativeLaw
from gateway.moment import answer
from morning import ticket
from stand_in import Figure, Of, Script, source
from vendor import Vendor, failing
from virtual_time import Rig, in_virtual_time, wait

TEMPLATE = """
template: morning
version: 3
budget: 400ms
signals:
  points: {connector: points, with: {of: context.product}}
  accounts: {connector: accounts, each: context.accounts}
  wealth: {derive: total, with: {quotes: signals.accounts}}
data:
  points: {from: points.value, type: number, nullable: true, default: null}
  owner: {from: points.owner, type: string, nullable: true, default: null}
  wealth: {from: wealth.value, type: number, nullable: true, default: null}
"""
SOURCES = (
    source("points", Of, scope=Scope.VIEWER, ttl=0.1, stale=5.0),
    source("accounts", Of, scope=Scope.VIEWER, ttl=0.2, stale=5.0, batch=100),
)
LAWS = Laws(
    breaker=BreakerLaw(min_calls=10**9, in_a_row=10**9),
    bulkhead=BulkheadLaw(200, 1000),
    negatives=NegativeLaw(failure_least=0.02, failure_most=0.05),
)
ACCOUNTS = ("one", "two")
# No two sums of balances of different viewers are equal.
BALANCES = {f"viewer-{number}": 3.0**number for number in range(24)}
LATENCIES = (0.0, 0.0, 0.0, 0.005, 0.02, 0.08, 0.35, 0.5)
PAUSES = (0.0, 0.0, 0.001, 0.02, 0.06, 0.4, 0.7)


class Bank:
    """A gateway, sources that tell each viewer's own balance, and all that was ever shown to somebody else."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.rig = Rig(self.says, SOURCES, TEMPLATE, laws=LAWS, stand_in=Vendor)
        self.owners: dict[int, str] = {}
        self.shown: dict[str, int] = {}
        self.wrong: list[tuple[str, Any]] = []
        self.bodies = {(viewer, some): self._body(viewer, some) for viewer in BALANCES for some in (ACCOUNTS, ())}

    @staticmethod
    def _body(viewer: str, accounts: tuple[str, ...]) -> bytes:
        context = {"product": "p1", "accounts": accounts}
        return orjson.dumps({"template": "morning", "ticket": ticket(viewer), "context": context})

    def made(self, careless: bool, **members: Any) -> Ask:
        """Note whose query an ask of the plan carries; a careless gateway leaves the viewer out of the key."""
        space, viewer, query = members["key"]
        if viewer is not None:
            self.owners[id(query)] = viewer
        return Ask(**{**members, "key": (space, None if careless else viewer, query)})

    def says(self, errand: Errand, query: Query) -> Script:
        """Tell the balance of whose query this is, now or later, or fail."""
        latency = self.chance.choice(LATENCIES)
        if self.chance.random() < 0.1:
            return Script(latency, failing(self.chance.choice(("500", "503", "404", "not_json"))))
        owner = self.owners[id(query)]
        return Script(latency, Figure(value=BALANCES[owner], owner=owner))

    async def visited(self, viewer: str) -> None:
        """Open, and look whose balances are shown."""
        accounts = ACCOUNTS if self.chance.random() < 0.25 else ()
        arrival = Arrival(self.bodies[viewer, accounts], CIMultiDict(), self.rig.clock.now())
        answered = await answer(arrival, self.rig.gateway, Level.NORMAL)
        answered.collected.release()
        data, own = answered.payload.data, BALANCES[viewer]
        allowed = {"points": own, "owner": viewer, "wealth": own * len(accounts)}
        if any(data[name] not in (None, value) for name, value in allowed.items()):
            self.wrong.append((viewer, data))
        for name, result in answered.payload.results.items():
            told = f"{name} {result.status}"
            self.shown[told] = self.shown.get(told, 0) + 1

    async def open_many(self, opens: int, viewers: int, at_once: int) -> None:
        """So many opens of random viewers, many at each instant; one in fifty leaves before the answer."""
        among, loop = list(BALANCES)[:viewers], asyncio.get_running_loop()
        out: set[asyncio.Task[None]] = set()
        for _ in range(opens // at_once):
            for _ in range(at_once):
                task = loop.create_task(self.visited(self.chance.choice(among)))
                out.add(task)
                task.add_done_callback(out.discard)
                if self.chance.random() < 0.02:
                    loop.call_later(0.01, task.cancel)
            await wait(self.chance.choice(PAUSES))
        await wait(5.0)
        assert not out
        assert self.rig.leftovers() == {}
        assert not any(self.rig.stack.bulkhead.statistics().values())


async def played(monkeypatch: pytest.MonkeyPatch, opens: int, viewers: int, careless: bool = False) -> Bank:
    """A bank after so many opens."""
    bank = Bank(seed=opens + viewers)
    monkeypatch.setattr(plan, "Ask", lambda **members: bank.made(careless, **members))
    await bank.open_many(opens, viewers, at_once=100)
    return bank


@pytest.mark.parametrize(("viewers", "opens"), [(2, 40_000), (24, 60_000)])
@in_virtual_time
async def test_each_sees_only_their_own(monkeypatch: pytest.MonkeyPatch, viewers: int, opens: int) -> None:
    """Through calls that are shared, kept, batched, late or failing, no open ever shows another viewer's balance."""
    bank = await played(monkeypatch, opens, viewers)
    stack = bank.rig.stack

    assert bank.wrong == []
    assert sum(bank.shown[f"points {status}"] for status in ("live", "fresh", "stale")) > opens / 3
    for told in ("points live", "points fresh", "points stale", "points default", "accounts fresh", "accounts default"):
        assert bank.shown[told] > opens / 1000, told
    assert stack.flight.statistics().joined > opens / 10
    assert stack.flight.statistics().late > 50
    assert stack.batch.statistics().asks > stack.batch.statistics().errands


@pytest.mark.parametrize("viewers", [2, 24])
@in_virtual_time
async def test_a_key_without_the_viewer_is_found_out_at_once(monkeypatch: pytest.MonkeyPatch, viewers: int) -> None:
    """The control: with the viewer left out of the key the very first instant shows balances of others."""
    bank = await played(monkeypatch, 200, viewers, careless=True)

    assert len(bank.wrong) > 50
