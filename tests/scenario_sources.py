"""From the signals of a scenario to what stands for them: sources, a template, and a script for each call."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from connectors import Quota, Scope
from gateway.ask import Source
from scenario import Behaviour, Scenario, Signal
from stand_in import Figure, Member, Of, Product, Script, source
from vendor import failing

HANGS = 3600.0


def source_of(name: str, signal: Signal) -> Source:
    """The source of one signal."""
    query = Product if signal.each is None and signal.parent is None else Of
    if signal.scope is Scope.VIEWER and query is Product:
        query = Member
    spans = {span: getattr(signal, span).total_seconds() for span in ("timeout", "ttl", "stale")}
    made = source(name, query, scope=signal.scope, batch=signal.batch, **spans)
    quota = signal.quota and Quota(**signal.quota.model_dump())
    return replace(
        made,
        quota=quota,
        idempotent=signal.idempotent,
        hedge=signal.hedge,
        in_flight=signal.in_flight,
        negative_ttl=signal.negative_ttl.total_seconds(),
    )


def template_of(scenario: Scenario, tenant: str) -> str:
    """The template of the scenario for one tenant, as a file would have it (JSON is YAML)."""
    signals: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for name, one in scenario.signals.items():
        signals[name] = wires_of(name, one, scenario.signals)
        if one.each is None:
            data[name] = {"from": f"{name}.value", "type": "number", "nullable": True, "default": None}
            ages = {"max_age": one.max_age, "needed_at": one.needed_at}
            data[name] |= {key: f"{age.total_seconds() * 1000:g}ms" for key, age in ages.items() if age is not None}
    budget = f"{scenario.budget.total_seconds() * 1000:g}ms"
    document = {"template": "morning", "version": 1, "tenant": tenant, "budget": budget, "signals": signals}
    return orjson.dumps(document | {"data": data, "groups": scenario.groups}).decode()


def wires_of(name: str, one: Signal, others: Mapping[str, Signal]) -> dict[str, Any]:
    """One signal as a template says it."""
    stated: dict[str, Any] = {"class": one.class_, "run_on_default": one.run_on_default}
    if one.derive is not None:
        parameter = "quotes" if one.derive == "total" else "one"
        return stated | {"derive": one.derive, "with": {parameter: f"signals.{one.parent}"}}
    stated["connector"] = name
    if one.patience is not None:
        stated["timeout"] = f"{one.patience.total_seconds() * 1000:g}ms"
    if one.each is not None:
        stated["each"] = one.each
    elif one.parent is not None:
        stated["with"] = {"of": f"signals.{one.parent}.label"}
    return stated


def script_of(behaviour: Behaviour, number: int, signal: Signal) -> Script:
    """How the call of that number, from 1, is answered."""
    latency = _of_call(behaviour.latency, number)
    fault = _of_call(behaviour.fault, number)
    value = _of_call(behaviour.value, number)
    return Script(
        latency=HANGS if latency == "never" else latency.total_seconds(),
        brings=failing(fault, behaviour.retry_after.total_seconds()) if fault else Figure(value=value, label="x"),
        stubborn=signal.stubborn.total_seconds(),
        deaf=signal.deaf,
    )


def _of_call(stated: Any, number: int) -> Any:
    return stated[min(number, len(stated)) - 1] if isinstance(stated, tuple) else stated
