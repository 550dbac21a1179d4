"""What goes on the wire is what was checked, and stays below the base address whatever is put into it."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from httptools import HttpRequestParser
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from connectors import Call, Settings
from connectors.contract.policy import is_named
from gateway.pool.failures import Failed
from gateway.pool.origin import Origin, origin_of
from gateway.pool.request import request_of
from raw_upstream import Plain, source_of

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@dataclass
class Read:
    """A request as a server's parser reads it."""

    method: str = ""
    target: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    requests: int = 0

    def on_url(self, target: bytes) -> None:
        self.target += target.decode("ascii")

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.decode("ascii"), value.decode("ascii")))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.requests += 1

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


def origin(base: str = "https://api.example/v2", *hosts: str) -> Origin:
    """The origin of a source with this base address and these hosts."""
    return origin_of(source_of(Plain(Settings(base_url=base)), hosts=hosts or ("api.example",)))


def sent(call: Call, to: Origin | None = None, *, alone: bool = False) -> Read:
    """What a server reads of a call, which is one request and no more."""
    read = Read()
    parser = HttpRequestParser(read)
    parser.feed_data(request_of(call, to or origin(), alone=alone))
    read.method = parser.get_method().decode()
    assert read.requests == 1
    return read


@given(TEXT, TEXT)
def test_a_parameter_arrives_as_it_was_meant(name: str, value: str) -> None:
    """Whatever text a parameter holds, the other side reads that text, and no second parameter."""
    read = sent(Call("GET", "/x", params={name: value}))

    assert parse_qsl(read.query, keep_blank_values=True, strict_parsing=True) == [(name, value)]
    assert (read.method, read.path) == ("GET", "/v2/x")
    assert "#" not in read.target


@given(TEXT)
def test_a_path_stays_below_the_base_address(value: str) -> None:
    """Whatever text stands unquoted in a path, the call is refused or stays in its place, decoded too."""
    try:
        read = sent(Call("GET", f"/stock/{value}/level"))
    except ValueError:
        return

    assert read.path.startswith("/v2/stock/")
    assert read.query == ""
    assert not {".", ".."} & set(unquote(read.path).split("/"))


@pytest.mark.parametrize(("value", "query"), [(1.5, "1.5"), (1e300, "1e%2B300"), (-3, "-3"), (True, "true")])
def test_a_number_is_written_plainly(value: float, query: str) -> None:
    """Numbers go out as JSON writes them."""
    assert sent(Call("GET", "/x", params={"n": value})).query == f"n={query}"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, b"x", SecretStr("s"), ["a"]])
def test_what_is_no_parameter_is_refused(value: object) -> None:
    """A value without a plain form is an error rather than a guess."""
    call = Call("GET", "/x")
    object.__setattr__(call, "params", {"n": value})

    with pytest.raises(ValueError, match="parameter"):
        request_of(call, origin(), alone=False)


@pytest.mark.parametrize(
    ("base", "key", "host", "path"),
    [
        ("http://[::1]:8090/a/", ("::1", 8090, False), "[::1]:8090", "/a/x"),
        ("http://127.0.0.1:1", ("127.0.0.1", 1, False), "127.0.0.1:1", "/x"),
        ("HTTPS://API.Example", ("api.example", 443, True), "api.example", "/x"),
        ("https://api.example:443/v2", ("api.example", 443, True), "api.example", "/v2/x"),
        ("http://api.example:443", ("api.example", 443, False), "api.example:443", "/x"),
        ("http://api.example", ("api.example", 80, False), "api.example", "/x"),
    ],
)
def test_a_base_address_keeps_its_port_and_prefix(base: str, key: Any, host: str, path: str) -> None:
    """Port, IPv6 brackets and prefix of the base address are those of every call; its host is in lower case."""
    made = origin(base, "::1", "127.0.0.1", "api.example")
    read = sent(Call("GET", "/x"), made)

    assert (made.key, dict(read.headers)["Host"], read.path) == (key, host, path)


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


@pytest.mark.parametrize("base", ["https://evil.example", "https://api.example:99999"])
def test_a_host_that_is_not_named_is_the_settings_fault(base: str) -> None:
    """A base address outside of the hosts, or at no port, fails each call as an error that no breaker counts."""
    with pytest.raises(Failed) as caught:
        origin(base)

    assert (caught.value.outcome.cause, caught.value.verdict.value) == ("connector_fault", "neutral")


def test_a_secret_is_unwrapped_in_a_header_only_when_it_is_sent() -> None:
    """The wire has the secret itself; the call, printed, does not."""
    call = Call("GET", "/x", headers={"Authorization": SecretStr("canary")})

    assert ("Authorization", "canary") in sent(call).headers
    assert "canary" not in repr(call)


@given(TEXT, TEXT)
def test_no_header_ends_early(name: str, value: str) -> None:
    """A header is refused unless its name is a token and its value printable ASCII; then it arrives as it is."""
    before = sent(Call("GET", "/x")).headers
    try:
        read = sent(Call("GET", "/x", headers={name: value}))
    except ValueError:
        return

    assert set(read.headers) - set(before) <= {(name, value.strip(" \t"))}
    assert len(read.headers) <= len(before) + 1


@pytest.mark.parametrize("name", ["Accept", "accept-encoding", "USER-AGENT"])
def test_a_header_of_a_call_stands_in_the_place_of_a_fixed_one(name: str) -> None:
    """Where a call sets what every request has, it is there once, as the call has it."""
    headers = sent(Call("GET", "/x", headers={name: "mine"})).headers

    assert [value for found, value in headers if found.lower() == name.lower()] == ["mine"]
    assert len(headers) == 4


@pytest.mark.parametrize(
    ("call", "length", "kind"),
    [
        (Call("GET", "/x"), None, None),
        (Call("DELETE", "/x"), None, None),
        (Call("HEAD", "/x"), None, None),
        (Call("POST", "/x"), "0", None),
        (Call("PUT", "/x"), "0", None),
        (Call("POST", "/x", json={"id": "ü"}), "11", "application/json"),
        (Call("DELETE", "/x", json=[]), "2", "application/json"),
        (Call("POST", "/x", json=[], headers={"content-type": "application/graphql+json"}), "2", None),
    ],
)
def test_a_body_has_its_length_and_its_kind(call: Call, length: str | None, kind: str | None) -> None:
    """A body goes with its length and as JSON unless the call says otherwise; no body where none belongs."""
    read = sent(call)
    headers = dict(read.headers)

    assert (headers.get("Content-Length"), headers.get("Content-Type")) == (length, kind)
    assert len(read.body) == int(length or 0)


def test_a_connection_for_one_call_is_said_to_be_one() -> None:
    """Only a request that nobody shares a connection with asks for its end."""
    assert ("Connection", "close") in sent(Call("GET", "/x"), alone=True).headers
    assert "Connection" not in dict(sent(Call("GET", "/x")).headers)
