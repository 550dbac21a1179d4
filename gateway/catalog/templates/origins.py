"""Where a signal of a template comes from: a configured connector or a derivation, its inputs and its shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors import Attribution, Scope
from connectors.contract.derive import Derivation
from connectors.contract.expression import Expression
from connectors.contract.query import binding_of, is_public_by_shape
from gateway.ask import Source
from gateway.catalog.registry import Broken, Registry, input_schemas, signal_schema
from gateway.catalog.shapes import ANYTHING, Shape, shape_in
from gateway.catalog.templates.inspection import Inspection
from gateway.catalog.templates.model import SignalModel


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """One input of an origin: what it takes, the path of its own wiring, and whether any viewer may know its value."""

    name: str
    shape: Shape = ANYTHING
    path: Expression | None = None
    round: int | None = None
    required: bool = True
    is_public: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """What fills a signal. Without a source and a derivation it could not be loaded: nothing is known of it."""

    name: str
    source: Source | None = None
    derivation: Derivation[Any] | None = None
    inputs: Mapping[str, Input] = field(default_factory=dict)
    shape: Shape = ANYTHING
    default: Mapping[str, Any] = field(default_factory=dict)
    major: int = 1
    attribution: Attribution | None = None

    @property
    def is_known(self) -> bool:
        """Whether it was loaded."""
        return self.source is not None or self.derivation is not None

    @property
    def is_shared(self) -> bool:
        """Whether an answer may be given to another viewer."""
        return self.source is not None and self.source.scope is Scope.SHARED


def find_origin(signal: str, model: SignalModel, registry: Registry, found: Inspection) -> Origin:
    """The origin that a signal names; an unknown name is a fault and an origin of which nothing is known."""
    if model.connector is not None:
        name, part = model.connector, registry.sources.get(model.connector)
        if part is None:
            message = f"no connector {name!r} is configured"
            found.fault(("signals", signal, "connector"), message, word=name, known=registry.sources)
        return _of_source(part) if isinstance(part, Source) else Origin(name)
    name = model.derive or ""
    derivation = registry.derivation(name)
    if derivation is None:
        known = registry.names() - registry.sources.keys()
        found.fault(("signals", signal, "derive"), f"no derivation {name!r} is installed", word=name, known=known)
    return Origin(name) if derivation is None or isinstance(derivation, Broken) else _of_derivation(derivation)


def _of_source(source: Source) -> Origin:
    made = source.connector
    schemas = input_schemas(made)
    inputs = {}
    for name, declared in made.query_type.model_fields.items():
        binding = binding_of(declared)
        assert binding is not None  # checked when its class was created
        inputs[name] = Input(
            name,
            shape_in(schemas.get(name, {})),
            binding.path,
            binding.round,
            declared.is_required(),
            is_public_by_shape(declared),
        )
    shape = shape_in(signal_schema(made))
    return Origin(
        source.name,
        source,
        None,
        inputs,
        shape.raised_to("viewer") if source.scope is Scope.VIEWER else shape,
        made.default.model_dump(mode="json"),
        made.signal_type.major,
        made.attribution,
    )


def _of_derivation(made: Derivation[Any]) -> Origin:
    inputs = {name: Input(name, shape_in(schema)) for name, schema in input_schemas(made).items()}
    default = made.default.model_dump(mode="json")
    return Origin(made.name, None, made, inputs, shape_in(signal_schema(made)), default, made.signal_type.major)
