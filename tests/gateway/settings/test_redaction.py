"""The settings as an operator may see them."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field, SecretStr, field_validator

from gateway.settings import Section, load_settings, redacted
from gateway.settings.redaction import HIDDEN

CANARY = "canary-7f3a-secret"


class ShopSettings(Section):
    base_url: str
    token: SecretStr
    shop: str
    tags: tuple[str, ...] = ()
    moved: str = Field("", validation_alias="from_env", serialization_alias="elsewhere")


def shown(folder: Path, connectors: str, models: dict[str, Any] | None = None, gateway: str = "") -> dict[str, Any]:
    """What is shown of a folder with these files; the environment and a secret's file hold the canary."""
    (folder / "gateway.yaml").write_text(gateway, encoding="utf-8")
    (folder / "connectors.yaml").write_text(connectors, encoding="utf-8")
    return redacted(load_settings(folder, {"CANARY": CANARY}), models)


def test_what_is_shown_is_json(tmp_path: Path) -> None:
    """The whole is plain data, with durations as text and the overrides that were made."""
    told = json.loads(json.dumps(shown(tmp_path, "shop: {hosts: [lab], policy: {ttl: 15s}}")))

    assert told["folder"] == str(tmp_path)
    assert told["gateway"]["open"]["max_budget"] == "2s"
    assert told["connectors"]["shop"] == {"hosts": ["lab"], "policy": {"ttl": "15s"}}


@pytest.mark.parametrize(
    "connector",
    [
        "{token: '${CANARY}'}",
        "{token: canary-7f3a-secret}",
        "{auth: {headers: [{value: 'Bearer ${CANARY}'}]}}",
        "{base_url: 'https://u:${CANARY}@h/x?k=${CANARY}#${CANARY}'}",
        "{base_url: '${CANARY}'}",
        "{base_url: 'http://[${CANARY}'}",
        "{base_url: ['${CANARY}']}",
        "{nested: {base_url: '${CANARY}'}}",
    ],
)
def test_an_unknown_connector_shows_no_text(tmp_path: Path, connector: str) -> None:
    """Without the connector's model no text of it is shown, wherever a secret stands, also in its address."""
    assert CANARY not in json.dumps(shown(tmp_path, f"shop: {connector}"))


def test_an_address_is_shown_without_what_is_secret_in_it(tmp_path: Path) -> None:
    """The base URL tells where a connector points, also when it came from the environment."""
    text = "a1: {base_url: '${LAB:-http://127.0.0.1:8090}/shop'}\nb1: {base_url: 'https://u:p@h.example/x?key=1'}"

    told = shown(tmp_path, text)["connectors"]

    assert told["a1"]["base_url"] == "http://127.0.0.1:8090/shop"
    assert told["b1"]["base_url"] == "https://h.example/x"


def test_numbers_of_an_unknown_connector_are_hidden_too(tmp_path: Path) -> None:
    """A number may be a secret as well; only true, false and null cannot."""
    told = shown(tmp_path, "shop: {pin: 123456, flag: true, none: ~}")["connectors"]["shop"]

    assert (told["pin"], told["flag"], told["none"]) == (HIDDEN, True, None)


def test_a_known_connector_shows_all_but_its_secrets(tmp_path: Path) -> None:
    """The model says what is secret; what came from outside the file is hidden as well, also under another name."""
    text = (
        "shop: {base_url: 'http://h/x', token: canary-7f3a-secret, shop: mine, tags: [a, 'x${CANARY}'], "
        "from_env: '${CANARY}'}"
    )

    told = shown(tmp_path, text, {"shop": ShopSettings})["connectors"]["shop"]

    assert CANARY not in json.dumps(told)
    assert (told["base_url"], told["token"], told["shop"], told["tags"]) == (
        "http://h/x",
        HIDDEN,
        "mine",
        ["a", HIDDEN],
    )


def test_a_text_that_a_model_takes_apart_stays_hidden(tmp_path: Path) -> None:
    """What came from outside the file as one text is hidden in each of the pieces that the model makes of it."""

    class Split(Section):
        pair: dict[str, str]

        @field_validator("pair", mode="before")
        @classmethod
        def _taken_apart(cls, text: str) -> dict[str, str]:
            return dict(piece.split("=") for piece in text.split("&"))

    told = shown(tmp_path, "shop: {pair: 'user=me&password=${CANARY}'}", {"shop": Split})["connectors"]["shop"]

    assert told["pair"] == {"user": HIDDEN, "password": HIDDEN}


def test_a_connector_whose_settings_do_not_fit_counts_as_unknown(tmp_path: Path) -> None:
    """Settings that the model refuses are shown as if there were no model."""
    told = shown(tmp_path, "shop: {token: canary-7f3a-secret}", {"shop": ShopSettings})

    assert told["connectors"]["shop"]["token"] == HIDDEN


def test_keys_of_tickets_are_hidden(tmp_path: Path) -> None:
    """The gateway's own secrets are never shown; the names of the keys are."""
    gateway = "tickets: {keys: [{kid: a, alg: HS256, key: '${CANARY}-${CANARY}'}]}"

    told = shown(tmp_path, "", gateway=gateway)

    assert told["gateway"]["tickets"]["keys"] == [{"kid": "a", "alg": "HS256", "key": HIDDEN}]
    assert CANARY not in json.dumps(told)
