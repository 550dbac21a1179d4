"""What the Alpaca connector declares and sends, and which queries and settings it refuses."""

import pytest
from pydantic import ValidationError

from connectors import Call, Scope
from connectors.contract.query import binding_of, is_public_by_shape
from connectors.market.alpaca import Alpaca, AlpacaSettings, Ticker
from connectors.market.signal import UNKNOWN

SETTINGS = AlpacaSettings.model_validate({"key_id": "test-key", "secret_key": "test-secret"})


def test_one_call_carries_all_symbols_and_the_keys_in_headers() -> None:
    """A batch is one GET; both keys are secrets in headers and stand nowhere else."""
    call = next(Alpaca(SETTINGS).read_many([Ticker(symbol="ACME"), Ticker(symbol="BRK.B")]))

    assert isinstance(call, Call)
    assert (call.method, call.path) == ("GET", "/v2/stocks/snapshots")
    assert call.params == {"symbols": "ACME,BRK.B", "feed": "iex"}
    assert call.headers == {"APCA-API-KEY-ID": SETTINGS.key_id, "APCA-API-SECRET-KEY": SETTINGS.secret_key}
    assert "test-" not in repr(call)


def test_the_declarations() -> None:
    """Quotes are shared, the symbol is public by its shape and left to the template to bind, 100 go at once."""
    symbol = Ticker.model_fields["symbol"]
    binding = binding_of(symbol)

    assert Alpaca.policy.scope is Scope.SHARED
    assert Alpaca.policy.batch == 100
    assert Alpaca.policy.hosts == ("data.alpaca.markets",)
    assert binding is not None
    assert binding.path is None
    assert is_public_by_shape(symbol)
    assert UNKNOWN.model_dump(exclude_defaults=True) == {}


@pytest.mark.parametrize("symbol", ["", "acme", "A,B", "ACME\n", "ACME&feed=sip", "1ACME", "A" * 11, ".A", "ÄCME"])
def test_what_is_no_ticker_is_no_query(symbol: str) -> None:
    """A symbol that could bend the list of symbols or the call is refused before any call."""
    with pytest.raises(ValidationError):
        Ticker(symbol=symbol)


@pytest.mark.parametrize("settings", [{}, {"key_id": "k"}, {"key_id": "k", "secret_key": "s", "feed": "otc"}])
def test_settings_that_cannot_work_are_refused(settings: dict[str, str]) -> None:
    """Both keys are needed, and the feed is one of three."""
    with pytest.raises(ValidationError):
        AlpacaSettings.model_validate(settings)
