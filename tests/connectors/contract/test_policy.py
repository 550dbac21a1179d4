"""A policy states who shares an answer, for how long and where; what contradicts itself is refused."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connectors import Policy, Scope, hours, minutes, ms, seconds

GOOD: dict[str, Any] = {
    "scope": Scope.SHARED,
    "timeout": ms(200),
    "ttl": seconds(30),
    "stale": minutes(5),
    "hosts": ("api.example.com",),
}


def test_a_duration_says_its_unit() -> None:
    """Each word makes the duration that it names."""
    made = [ms(300), seconds(15), minutes(15), hours(2)]

    assert [one.total_seconds() for one in made] == [0.3, 15, 900, 7200]


def test_what_is_not_said_has_a_careful_default() -> None:
    """No batch, a reused connection, no consent and a quarter of a megabyte."""
    made = Policy(**GOOD)

    assert (made.batch, made.reuse, made.consent, made.max_bytes) == (1, True, (), 262_144)


@pytest.mark.parametrize("name", ["scope", "timeout", "ttl", "stale", "hosts"])
def test_each_declaration_is_required(name: str) -> None:
    """Nobody gets a time, a scope or a host by leaving it out."""
    with pytest.raises(ValidationError, match=name):
        Policy(**{key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    "wrong",
    [
        {"timeout": ms(0)},
        {"timeout": ms(1001)},
        {"ttl": seconds(-1)},
        {"stale": seconds(29)},
        {"batch": 0},
        {"batch": 1001},
        {"max_bytes": 1},
        {"max_bytes": 2**30},
        {"scope": "everybody"},
        {"tl": seconds(1)},
    ],
)
def test_a_policy_out_of_bounds_is_refused(wrong: dict[str, Any]) -> None:
    """Times, counts and words have bounds, stale outlives fresh, and a misspelt word is an error."""
    with pytest.raises(ValidationError):
        Policy(**{**GOOD, **wrong})


@pytest.mark.parametrize("host", ["api.example.com", "localhost", "127.0.0.1", "*.myshopify.com", "a-b.example", "x"])
def test_a_host_is_a_literal_name_or_a_pattern_of_one_label(host: str) -> None:
    """A name in lower case, an address, or `*.` in front of a domain."""
    assert Policy(**{**GOOD, "hosts": (host,)}).hosts == (host,)


NOT_ONE_NAME = """
*  *.com  *.*.com  a.*.com  API.example.com  api.example.com.  -a.com  a..b  a_b.com  http://a.com  a.com/x  a.com:443
a@b.com  [::1]  é.com
"""


@pytest.mark.parametrize("host", [*NOT_ONE_NAME.split(), "", "a.com\n", " a.com", "a" * 64 + ".com"])
def test_a_host_that_could_be_more_than_one_is_refused(host: str) -> None:
    """No address, port, user or wide pattern passes for a host."""
    with pytest.raises(ValidationError, match="a host is"):
        Policy(**{**GOOD, "hosts": (host,)})


def test_hosts_are_a_tuple_of_names_and_not_a_name() -> None:
    """A forgotten comma is an error, not a host a letter; no host at all leaves it to the operator."""
    with pytest.raises(ValidationError):
        Policy(**{**GOOD, "hosts": "api.example.com"})

    assert Policy(**{**GOOD, "hosts": ()}).hosts == ()


def test_a_policy_cannot_be_changed() -> None:
    """An override makes another policy."""
    made = Policy(**GOOD)

    with pytest.raises(ValidationError):
        made.ttl = timedelta(0)
