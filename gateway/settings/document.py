"""A file of the configuration as data, and where in the file each piece of it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.errors import ConfigFault, Mark

# The keys and indices from the root of a document to one of its values.
Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed file; its text form shows no value, since any of them may be a secret.

    `marks` holds the position of each value, `key_marks` that of each key of a mapping, by the location of its value.
    `interpolated` are the locations whose value came, wholly or in part, from the environment or a secret's file.
    """

    file: str
    data: Any = field(repr=False)
    marks: Mapping[Location, Mark] = field(repr=False)
    key_marks: Mapping[Location, Mark] = field(repr=False)
    interpolated: frozenset[Location] = field(repr=False)

    def part(self, at: Location) -> Any:
        """The value at a location that the document has.

        Raises:
            LookupError: it has not.
        """
        value = self.data
        for step in at:
            value = value[step]
        return value

    def nearest(self, at: Location) -> Location:
        """The steps of a location that lead somewhere in this document; the others are skipped.

        A validator names steps that no file has: the member of a union it tried, a key that is missing.
        """
        found: Location = ()
        for step in at:
            if (*found, step) in self.marks:
                found = (*found, step)
        return found

    def mark(self, at: Location) -> Mark:
        """The position of the value at a location, or of the nearest thing around it."""
        return self.marks[self.nearest(at)]

    def key_mark(self, at: Location) -> Mark:
        """The position of the key at a location; of the value where there is no key, as in a list."""
        found = self.nearest(at)
        return self.key_marks.get(found, self.marks[found])

    def fault(self, at: Location, message: str, fix: str | None = None) -> ConfigFault:
        """A fault of the value at a location."""
        return ConfigFault(self.mark(at), message, fix)
