"""Good tickets give a viewer for as long as they count; keeping a verdict changes no answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.tickets import Refused, TicketKey, Tickets, Viewer, verify
from gateway.tickets.keys import UsableKey
from ticket_forge import AUDIENCE, ISSUER, KEYS, LEEWAY, MAX_AGE, NOW, claims, good, signed


@dataclass
class Wall:
    """A system clock that is set by hand."""

    at: float = NOW

    def __call__(self) -> float:
        return self.at


def tickets(
    wall: Wall | None = None,
    keys: Sequence[TicketKey] = KEYS,
    audience: str = AUDIENCE,
    issuer: str | None = ISSUER,
    cache_size: int = 10,
) -> Tickets:
    """A verifier as configured in the tests, but for what is changed."""
    return Tickets(
        keys,
        audience=audience,
        issuer=issuer,
        leeway=LEEWAY,
        max_age=MAX_AGE,
        wall=wall or Wall(),
        cache_size=cache_size,
    )


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each ticket whose signature is checked, in order."""
    seen: list[str] = []
    check = verify.signed_payload

    def counted(ticket: str, keys: Mapping[str, UsableKey]) -> bytes | None:
        seen.append(ticket)
        return check(ticket, keys)

    monkeypatch.setattr(verify, "signed_payload", counted)
    return seen


@pytest.mark.parametrize("kid", ["hs", "es", "ed"])
def test_a_good_ticket_of_each_algorithm_gives_its_viewer(kid: str) -> None:
    """A good ticket gives the subject, the template asked for, and every claim, those nobody knows too."""
    stated = claims(loyalty_id="m-1", place={"lat": 51.5}, jti="once")

    assert tickets().verify(signed(stated, kid), "morning") == Viewer("viewer-1", "morning", stated)


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": ["gateway.other", AUDIENCE]},
        {"tpl": ["evening", "morning"]},
        {"sub": "x" * 256},
        {"sub": "é"},
        {"exp": NOW + MAX_AGE + LEEWAY},
        {"exp": int(NOW) - 29},
        {"exp": NOW + 0.5, "nbf": NOW + LEEWAY, "iat": NOW + LEEWAY},
    ],
    ids=str,
)
def test_the_edges_of_good_are_good(changed: dict[str, object]) -> None:
    """Lists, the longest subject and the last instants within the leeway are accepted."""
    assert isinstance(tickets().verify(good(**changed), "morning"), Viewer)


def test_an_issuer_counts_only_when_one_is_expected() -> None:
    """With no issuer configured, a ticket may name any or none."""
    verifier = tickets(issuer=None)
    answers = [verifier.verify(each, "morning") for each in (signed(claims("iss")), good(iss="https://other.test"))]

    assert [type(answer) for answer in answers] == [Viewer, Viewer]


def test_without_keys_every_ticket_is_refused() -> None:
    """A gateway with no key has no good tickets, and the absence of one is still told apart."""
    verifier = tickets(keys=(), audience="")

    assert verifier.verify(good(), "morning") == Refused("ticket_invalid")
    assert verifier.verify(None, "morning") == Refused("no_ticket")


def test_a_key_that_was_dropped_takes_its_verdicts_along() -> None:
    """A verifier built without a key refuses what the one before it had accepted and kept."""
    ticket = good("es")
    assert isinstance(tickets().verify(ticket, "morning"), Viewer)

    assert tickets(keys=KEYS[:1]).verify(ticket, "morning") == Refused("ticket_invalid")


@pytest.mark.parametrize(("audience", "cache_size"), [("", 10), (AUDIENCE, 0)])
def test_settings_that_would_protect_nothing_are_refused(audience: str, cache_size: int) -> None:
    """Keys without an audience, and a cache with no room, do not build."""
    with pytest.raises(ValueError, match=r"audience|cache"):
        tickets(audience=audience, cache_size=cache_size)


