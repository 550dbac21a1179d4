"""Settings name the address of a source and its credentials, and let no address bend."""

import pytest
from pydantic import SecretStr, ValidationError

from connectors import Settings


class Club(Settings):
    base_url: str = "https://api.club.example/"
    token: SecretStr = SecretStr("t")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://api.example.com", "https://api.example.com"),
        ("https://api.example.com/", "https://api.example.com"),
        ("http://127.0.0.1:8090/open-meteo", "http://127.0.0.1:8090/open-meteo"),
        ("http://localhost:8090/a/b/", "http://localhost:8090/a/b"),
        ("HTTPS://API.example.com/v1~x_y.z", "HTTPS://API.example.com/v1~x_y.z"),
        ("http://[::1]:8090", "http://[::1]:8090"),
    ],
)
@pytest.mark.parametrize("kind", [Settings, Club])
def test_an_address_is_taken_without_its_closing_slash(kind: type[Settings], written: str, read: str) -> None:
    """Host, port and path are kept, whether or not a subclass writes the field anew."""
    assert kind(base_url=written).base_url == read


BENT = """
api.example.com  //api.example.com  ftp://api.example.com  file:///etc/passwd  javascript:alert(1)  https://  https:///x
https://user@host  https://user:pw@host  https://host?x=1  https://host/#x  https://host;x  https://host\\@evil
https://host/..  https://host/../x  https://host/a/../../x  https://host/%2e%2e/x  https://host:999999  https://host:port
https://ho\u017ft  https://ho\u212at  https://host:\u0668\u0660  https://\u00e9.example
"""


@pytest.mark.parametrize("written", [*BENT.split(), "", "https://host/a b", "https://host\n", " https://host"])
@pytest.mark.parametrize("kind", [Settings, Club])
def test_an_address_that_could_bend_is_refused(kind: type[Settings], written: str) -> None:
    """Users, queries, fragments, dot segments, blanks and letters that only look right are errors."""
    with pytest.raises(ValidationError, match="a base address is"):
        kind(base_url=written)


def test_a_default_is_checked_like_a_written_value() -> None:
    """The author's own default gets no easier treatment than the operator's value."""

    class Wrong(Settings):
        base_url: str = "https://user@host"

    assert Club().base_url == "https://api.club.example"
    with pytest.raises(ValidationError):
        Wrong()


def test_an_error_shows_no_value_and_a_text_no_secret() -> None:
    """A secret stands in neither the text of the settings nor that of an error about them."""
    with pytest.raises(ValidationError) as caught:
        Club.model_validate({"base_url": "https://canary@host", "tokn": "canary"})

    assert "canary" not in f"{caught.value} {Club(token=SecretStr('canary'))!r}"


def test_a_misspelt_setting_is_an_error() -> None:
    """Unknown keys are refused, and a setting cannot be changed later."""
    with pytest.raises(ValidationError, match="tokn"):
        Club.model_validate({"tokn": "t"})
    with pytest.raises(ValidationError, match="frozen"):
        Club().base_url = "https://other"
