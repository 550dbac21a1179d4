"""Whatever Alpaca sends, each symbol gets a reading within bounds or a fault of its own, and its neighbours theirs."""

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from connector_samples import AT, Answer, answers_of
from connectors import BadReply, Fault, Reply
from connectors.market.alpaca import Alpaca, AlpacaSettings, Ticker
from connectors.market.signal import Market
from hostile_bodies import any_json, one_part_replaced

SETTINGS = AlpacaSettings.model_validate({"key_id": "test-key", "secret_key": "test-secret"})
NAMES = ("AAA", "latestTrade", "dailyBar", "prevDailyBar", "t", "p", "c", "o", "h", "l", "v")
SYMBOLS = ("AAA", "BBB", "CCC")
ROW = {
    "latestTrade": {"t": "2026-02-27T20:59:59.123456789Z", "p": 50.25, "c": ["@", "I"]},
    "dailyBar": {"t": "2026-02-27T05:00:00Z", "o": 50, "h": 50.5, "l": 49.5, "c": 50.2, "v": 1000},
    "prevDailyBar": {"t": "2026-02-26T05:00:00Z", "o": 49, "h": 50.1, "l": 48.9, "c": 50, "v": 900},
}


def ask(body: Any, *symbols: str) -> list[Answer]:
    """The answers of a body; raises what would be the connector's own fault."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    queries = [Ticker(symbol=symbol) for symbol in symbols]
    return answers_of(Alpaca(SETTINGS), queries, lambda _: Reply(AT, 200, {}, content))


def test_the_good_body_is_good() -> None:
    """The row that the other tests break is a reading when nobody breaks it."""
    (answer,) = ask({"AAA": ROW}, "AAA")

    assert isinstance(answer, Market)
    assert (answer.last, answer.change_pct) == ("50.2", "0.4000")


@given(any_json(*NAMES))
def test_any_json_is_a_fault_and_never_our_own(body: Any) -> None:
    """No JSON at all makes the connector raise anything but what counts as the vendor's fault."""
    (answer,) = ask(body, "AAA")

    assert isinstance(answer, Fault)


@given(one_part_replaced({"AAA": ROW}))
def test_a_body_with_one_wrong_part_is_a_reading_or_a_fault(body: Any) -> None:
    """A good body with any part replaced or missing is read within bounds, or is a fault."""
    (answer,) = ask(body, "AAA")

    assert isinstance(answer, Fault) or Market.model_validate(answer.model_dump()) == answer


@given(one_part_replaced(ROW) | any_json(*NAMES), st.sampled_from(SYMBOLS))
def test_a_wrong_row_harms_no_neighbour(wrong: Any, at: str) -> None:
    """Whatever stands at one symbol, the other symbols have their reading."""
    answers = dict(zip(SYMBOLS, ask({**dict.fromkeys(SYMBOLS, ROW), at: wrong}, *SYMBOLS), strict=True))
    del answers[at]

    assert all(isinstance(answer, Market) and answer.last == "50.2" for answer in answers.values())


@given(st.binary(max_size=200))
def test_bytes_that_are_no_json_are_a_bad_reply(body: bytes) -> None:
    """Garbage is a bad reply for every symbol of the batch."""
    try:
        orjson.loads(body)
    except ValueError:
        assert [type(answer) for answer in ask(body, *SYMBOLS)] == [BadReply] * 3
