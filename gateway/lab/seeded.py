"""Plausible values out of nothing but a name: the same name always has the same value, in every process."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from math import floor

_FRACTION_BITS = 53  # what a float holds exactly, so that no fraction rounds up to 1


@dataclass(frozen=True, slots=True)
class Seeded:
    """The values that belong to one input, e.g. one place or one variant; its fields have names of their own."""

    name: str

    def of(self, *parts: object) -> "Seeded":
        """The values of something that belongs to this one."""
        return Seeded("\x1f".join((self.name, *map(str, parts))))

    def fraction(self, *parts: object) -> float:
        """A number of at least 0 and below 1."""
        return _fraction(self.of(*parts).name)

    def whole(self, least: int, most: int, *parts: object) -> int:
        """A whole number from `least` to `most`, both included."""
        return least + int(self.fraction(*parts) * (most - least + 1))

    def token(self, length: int, *parts: object) -> str:
        """At most 32 hexadecimal digits, as vendors put them into their ids."""
        return blake2b(_bytes(self.of(*parts).name), digest_size=16).hexdigest()[:length]

    def drift(self, position: float, *parts: object) -> float:
        """A number from 0 to 1 that moves smoothly with `position` and is a new one at each whole position."""
        step = floor(position)
        into = position - step
        before, after = self.fraction(*parts, step), self.fraction(*parts, step + 1)
        return before + (after - before) * into * into * (3 - 2 * into)


def _bytes(name: str) -> bytes:
    """The bytes of a name, also where an input holds a lone half of a surrogate pair."""
    return name.encode("utf-8", "surrogatepass")


@lru_cache(maxsize=65_536)
def _fraction(name: str) -> float:
    """The fraction of a whole name; remembered, because neighbouring instants share most of their steps."""
    digest = int.from_bytes(blake2b(_bytes(name), digest_size=8).digest(), "big")
    return (digest >> (64 - _FRACTION_BITS)) / float(1 << _FRACTION_BITS)
