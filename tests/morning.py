"""The template of the engine's tests: two shared signals, a viewer's, one an element, and one derived from that."""

from collections.abc import Mapping
from typing import Any

import ticket_forge
from connectors import Query, Scope
from gateway.ask import Errand
from stand_in import Figure, Member, Of, Place, Product, Says, Script, source

TEMPLATE = """
template: morning
version: 3
budget: 400ms
signals:
  sky: {connector: sky}
  stock: {connector: stock}
  points: {connector: points}
  quotes: {connector: quotes, each: "ticket.symbols"}
  total: {derive: total, with: {quotes: signals.quotes}, class: optional}
data:
  temperature: {from: sky.value, type: number, nullable: true, default: null}
  label: {from: sky.label, type: string, default: unknown}
  left: {from: stock.value, type: integer, nullable: true, default: null}
  price: {from: stock.label, type: string, nullable: true, default: null}
  points: {from: points.value, type: number, nullable: true, default: null}
  sum: {from: total.value, type: number, nullable: true, default: null}
  today: {from: moment.weekday, type: string, default: today}
groups: {offer: [left, price]}
variants:
  hero: [{when: "sky.label == 'rain'", use: rainy}, {use: classic}]
  scene: [{when: "total.value > `4`", use: up}, {when: "moment.weekday == 'friday'", use: friday}, {use: still}]
"""
SOURCES = (
    source("sky", Place),
    source("stock", Product),
    source("points", Member, scope=Scope.VIEWER),
    source("quotes", Of, batch=100),
)
SIGNALS = ("sky", "stock", "points", "quotes")
FIELDS = ("temperature", "label", "left", "price", "points", "sum", "today")
CONTEXT = {"place": {"lat": 51.51, "lon": -0.13}, "product": "p1", "timezone": "Europe/London"}
WHOLE = {"temperature": 4.5, "label": "rain", "left": 22, "price": "19.90", "points": 120.0, "sum": 6.0}
WHOLE |= {"today": "friday"}
DEFAULTS = {"temperature": None, "label": "unknown", "left": None, "price": None, "points": None, "sum": None}
DEFAULTS |= {"today": "friday"}
BRINGS = {
    "sky": Figure(value=4.5, label="rain"),
    "stock": Figure(value=22.0, label="19.90"),
    "points": Figure(value=120.0),
    "quotes": Figure(value=3.0),
}


def saying(changed: Mapping[str, Script] | None = None) -> Says:
    """Every source answers well in 20 ms, but for those given another script."""
    changed = changed or {}

    def says(errand: Errand, query: Query) -> Script:
        name = errand.source.name
        return changed.get(name) or Script(brings=BRINGS[name])

    return says


def ticket(subject: str = "viewer-1", **claims: Any) -> str:
    """A good ticket of a viewer who holds two symbols."""
    return ticket_forge.good(sub=subject, **({"symbols": ["AAA", "BBB"]} | claims))
