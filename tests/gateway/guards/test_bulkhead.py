"""The bulkhead: so many out at once and no queue; a permit comes back once, whatever ended its errand."""

from dataclasses import replace
from typing import Any

import pytest

from gate_bench import BAD, GOOD, NEUTRAL, NOT_SENT, OTHER, PLAIN, Hand, let_in, places, refused
from gateway.guards import Refusal
from gateway.guards.bulkhead import Bulkhead
from gateway.laws import BulkheadLaw
from gateway.outcome import Done, Reason
from stand_in import HANGS, Of, Script, ask_of, source
from vendor import Vendor, failing
from virtual_time import PLAIN as NO_GUARDS
from virtual_time import Rig, in_virtual_time, settle, wait

SKY = source("sky", Of, ttl=0.0, stale=0.0, timeout=0.3)


def test_the_65th_caller_is_refused_on_the_spot() -> None:
    """64 are let in at once, the next is refused with the reason of the payload, and nobody waits."""
    hand, bulkhead = Hand(), Bulkhead(BulkheadLaw())
    for _ in range(64):
        let_in(bulkhead, hand.errand())

    assert bulkhead.enter(hand.errand()) == Refusal(Reason.BULKHEAD, "bulkhead_full")
    assert bulkhead.statistics() == {"plain": 64}


@pytest.mark.parametrize("done", [GOOD, BAD, NEUTRAL, NOT_SENT])
def test_a_permit_makes_room_for_one(done: Done) -> None:
    """However an errand ended, one more is let in for it, and not two."""
    hand, bulkhead = Hand(), Bulkhead(BulkheadLaw(in_flight=3))
    permits = [let_in(bulkhead, hand.errand()) for _ in range(3)]

    permits[1].leave(done)

    assert [refused(bulkhead, hand.errand()) for _ in range(2)] == [None, "bulkhead_full"]


def test_a_source_may_have_a_bound_of_its_own() -> None:
    """A bound in the source's policy takes the place of the gateway's, whether it is more or less."""
    hand, bulkhead = Hand(), Bulkhead(BulkheadLaw(in_flight=4))
    narrow, wide = replace(PLAIN, in_flight=2), replace(OTHER, in_flight=6)

    assert [refused(bulkhead, hand.errand(narrow)) for _ in range(3)] == [None] * 2 + ["bulkhead_full"]
    assert [refused(bulkhead, hand.errand(wide)) for _ in range(7)] == [None] * 6 + ["bulkhead_full"]


def test_all_sources_together_have_a_bound() -> None:
    """The gateway's own bound holds though no source has reached its own."""
    hand, bulkhead = Hand(), Bulkhead(BulkheadLaw(in_flight=3, gateway_wide=4))
    permits = [let_in(bulkhead, hand.errand(of)) for of in (PLAIN, PLAIN, OTHER, OTHER)]

    assert refused(bulkhead, hand.errand(OTHER)) == "bulkhead_full"
    permits[0].leave(GOOD)
    assert refused(bulkhead, hand.errand(OTHER)) is None


@pytest.mark.parametrize(("own", "share"), [(None, 0.5), (4, 0.5), (2, 1.0), (8, 0.25)])
def test_how_full_it_is_is_told_by_the_sources_own_bound(own: int | None, share: float) -> None:
    """Two out of the four, two or eight that this source may have."""
    hand, bulkhead = Hand(), Bulkhead(BulkheadLaw(in_flight=4))
    for _ in range(2):
        let_in(bulkhead, hand.errand(replace(PLAIN, in_flight=own)))

    assert bulkhead.share("plain") == share
    assert bulkhead.share("other") == pytest.approx(2 / 1024)


def test_how_full_it_is_counts_the_whole_gateway() -> None:
    """A source that has nothing out has little room where others fill the gateway."""
    hand, bulkhead = Hand(), Bulkhead(BulkheadLaw(in_flight=4, gateway_wide=4))
    for _ in range(3):
        let_in(bulkhead, hand.errand(OTHER))

    assert bulkhead.share("plain") == 0.75


ENDS = {
    "answered": Script(),
    "failed": Script(brings=failing("502")),
    "absent": Script(brings=failing("404")),
    "out of time": HANGS,
    "broken": Script(brings=RuntimeError("a bug")),
}


@pytest.mark.parametrize("end", ENDS)
@in_virtual_time
async def test_after_every_end_there_is_room_again(end: str) -> None:
    """Three are out, a fourth is refused; once they have ended, in whatever way, three are let in again."""
    laws = replace(NO_GUARDS, bulkhead=BulkheadLaw(in_flight=3))
    rig = Rig(lambda errand, query: ENDS[end], laws=laws, stand_in=Vendor)
    for turn in range(3):
        asks = [ask_of(SKY, Of(of=f"q{turn}-{number}"), rig.clock) for number in range(4)]
        answers: list[Any] = [rig.stack.cache.start(ask) for ask in asks]
        await settle()
        assert (rig.stand_in.out, places(rig.stack.bulkhead)) == (3, {"sky": 3})
        assert (await answers[3]).reason is Reason.BULKHEAD
        await wait(0.5)
        assert (rig.stand_in.out, places(rig.stack.bulkhead)) == (0, {})


@pytest.mark.parametrize("stubborn", [0.0, 0.7])
@in_virtual_time
async def test_a_cancelled_call_keeps_its_place_until_it_has_ended(stubborn: float) -> None:
    """Who leaves gives the place back at the call's end: at once, or when one that ignores its cancellation is over."""
    script = Script(latency=3600.0, stubborn=stubborn, deaf=True)
    laws = replace(NO_GUARDS, bulkhead=BulkheadLaw(in_flight=1))
    rig = Rig(lambda errand, query: script, laws=laws, stand_in=Vendor)
    first: Any = rig.stack.cache.start(ask_of(SKY, Of(of="a"), rig.clock))
    await settle()
    first.cancel()
    await settle()

    assert places(rig.stack.bulkhead) == ({"sky": 1} if stubborn else {})
    await wait(stubborn + 0.001)
    assert (places(rig.stack.bulkhead), rig.stand_in.out) == ({}, 0)
