"""Whatever Open-Meteo sends, one place gets a reading or a fault of its own, and its neighbours theirs."""

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from connector_samples import AT, Answer, answers_of
from connectors import BadReply, Fault, Reply
from connectors.weather.open_meteo import VARIABLES, OpenMeteo, OpenMeteoSettings, Place
from connectors.weather.signal import Weather
from hostile_bodies import any_json, one_part_replaced

GOOD = {
    "latitude": 1.0,
    "longitude": 2.0,
    "utc_offset_seconds": 0,
    "current_units": {"time": "iso8601", "interval": "seconds", "weather_code": "wmo code", "is_day": ""}
    | {name: next(iter(variable.units)) for name, variable in VARIABLES.items()},
    "current": {"time": "2026-03-02T08:45", "interval": 900, "weather_code": 61, "is_day": 1}
    | dict.fromkeys(VARIABLES, 1)
    | {"pressure_msl": 1000.5},
}
NAMES = ("error", "current", "current_units", "latitude", "time", "interval", *VARIABLES)
PLACES = [Place(lat=lat, lon=0) for lat in (1, 2, 3)]


def ask(places: list[Place], body: Any) -> list[Answer]:
    """The answers of a body; raises what would be the connector's own fault."""
    return answers_of(OpenMeteo(OpenMeteoSettings()), places, lambda _: Reply(AT, 200, {}, orjson.dumps(body)))


def test_the_good_body_is_good() -> None:
    """The body that the other tests break comes out whole when nobody breaks it."""
    (answer,) = ask(PLACES[:1], GOOD)

    assert isinstance(answer, Weather)
    assert None not in (getattr(answer, name) for name in Weather.model_fields)


@given(any_json(*NAMES))
def test_any_json_is_a_fault_and_never_our_own(body: Any) -> None:
    """No JSON at all makes the connector raise anything but what counts as the vendor's fault."""
    (answer,) = ask(PLACES[:1], body)

    assert isinstance(answer, Fault)


@given(one_part_replaced(GOOD))
def test_a_body_with_one_wrong_part_is_a_reading_or_a_fault(body: Any) -> None:
    """A good body with any part replaced or missing is read within bounds, or is a fault."""
    (answer,) = ask(PLACES[:1], body)

    assert isinstance(answer, Fault) or Weather.model_validate(answer.model_dump()) == answer


@given(one_part_replaced(GOOD) | any_json(*NAMES), st.integers(0, 2))
def test_a_wrong_element_harms_no_neighbour(wrong: Any, at: int) -> None:
    """Whatever stands at one place of the array, the other places have their reading."""
    bodies: list[Any] = [GOOD, GOOD, GOOD]
    bodies[at] = wrong
    answers = ask(PLACES, bodies)
    del answers[at]

    assert all(isinstance(answer, Weather) and answer.temperature_c == 1.0 for answer in answers)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_json_are_a_bad_reply(body: bytes) -> None:
    """Any bytes at all come out as a fault: there is no reading by luck in 200 of them."""
    (answer,) = answers_of(OpenMeteo(OpenMeteoSettings()), PLACES[:1], lambda _: Reply(AT, 200, {}, body))

    assert isinstance(answer, BadReply)
