"""What `connectors.yaml` lists is loaded and checked: one broken plugin costs its own, a wrong setting is a fault."""

from collections.abc import Callable

import pytest

from connectors import Quota, Scope
from gateway.ask import Source
from gateway.errors import ConfigError
from throwaway_connectors import POINTS, Quotes
from throwaway_plugins import CODE, build


def faults(text: str) -> list[str]:
    """The lines of the error that a text raises, over the throw-away connectors."""
    with pytest.raises(ConfigError) as caught:
        build(text, POINTS)
    return str(caught.value).splitlines()


def source(text: str) -> Source:
    """The only source of a text."""
    (found,) = build(text, POINTS).sources.values()
    assert isinstance(found, Source)
    return found


def test_only_what_is_listed_is_loaded(install: Callable[..., None]) -> None:
    """The keys of the file are the list of what is allowed: other plugins are not even imported."""
    install("acme-bad", "raise SystemExit('imported')", bad="Bad")
    install("acme", CODE, acme="Acme")
    made = build("acme: {}\n")

    assert list(made.sources) == ["acme"]
    assert isinstance(made.sources["acme"], Source)
    assert {"acme", "bad", "open-meteo"} <= made.names()


def test_a_source_has_the_policy_of_its_author() -> None:
    """Where the operator says nothing, all is as declared, in seconds."""
    made = source("quotes: {}\n")

    assert (made.name, made.scope, made.batch, made.reuse) == ("quotes", Scope.SHARED, 10, True)
    assert (made.timeout, made.ttl, made.stale, made.max_bytes) == (0.3, 60.0, 300.0, 262_144)
    assert (made.hosts, made.consent) == (("api.example",), ())
    assert isinstance(made.connector, Quotes)


def test_an_operator_overrides_a_policy_item_by_item() -> None:
    """What is stated counts, the rest stays; approved hosts are added to the author's."""
    made = source(
        "quotes: {hosts: [10.0.0.1], policy: {timeout: 1s, ttl: 0s, stale: 1m, batch: 5, max_bytes: 64KiB}}\n"
    )

    assert (made.timeout, made.ttl, made.stale, made.batch, made.max_bytes) == (1.0, 0.0, 60.0, 5, 65_536)
    assert made.hosts == ("api.example", "10.0.0.1")


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("alpaca: {key_id: a, secret_key: b}", 3.0),
        ("alpaca: {key_id: a, secret_key: b, policy: {quota: {rate: 50}}}", 50.0),
        ("alpaca: {key_id: a, secret_key: b, hosts: [10.0.0.1]}", 3.0),
        ("alpaca: {key_id: a, secret_key: b, hosts: [10.0.0.1], base_url: 'http://10.0.0.1'}", None),
        ("alpaca: {key_id: a, secret_key: b, hosts: [h], base_url: 'http://h', policy: {quota: {rate: 50}}}", 50.0),
    ],
)
def test_what_a_vendor_allows_holds_at_its_own_hosts(text: str, rate: float | None) -> None:
    """An operator overrides it; at a host that the operator alone names, it is theirs to state."""
    (made,) = build(text).sources.values()

    assert isinstance(made, Source)
    assert (made.quota and made.quota.rate) == rate


def test_the_quota_of_an_author_who_names_no_host_holds_anywhere(install: Callable[..., None]) -> None:
    """There is no other host that it could be meant for."""
    install("acme", CODE.replace('hosts=("api.example",)', "hosts=(), quota=Quota(rate=7)"), acme="Acme")
    made = build("acme: {hosts: [10.0.0.1], base_url: 'http://10.0.0.1'}").sources["acme"]

    assert isinstance(made, Source)
    assert made.quota == Quota(rate=7)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("skye: {}", "1:1: no connector 'skye' is installed (did you mean 'sky'?)"),
        ("sky: {base_ulr: 'https://api.example'}", "1:7: unknown key 'base_ulr' (did you mean 'base_url'?)"),
        ("sky: {base_url: ftp://api.example}", "1:17: base_url: a base address is http(s)://host"),
        ("sky: {base_url: 3}", "1:17: base_url: should be a string"),
        ("sky: {polcy: {}}", "1:7: unknown key 'polcy' (did you mean 'policy'?)"),
        (
            "sky: {base_url: 'https://evil.example'}",
            "1:17: sky is not declared for host 'evil.example': approve it by name",
        ),
        ("sky: {base_url: 'https://api.example.evil'}", "1:17: sky is not declared for host 'api.example.evil'"),
        ("sky: {base_url: 'https://a.example', hosts: [b.example]}", "1:17: sky is not declared for host 'a.example'"),
        ("sky: {policy: {timeout: 1001ms}}", "1:25: should be less than or equal to"),
        ("sky: {policy: {stale: 59s}}", "1:15: stale is a ceiling on the age of a value: it must not be below ttl"),
        ("sky: {policy: {ttl: 6m}}", "1:15: stale is a ceiling"),
        ("sky: {policy: {batch: 2}}", "1:23: sky reads one query at a time"),
        ("quotes: {policy: {batch: 1001}}", "1:26: should be less than or equal to 1000"),
        ("quotes: {policy: {max_bytes: 2MiB}}", "1:30: should be less than or equal to 1048576"),
    ],
)
def test_what_the_operator_wrote_wrongly_is_told_with_its_place(text: str, fault: str) -> None:
    """A fault of the configuration stops the start; it is nobody's default."""
    (found,) = faults(text)

    assert found.startswith(f"connectors.yaml:{fault}")


