"""A plugin that cannot be loaded costs its own signals only, and is told with name, version and the failing line."""

from collections.abc import Callable

import pytest

from connectors.contract.derive import Derivation
from gateway.ask import Source
from gateway.catalog.plugins import installed
from gateway.catalog.registry import Broken, Registry
from throwaway_connectors import POINTS, registry
from throwaway_plugins import CODE, build


def broken(text: str, name: str = "acme") -> Broken:
    """What became of a plugin that could not be loaded."""
    found = build(text).sources[name]
    assert isinstance(found, Broken)
    return found


@pytest.mark.parametrize(
    ("code", "value", "message"),
    [
        ("raise RuntimeError('at import')", "Acme", "RuntimeError: at import (acme.py, line 1)"),
        ("import sys\nsys.exit(3)", "Acme", "SystemExit: 3 (acme.py, line 2)"),
        ("import no_such_module", "Acme", "ModuleNotFoundError: No module named 'no_such_module' (acme.py, line 1)"),
        ("def broken(:", "Acme", "SyntaxError: invalid syntax"),
        ("", "Acme", "AttributeError: "),
        ("Acme = 3", "Acme", "acme:Acme is no connector"),
        ("class Acme: pass", "Acme", "acme:Acme is no connector"),
        ("from connectors import Connector as Acme", "Acme", "acme:Acme is no connector"),
        ("Acme = lambda settings: None", "Acme", "acme:Acme is no connector"),
        (
            CODE.replace("name, default", "name, other"),
            "Acme",
            "default is required and is an instance of Answer (acme.py, line 14)",
        ),
        (
            CODE.replace("word: str = From(", "word: str = Form("),
            "Acme",
            "NameError: name 'Form' is not defined (acme.py, line 9)",
        ),
        (CODE.replace("yield Call", "\tyield Call"), "Acme", "IndentationError: "),
        (
            CODE + "\n    def __init__(self, settings):\n        raise ValueError(settings)\n",
            "Acme",
            "ValueError (acme.py",
        ),
        (
            CODE.replace('word: str = ""', "model_config = {'arbitrary_types_allowed': True}\n    odd: object = None")
            .replace("object = None", "'Odd | None' = None")
            .replace("class Set", "class Odd: pass\n\nclass Set"),
            "Acme",
            "Pydantic",
        ),
        (
            CODE.replace("class Ask", "from pydantic import field_validator\nclass Ask").replace(
                'SecretStr("")',
                'SecretStr("")\n\n    @__import__("pydantic").field_validator("token")\n'
                "    @classmethod\n    def _odd(cls, value):\n        raise KeyError(value)",
            ),
            "Acme",
            "KeyError (acme.py",
        ),
    ],
)
def test_a_broken_plugin_costs_its_own_signals_only(
    install: Callable[..., None], code: str, value: str, message: str
) -> None:
    """Whatever is wrong with its code is told with name and version; the others load, and the gateway starts."""
    install("acme", code, acme=value)
    text = "acme: {token: '${KEY}'}\nopen-meteo: {}\n"
    found = broken(text)

    assert message in found.message
    assert found.distribution == "acme 1.2"
    assert isinstance(build(text).sources["open-meteo"], Source)


def test_the_trace_of_a_broken_plugin_names_its_line(install: Callable[..., None]) -> None:
    """An author sees where his code failed."""
    install("acme", "value = 1\nraise RuntimeError('at import')\n", acme="Acme")

    assert 'acme.py", line 2' in broken("acme: {}\n").detail


def test_a_plugin_that_is_given_a_secret_does_not_tell_it(install: Callable[..., None]) -> None:
    """A constructor that raises with its settings in the text is told without that text."""
    raising = "\n    def __init__(self, settings):\n        raise ValueError(settings.token.get_secret_value())\n"
    install("acme", CODE + raising, acme="Acme")
    found = broken("acme: {token: '${KEY}'}\n")

    assert "s3cret" not in found.message + found.detail
    assert found.message == "ValueError (acme.py, line 23)"


def test_a_derivation_is_allowed_by_being_named() -> None:
    """It is found by entry point, stands in no list, and is loaded when a template names it."""
    made = registry()
    found = made.derivation("worth")

    assert isinstance(found, Derivation)
    assert found.name == "worth"
    assert "worth" not in made.sources
    assert "worth" in made.names()


def test_what_is_no_derivation_is_not_taken_for_one(install: Callable[..., None]) -> None:
    """An unknown name and a connector are none; a plugin that raises, or has something else, is broken."""
    install("acme", "three = 3\n", three="three", gone="gone")
    made = Registry({}, {**POINTS, **installed()})

    assert made.derivation("nothing") is None
    assert made.derivation("sky") is None
    three, gone, lost = (made.derivation(name) for name in ("three", "gone", "lost"))
    assert isinstance(three, Broken)
    assert three.message == "acme:three is no derivation"
    assert isinstance(gone, Broken)
    assert gone.distribution == "acme 1.2"
    assert isinstance(lost, Broken)


def test_a_derivation_without_a_json_form_is_broken(install: Callable[..., None]) -> None:
    """A parameter of a type that no document has costs that derivation only."""
    code = (
        "from collections.abc import Callable\nfrom connectors import Signal, derived\n\nclass Answer(Signal):\n"
        "    word: str = ''\n\n@derived(default=Answer())\ndef odd(call: Callable[[], int]) -> Answer:\n"
        "    return Answer()\n"
    )
    install("acme", code, odd="odd")
    found = Registry({}, installed()).derivation("odd")

    assert isinstance(found, Broken)
    assert "JsonSchema" in found.message
