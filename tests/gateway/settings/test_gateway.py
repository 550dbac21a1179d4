"""`gateway.yaml`: its defaults, and what it refuses."""

from datetime import timedelta

import pytest

from gateway.budget import BudgetLaw
from gateway.errors import ConfigError
from gateway.settings import GatewaySettings, parse_document, validate

SECRET = "0123456789abcdef0123456789abcdef"


def settings(text: str) -> GatewaySettings:
    """The settings that a text states."""
    return validate(parse_document(text, "gateway.yaml", {}), GatewaySettings)


def faults(text: str) -> str:
    """The error that a text raises."""
    with pytest.raises(ConfigError) as caught:
        settings(text)
    return str(caught.value)


def test_an_empty_file_is_all_defaults() -> None:
    """With nothing set the gateway listens on 8080 for all and on 8081 for itself, and trusts no page and no ticket."""
    empty = settings("")

    assert (empty.public.host, empty.public.port, empty.public.origins) == ("0.0.0.0", 8080, ())
    assert (empty.admin.host, empty.admin.port) == ("127.0.0.1", 8081)
    assert (empty.tickets.audience, empty.tickets.keys) == ("moment-gateway", ())
    assert empty.upstream.allow_private == ()


def test_the_default_times_of_an_open_are_those_of_the_budget() -> None:
    """The numbers of the file and the numbers of the code are the same, and a change reaches the budget in seconds."""
    changed = settings("open: {budget: 300ms, reserve: {min: 8ms, factor: 2, max_fraction: 0.2}}")

    assert settings("").open.law() == BudgetLaw()
    assert changed.open.law() == BudgetLaw(default=0.3, reserve_least=0.008, reserve_factor=2.0, reserve_fraction=0.2)


def test_settings_are_fixed_and_comparable() -> None:
    """Settings cannot be changed once read, and equal files give equal settings."""
    assert settings("cache: {entries: 5}") == settings("cache: {entries: 5}")
    with pytest.raises(ValueError, match="frozen"):
        settings("").cache.entries = 3  # type: ignore[misc]


def test_settings_are_written_as_an_operator_writes_them() -> None:
    """Told back, durations and ranges are text, secrets are hidden, and the result loads again."""
    text = f"upstream: {{allow_private: [127.0.0.0/8]}}\ntickets: {{keys: [{{kid: a, alg: HS256, key: {SECRET}}}]}}"

    told = settings(text).model_dump(mode="json")

    assert told["open"]["budget"] == "400ms"
    assert told["upstream"]["allow_private"] == ["127.0.0.0/8"]
    assert told["tickets"]["keys"][0]["key"] == "**********"
    assert SECRET not in str(settings(text))
    assert GatewaySettings.model_validate(told | {"tickets": {}}).upstream == settings(text).upstream


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("publik: {}", "gateway.yaml:1:1: unknown key 'publik' (did you mean 'public'?)"),
        ("open: {budgt: 1s}", "open: unknown key 'budgt' (did you mean 'budget'?)"),
        ("open: {budget: 400}", "open.budget: a duration needs a unit"),
        ("open: {budget: 0ms}", "open.budget: should be longer than 0ms"),
        ("open: {budget: 5s}", "open: should be in order: min_budget, budget, max_budget"),
        ("open: {budget: 10ms}", "open: should be in order"),
        ("open: {reserve: {max_fraction: 1}}", "open.reserve.max_fraction: should be less than 1"),
        ("open: {reserve: {factor: .inf}}", "open.reserve.factor: should be a finite number"),
        ("batch: {window: 3ms}", "batch.window: should be at most 2ms"),
        ("cache: {entries: 0}", "cache.entries: should be greater than or equal to 1"),
        ("cache: {swr: -1}", "cache.swr: should be greater than or equal to 0"),
        ("public: {port: '8080'}", "public.port: should be a whole number, without quotes"),
        ("public: {origins: ['*']}", "public.origins[0]: should be scheme://host"),
        ("public: {origins: https://a.example}", "public.origins: should be a list"),
        ("upstream: {allow_private: [10.0.0.1/8]}", "upstream.allow_private[0]: should be a range"),
        (
            "public: {connections: {each_address: 0}}",
            "public.connections.each_address: should be greater than or equal",
        ),
        ("public: {connections: {trusted: [10.0.0.1/8]}}", "public.connections.trusted[0]: should be a range"),
        ("public: {connections: {trustd: []}}", "public.connections: unknown key 'trustd' (did you mean 'trusted'?)"),
        ("public: {patience: {body: 2}}", "public.patience.body: a duration needs a unit"),
        ("public: {patience: {head: 0ms}}", "public.patience.head: should be longer than 0ms"),
        ("pace: {rate: 0}", "pace.rate: should be greater than 0"),
        ("pace: {rate: .inf}", "pace.rate: should be a finite number"),
        ("pace: {burst: 0}", "pace.burst: should be greater than or equal to 1"),
        (
            "admission: {shares: {closed: 1.2}}",
            "admission.shares: should be in order: thrifty, essential, cached, closed",
        ),
        ("admission: {shares: {thrifty: 0}}", "admission.shares.thrifty: should be greater than 0"),
        (
            "admission: {lags: {essential: 60ms}}",
            "admission.lags: should be in order: thrifty, essential, cached, closed",
        ),
        ("admission: {lags: {thrifty: 15}}", "admission.lags.thrifty: a duration needs a unit"),
        ("admission: {ticker: 30ms}", "admission.ticker: should be at most 20ms"),
        ("admission: {tick: 5ms}", "admission: should be in order: ticker, tick"),
        ("admission: {overshoot_share: 1}", "admission.overshoot_share: should be less than 1"),
        ("breaker: {strikes: 0}", "breaker.strikes: should be greater than or equal to 1"),
        ("breaker: {strikes_within: 0ms}", "breaker.strikes_within: should be longer than 0ms"),
        ("tickets: {audience: ''}", "tickets.audience: should have at least 1 character"),
        ("tickets: {keys: [{kid: a, alg: hs256, key: x}]}", "(did you mean 'HS256'?)"),
        ("tickets: {keys: [{kid: a, alg: none, key: x}]}", "should be 'HS256', 'ES256' or 'Ed25519'"),
        ("tickets: {keys: [{kid: a, alg: HS256, key: short}]}", "a key for HS256 needs at least 32 bytes"),
        ("tickets: {keys: [{kid: a, alg: ES256, key: ' '}]}", "the key is empty"),
        ("tickets: {keys: [{kid: a, alg: HS256}]}", "tickets.keys[0]: 'key' is missing"),
    ],
)
def test_a_slip_is_told_where_it_stands(text: str, fault: str) -> None:
    """Each wrong setting is a fault with its name and what would be right."""
    assert fault in faults(text)


def test_a_kid_names_one_key() -> None:
    """Two keys of one name would leave the choice between them to chance."""
    key = f"{{kid: a, alg: HS256, key: {SECRET}}}"

    told = faults(f"tickets:\n  keys: [{key}, {key}]\n")

    assert told == "gateway.yaml:2:9: tickets.keys: two keys have the kid 'a'"
    assert SECRET not in told


def test_a_window_may_be_as_long_as_its_bound() -> None:
    """The bound of the batch window itself is allowed."""
    assert settings("batch: {window: 2ms}").batch.window == timedelta(milliseconds=2)
