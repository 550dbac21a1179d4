"""Gathers what is wrong with one template, each fault with its place in the file."""

from collections.abc import Iterable

from connectors.contract.expression import Expression, may_read
from gateway.catalog.shapes import ANYTHING, NoSuchPath, Shape, shape_of
from gateway.errors import ConfigError, ConfigFault
from gateway.settings import Document, Location, did_you_mean


class Inspection:
    """The faults found so far in one document; `fault` adds one, nothing is raised until all are found."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.faults: list[ConfigFault] = []

    def fault(
        self, at: Location, message: str, *, word: str = "", known: Iterable[str] = (), key: bool = False
    ) -> None:
        """Add a fault of the value at a location, or of its key; a wrong `word` is given the nearest known one."""
        mark = self.document.key_mark(at) if key else self.document.mark(at)
        self.faults.append(ConfigFault(mark, message, did_you_mean(word, known) if word else None))

    def end(self) -> None:
        """End the inspection.

        Raises:
            ConfigError: there are faults; in the order of the file.
        """
        if self.faults:
            raise ConfigError(*sorted(self.faults, key=lambda fault: (fault.mark is not None, fault.mark)))

    def expression(self, at: Location, text: str) -> Expression | None:
        """The compiled expression; None, and a fault, where it is none."""
        try:
            return Expression(text)
        except ValueError as error:
            self.fault(at, str(error))
            return None

    def shape(self, at: Location, expression: Expression, top: Shape) -> Shape:
        """The shape of what the expression reads; anything, and a fault, where it reads what is not there."""
        if "@" in expression.roots:
            self.fault(at, f"{expression.text!r} reads all that there is: begin with a name")
            return ANYTHING
        try:
            return shape_of(expression, top)
        except NoSuchPath as error:
            self.fault(at, f"{expression.text!r}: {error}", word=error.name, known=error.known)
            return ANYTHING

    def no_instant(self, at: Location, expression: Expression) -> None:
        """A fault where the expression may read `moment.now`, which changes with each open."""
        if may_read(expression.parsed, "moment", "now"):
            self.fault(
                at, f"{expression.text!r} reads moment.now, which only a derive may: no field, rule or cache key"
            )
