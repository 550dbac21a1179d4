"""What goes on the wire is what was checked, and stays below the base address whatever is put into it."""

from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from connectors import Call, Settings
from gateway.upstream.failures import Failed
from gateway.upstream.request import Origin, headers_of, is_named, origin_of, url_of
from raw_upstream import Plain, source_of

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def origin(base: str = "https://api.example/v2", *hosts: str) -> Origin:
    """The origin of a source with this base address and these hosts."""
    return origin_of(source_of(Plain(Settings(base_url=base)), hosts=hosts or ("api.example",)))


@given(TEXT, TEXT)
def test_a_parameter_arrives_as_it_was_meant(name: str, value: str) -> None:
    """Whatever text a parameter holds, the other side reads that text, and no second parameter."""
    url = url_of(Call("GET", "/x", params={name: value}), origin())

    assert parse_qsl(url.raw_query_string, keep_blank_values=True, strict_parsing=True) == [(name, value)]
    assert (url.raw_host, url.raw_path, url.raw_fragment) == ("api.example", "/v2/x", "")
    assert str(url).isascii()


@given(TEXT)
def test_a_path_stays_below_the_base_address(value: str) -> None:
    """Whatever text stands unquoted in a path, the call is refused or stays in its place, decoded too."""
    try:
        url = url_of(Call("GET", f"/stock/{value}/level"), origin())
    except ValueError:
        return

    assert url.raw_host == "api.example"
    assert url.raw_path.startswith("/v2/stock/")
    assert not {".", ".."} & set(unquote(url.raw_path).split("/"))


@pytest.mark.parametrize(("value", "sent"), [(1.5, "1.5"), (1e300, "1e%2B300"), (-3, "-3"), (True, "true")])
def test_a_number_is_written_plainly(value: float, sent: str) -> None:
    """Numbers go out as JSON writes them."""
    assert url_of(Call("GET", "/x", params={"n": value}), origin()).raw_query_string == f"n={sent}"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, b"x", SecretStr("s"), ["a"]])
def test_what_is_no_parameter_is_refused(value: object) -> None:
    """A value without a plain form is an error rather than a guess."""
    call = Call("GET", "/x")
    object.__setattr__(call, "params", {"n": value})

    with pytest.raises(ValueError, match="parameter"):
        url_of(call, origin())


@pytest.mark.parametrize("base", ["http://[::1]:8090/a/", "http://127.0.0.1:1", "HTTPS://API.Example"])
def test_a_base_address_keeps_its_port_and_prefix(base: str) -> None:
    """Port, IPv6 brackets and prefix of the base address are those of every call; its host is in lower case."""
    made = origin(base, "::1", "127.0.0.1", "api.example")
    settings = Settings(base_url=base).base_url

    assert str(url_of(Call("GET", "/x"), made)).lower() == f"{settings.lower()}/x"
    assert made.key[0] == made.key[0].lower()


@pytest.mark.parametrize(
    ("host", "pattern", "named"),
    [
        ("api.example", "api.example", True),
        ("a.shop.example", "*.shop.example", True),
        ("a.b.shop.example", "*.shop.example", False),
        ("shop.example", "*.shop.example", False),
        (".shop.example", "*.shop.example", False),
        ("evilshop.example", "*.shop.example", False),
        ("api.example.", "api.example", False),
        ("api.example.evil.example", "api.example", False),
    ],
)
def test_a_host_is_named_literally_or_by_one_label(host: str, pattern: str, named: bool) -> None:
    """A wildcard stands for exactly one label, and nothing stands for a dot at the end."""
    assert is_named(host, pattern) is named


def test_a_host_that_is_not_named_is_the_settings_fault() -> None:
    """A base address outside of the hosts fails each call as an error that no breaker counts."""
    with pytest.raises(Failed) as caught:
        origin("https://evil.example")

    assert (caught.value.outcome.cause, caught.value.verdict.value) == ("connector_fault", "neutral")


def test_a_secret_is_unwrapped_in_a_header_only_when_it_is_sent() -> None:
    """The wire has the secret itself; the call, printed, does not."""
    call = Call("GET", "/x", headers={"Authorization": SecretStr("canary")})

    assert headers_of(call) == {"Authorization": "canary"}
    assert "canary" not in repr(call)


@given(TEXT, TEXT)
def test_no_header_ends_early(name: str, value: str) -> None:
    """A header is refused unless its name is a token and its value printable ASCII."""
    try:
        made = headers_of(Call("GET", "/x", headers={name: value}))
    except ValueError:
        return

    assert made == {name: value}
    assert (name + value).isascii()
    assert not {"\r", "\n", "\0"} & set(name + value)