def test_all_faults_are_told_together() -> None:
    """Every entry is looked at, its settings and its policy both."""
    text = "skye: {}\nsky: {base_ulr: x, policy: {timeout: 5s}}\nshop: {policy: {batch: 2}}\n"

    assert [line.split(": ")[0] for line in faults(text)] == [
        "connectors.yaml:1:1",
        "connectors.yaml:2:7",
        "connectors.yaml:2:38",
        "connectors.yaml:3:24",
    ]


def test_the_policy_of_an_operator_lets_a_host_be_asked() -> None:
    """A host that the operator approves by name is asked, in whatever case its address is written."""
    made = source("sky: {base_url: 'http://Weather.Internal:8080/v1', hosts: [weather.internal]}\n")

    assert made.hosts == ("api.example", "weather.internal")


@pytest.mark.parametrize(
    ("host", "is_declared"),
    [("api.example", True), ("eu1.api.example", True), ("a.eu1.api.example", False), ("eu1api.example", False)],
)
def test_a_host_may_be_declared_by_one_free_label(host: str, is_declared: bool) -> None:
    """A vendor with a cluster a region names them all at once, and the pool asks the same hosts."""
    text = f"clustered: {{base_url: 'https://{host}'}}\n"
    if is_declared:
        assert isinstance(build(text, POINTS).sources["clustered"], Source)
    else:
        with pytest.raises(ConfigError, match="is not declared for host"):
            build(text, POINTS)


def test_a_changed_setting_changes_the_digest_and_no_secret_is_in_it(install: Callable[..., None]) -> None:
    """Two sets of settings share no cache key, whichever setting differs, a secret too."""
    install("acme", CODE, acme="Acme")
    texts = ("", "token: '${KEY}'", "token: other", "base_url: 'https://api.example/v2'")
    digests = {}
    for text in texts:
        made = build(f"acme: {{{text}}}\n").sources["acme"]
        assert isinstance(made, Source)
        digests[text] = made.digest

    assert len(set(digests.values())) == len(texts)
    assert build("acme: {token: '${KEY}'}\n").sources["acme"].digest == digests["token: '${KEY}'"]
    assert all(len(one) == 16 and int(one, 16) >= 0 for one in digests.values())


NESTED = CODE.replace("class Ask", "class Key(Settings):\n    secret: SecretStr\n\nclass Ask").replace(
    'token: SecretStr = SecretStr("")', "tokens: tuple[SecretStr, ...] = ()\n    by_name: dict[str, SecretStr] = {}"
)


@pytest.mark.parametrize("setting", ["tokens: [{}]", "by_name: {{a: {}}}"])
def test_a_secret_inside_a_list_or_a_mapping_counts(install: Callable[..., None], setting: str) -> None:
    """No secret is taken by its mask, wherever it stands."""
    install("acme", NESTED, acme="Acme")
    found = [build(f"acme: {{{setting.format(value)}}}\n").sources["acme"] for value in ("one", "two")]

    assert all(isinstance(one, Source) for one in found)
    assert len({one.digest for one in found if isinstance(one, Source)}) == 2


def test_nothing_configured_is_no_fault() -> None:
    """A gateway may have no source at all."""
    assert build("").sources == {}
