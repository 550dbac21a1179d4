"""Which path fills which input: each input bound once, to a path that exists, is of its type, and may be seen there."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from connectors.contract.expression import Expression, may_read
from gateway.catalog.shapes import ANYTHING, Privacy, Shape, most_private, obj
from gateway.catalog.templates.inspection import Inspection
from gateway.catalog.templates.model import SignalModel
from gateway.catalog.templates.origins import Input, Origin
from gateway.catalog.templates.template import Bound
from gateway.settings import Location

_TEXT = Shape(frozenset({"string"}))
_NUMBER = Shape(frozenset({"number"}))
MOMENT = obj(dict.fromkeys(("date", "weekday", "daypart", "season", "locale", "timezone", "now"), _TEXT))
WHERE = obj({"lat": _NUMBER.or_null(), "lon": _NUMBER.or_null(), "timezone": _TEXT.or_null(), "source": _TEXT})
TICKET = ANYTHING.raised_to("viewer")


@dataclass(frozen=True, slots=True, eq=False)
class Wire:
    """One input with the path that fills it, and where in the file that is said."""

    input: Input
    path: Expression
    at: Location
    is_each: bool = False

    def bound(self) -> Bound:
        """The wire as an open follows it: without a list there is nothing to ask once an element."""
        return Bound(self.input.name, self.path, self.input.round, not self.input.required and not self.is_each)

    def parents(self, signals: Collection[str]) -> Iterator[str]:
        """The signals that it reads; none where it names none, which is a fault."""
        return (name for name in signals if not self.reads_all and may_read(self.path.parsed, "signals", name))

    @property
    def reads_all(self) -> bool:
        """Whether it reads `signals` without naming one."""
        return may_read(self.path.parsed, "signals", "")  # no signal has that name


def wires_of(signal: str, model: SignalModel, origin: Origin, found: Inspection) -> tuple[Wire, ...]:
    """The wires of one signal: the template's `with` and `each` before the connector's own."""
    here: Location = ("signals", signal)
    wires = []
    for name, text in model.with_.items():
        at = (*here, "with", name)
        path = found.expression(at, text)
        taken = origin.inputs.get(name) if origin.is_known else Input(name)
        if taken is None:
            found.fault(at, f"{origin.name} takes no input {name!r}", word=name, known=origin.inputs, key=True)
        elif path is not None:
            wires.append(Wire(taken, path, at))
    left = [one for name, one in origin.inputs.items() if name not in model.with_]
    unbound = [one for one in left if one.path is None and one.required]
    if model.each is not None:
        wires += _each(model.each, (*here, "each"), origin, left, found)
    else:
        for one in unbound:
            found.fault(here, f"input {one.name!r} of {origin.name} is not bound: say it under with", key=True)
    return (*wires, *(Wire(one, one.path, here) for one in left if one.path is not None))


def _each(text: str, at: Location, origin: Origin, left: list[Input], found: Inspection) -> Iterator[Wire]:
    """The wire that fills the only input that nothing else does; one with a default counts where no other is left."""
    path = found.expression(at, text)
    unbound = [one for one in left if one.path is None]
    unbound = [one for one in unbound if one.required] or unbound
    if not origin.is_known:
        unbound = [Input("each")]
    if len(unbound) != 1:
        names = ", ".join(one.name for one in unbound) or "none"
        found.fault(at, f"each fills the only unbound input of {origin.name}; unbound here: {names}")
    elif path is not None:
        yield Wire(unbound[0], path, at, is_each=True)


def check_wires(origin: Origin, wires: tuple[Wire, ...], signals: Mapping[str, Shape], found: Inspection) -> Privacy:
    """Check the wires of one signal against the shapes of the others; how private all is that they carry."""
    top = obj({"where": WHERE, "context": ANYTHING, "ticket": TICKET, "moment": MOMENT, "signals": obj(signals)})
    return most_private([_check(origin, wire, top, found) for wire in wires])


def _check(origin: Origin, wire: Wire, top: Shape, found: Inspection) -> Privacy:
    if wire.reads_all:
        found.fault(wire.at, f"{wire.path.text!r} reads all signals: say which, as in signals.<name>")
        return "public"
    shape = found.shape(wire.at, wire.path, top)
    privacy = shape.exposure()
    if origin.is_shared and privacy == "viewer" and not wire.input.is_public:
        found.fault(
            wire.at,
            f"{origin.name} is shared between viewers: {wire.path.text!r} is a viewer's, and input "
            f"{wire.input.name!r} is no public identifier by shape (a pattern and at most 32 characters)",
        )
    if origin.source is not None:
        found.no_instant(wire.at, wire.path)
    if not wire.is_each:
        _check_type(shape, wire, found)
    elif shape.types is not None and "array" not in shape.types:
        found.fault(wire.at, f"each asks once an element of a list, and {wire.path.text!r} is {shape.told()}")
    else:
        _check_type(shape.element(), wire, found)
    return privacy


def _check_type(given: Shape, wire: Wire, found: Inspection) -> None:
    if _fits(given, wire.input.shape):
        return
    told, wanted = given.not_null().told(), wire.input.shape.not_null().told()
    message = f"{wire.path.text!r} is {told}, and input {wire.input.name!r} takes {wanted}"
    found.fault(wire.at, f"{message} of another shape" if told == wanted else message)


def _fits(given: Shape, wanted: Shape) -> bool:
    """Whether a value can ever be taken; null counts as nothing given."""
    if given.types is None or wanted.types is None:
        return True
    numbers = frozenset({"number", "integer"})
    types = given.types - {"null"}
    shared = types & (wanted.types | numbers if wanted.types & numbers else wanted.types)
    if not shared:
        return not types
    if shared == {"array"}:
        return _fits(given.items or ANYTHING, wanted.items or ANYTHING)
    return shared != {"object"} or _members_fit(given, wanted)


def _members_fit(given: Shape, wanted: Shape) -> bool:
    members = given.members or {}
    named = [(one, (wanted.members or {}).get(name, wanted.values or ANYTHING)) for name, one in members.items()]
    return all(_fits(one, other) for one, other in named) and _fits(given.values or ANYTHING, wanted.values or ANYTHING)