def test_a_kept_verdict_expires_by_the_wall_clock(checks: list[str]) -> None:
    """A ticket is checked once while it counts, and is expired from the instant its leeway has passed."""
    wall, ticket = Wall(), good(exp=NOW + 300)
    verifier = tickets(wall)
    answers = []
    for wall.at in (NOW, NOW + 1, NOW + 329.9):
        answers.append(verifier.verify(ticket, "morning"))

    assert [type(answer) for answer in answers] == [Viewer] * 3
    assert len(checks) == 1

    wall.at = NOW + 330
    assert verifier.verify(ticket, "morning") == Refused("ticket_expired")


def test_a_wall_clock_moved_back_asks_the_window_again(checks: list[str]) -> None:
    """A kept verdict does not count at an hour for which the ticket itself would be refused."""
    wall, ticket = Wall(), good(exp=NOW + 300)
    verifier = tickets(wall)
    assert isinstance(verifier.verify(ticket, "morning"), Viewer)
    wall.at = NOW - 3600

    assert verifier.verify(ticket, "morning") == Refused("ticket_invalid")
    assert len(checks) == 1


def test_a_verdict_goes_when_its_window_has_closed(checks: list[str]) -> None:
    """Once a ticket is over, the next one to come in takes it out: no claims are held for longer than they count."""
    wall, brief, long = Wall(), good(exp=NOW + 1), good(exp=NOW + 600)
    verifier = tickets(wall)
    for wall.at, ticket in ((NOW, brief), (NOW + 31, long), (NOW, brief)):
        verifier.verify(ticket, "morning")

    assert checks == [brief, long, brief]


def test_the_template_is_asked_at_every_call(checks: list[str]) -> None:
    """A verdict kept for one template does not open another."""
    verifier, ticket = tickets(), good(tpl=["morning", "noon"])
    answers = [verifier.verify(ticket, template) for template in ("morning", "noon", "evening", "morning")]

    assert [answer.template if isinstance(answer, Viewer) else answer.cause for answer in answers] == [
        "morning",
        "noon",
        "wrong_template",
        "morning",
    ]
    assert len(checks) == 1


def test_a_flood_of_bad_tickets_takes_no_room(checks: list[str]) -> None:
    """Refusals are not kept: with room for one verdict, a flood of bad tickets does not push out the good one."""
    verifier, ticket = tickets(cache_size=1), good()
    verifier.verify(ticket, "morning")
    flood = [f"{ticket[:-1]}{letter}" for letter in "BDFHJ"] + [good(exp=NOW - 40), good(nbf=NOW + 40)]
    refused = [verifier.verify(bad, "morning") for bad in flood]

    assert all(isinstance(answer, Refused) for answer in refused)
    assert isinstance(verifier.verify(ticket, "morning"), Viewer)
    assert checks == [ticket, *flood]


def test_the_cache_is_bounded(checks: list[str]) -> None:
    """Beyond its size the verdict least recently used goes, and is found again by another check."""
    verifier, first, second, third = tickets(cache_size=2), good(sub="1"), good(sub="2"), good(sub="3")
    for ticket in (first, second, first, third, first, second):
        verifier.verify(ticket, "morning")

    assert checks == [first, second, third, second]


TICKETS = [
    good(exp=NOW + 300, tpl=["morning", "noon"]),
    good(exp=NOW + 60, nbf=NOW - 60),
    good(exp=NOW + 2000, iat=NOW + 1000),
    good("es", exp=NOW, tpl="noon"),
]
INSTANTS = st.integers(-1500, 2500).map(lambda seconds: NOW + seconds)
CALLS = st.tuples(INSTANTS, st.sampled_from(TICKETS), st.sampled_from(["morning", "noon"]))


@given(st.lists(CALLS, max_size=12))
def test_keeping_verdicts_changes_no_answer(calls: list[tuple[float, str, str]]) -> None:
    """However the wall clock is moved, a verifier with a past answers as one without."""
    wall = Wall()
    old = tickets(wall, cache_size=2)
    for wall.at, ticket, template in calls:
        assert old.verify(ticket, template) == tickets(wall).verify(ticket, template)
