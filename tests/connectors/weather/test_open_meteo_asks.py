"""What Open-Meteo is sent: the key, the host, the places, and nothing of a viewer."""

from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from pydantic import SecretStr, ValidationError

from connector_samples import AT, answers_of, drive
from connectors import Call, Reply
from connectors.contract.query import binding_of
from connectors.weather.open_meteo import FREE, KEYED, OpenMeteo, OpenMeteoSettings, Place
from connectors.weather.signal import Weather

PARIS = Place(lat=48.86, lon=2.35)
UNITS = {"time": "unixtime", "interval": "seconds", "temperature_2m": "°C"}


def first_call(settings: OpenMeteoSettings, *places: Place) -> Call:
    """The call that a connector makes for these places."""
    return next(OpenMeteo(settings).read_many(places))


def test_a_key_travels_in_a_header_to_the_host_that_wants_it() -> None:
    """With a key the default host changes, and the key is a secret in a header, in no parameter and no text."""
    settings = OpenMeteoSettings(api_key=SecretStr("canary"))
    call = first_call(settings, PARIS)

    assert settings.base_url == f"https://{KEYED}"
    assert call.headers == {"X-Api-Key": SecretStr("canary")}
    assert "canary" not in f"{call!r} {call.params} {settings!r}"


@pytest.mark.parametrize("key", [None, ""])
def test_without_a_key_nothing_is_sent_to_the_free_host(key: str | None) -> None:
    """No key, or an empty one from an unset variable, means the free host and no header."""
    settings = OpenMeteoSettings.model_validate({"api_key": key})

    assert (settings.base_url, first_call(settings, PARIS).headers) == (f"https://{FREE}", {})


def test_an_address_of_the_operator_wins_over_the_key() -> None:
    """A stated address is kept, with or without a key."""
    settings = OpenMeteoSettings(base_url="http://127.0.0.1:8090/open-meteo/", api_key=SecretStr("k"))

    assert settings.base_url == "http://127.0.0.1:8090/open-meteo"


@pytest.mark.parametrize("wrong", [{"more": ["rain"]}, {"apikey": "k"}, {"base_url": "https://user@host/"}])
def test_a_wrong_setting_is_refused(wrong: dict[str, Any]) -> None:
    """Unknown variables, misspelt keys and addresses with a user are errors at load."""
    with pytest.raises(ValidationError):
        OpenMeteoSettings.model_validate(wrong)


def test_both_hosts_are_declared_and_the_licence_is_named() -> None:
    """The vendor's two hosts are the only ones, and its licence wants its name shown."""
    assert OpenMeteo.policy.hosts == (FREE, KEYED)
    assert OpenMeteo.attribution is not None
    assert "Open-Meteo.com" in OpenMeteo.attribution.text
    assert "CC BY 4.0" in OpenMeteo.attribution.text


def test_a_full_batch_fits_into_an_address() -> None:
    """A hundred places of two decimals each, encoded, stay far below the 8 kB that servers take."""
    places = [Place(lat=-89.99 + index / 100, lon=-179.99 + index / 100) for index in range(OpenMeteo.policy.batch)]
    call = first_call(OpenMeteoSettings(more=("wind_gusts_10m", "snowfall", "visibility", "uv_index")), *places)

    assert len(urlencode(dict(call.params))) < 4096


def test_a_place_never_leaves_finer_than_two_decimals() -> None:
    """Even a query that nobody rounded sends no more than about a kilometre, and never an exponent."""
    call = first_call(OpenMeteoSettings(), Place(lat=48.856613, lon=0.00000001))

    assert (call.params["latitude"], call.params["longitude"]) == ("48.86", "0.00")


def test_answers_are_matched_by_position() -> None:
    """The first answer is the first place's, whatever the places echo: the grid cell is not the place."""
    bodies = [
        {"current_units": UNITS, "current": {"time": 0, "temperature_2m": degrees}} for degrees in (1.0, 2.0, 3.0)
    ]
    places = [Place(lat=lat, lon=0) for lat in (30, 10, 20)]

    answers = drive(
        OpenMeteo(OpenMeteoSettings()).read_many(places), lambda _: Reply(AT, 200, {}, orjson.dumps(bodies))
    )

    assert [answers[place].temperature_c for place in places] == [1.0, 2.0, 3.0]


def test_one_place_may_be_answered_by_an_array_of_one() -> None:
    """An array of one is as good as the object."""
    body = orjson.dumps([{"current_units": UNITS, "current": {"time": 0, "temperature_2m": 1.0}}])
    (answer,) = answers_of(OpenMeteo(OpenMeteoSettings()), [PARIS], lambda _: Reply(AT, 200, {}, body))

    assert isinstance(answer, Weather)


def test_what_is_sent_follows_from_the_place_alone() -> None:
    """Every input comes from the resolved place: no ticket and no context, so two viewers send the same bytes."""
    bindings = [binding_of(field) for field in Place.model_fields.values()]

    assert [(binding.path.roots, binding.round) for binding in bindings if binding and binding.path] == [
        (frozenset({"where"}), 2),
        (frozenset({"where"}), 2),
    ]
