"""The code of a connector that a distribution carries, and the registry of what is installed."""

from collections.abc import Mapping
from importlib.metadata import EntryPoint

from gateway.catalog.plugins import installed
from gateway.catalog.registry import Registry, build_registry
from gateway.settings import parse_document
from gateway.settings.connectors import read_connectors

CODE = """\
from pydantic import SecretStr
from connectors import *

class Set(Settings):
    base_url: str = "https://api.example"
    token: SecretStr = SecretStr("")

class Ask(Query):
    word: str = From("context.word", max_length=8)

class Answer(Signal):
    word: str = ""

class Acme(Connector[Set, Ask, Answer]):
    name, default = "acme", Answer()
    policy = Policy(scope=Scope.SHARED, timeout=ms(300), ttl=seconds(5), stale=seconds(9), hosts=("api.example",))

    def read(self, query):
        yield Call("GET", "/")
        return Answer()
"""


def build(text: str, points: Mapping[str, EntryPoint] | None = None) -> Registry:
    """The registry of a text of `connectors.yaml`, over all that is installed where no entry points are given."""
    entries = read_connectors(parse_document(text, "connectors.yaml", {"KEY": "s3cret-s3cret"}))
    return build_registry(entries, installed() if points is None else points)
