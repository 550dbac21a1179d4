"""The exposition of `/metrics`, read as Prometheus reads it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families


@dataclass(frozen=True)
class Exposition:
    """Every sample by its name and labels."""

    samples: Mapping[tuple[str, frozenset[tuple[str, str]]], float]

    def of(self, name: str, **labels: str) -> float:
        """The sum of the samples with that name and, among others, those labels; 0 for none."""
        wanted = labels.items()
        return sum(value for (named, has), value in self.samples.items() if named == name and wanted <= has)

    def labels(self) -> Iterator[tuple[str, str]]:
        """Every label and value that stands anywhere."""
        for _, has in self.samples:
            yield from has


def read_exposition(text: bytes, *only: str) -> Exposition:
    """Parse an exposition; where it has to be quick, only the samples of these names."""
    told = text.decode()
    if only:
        told = "".join(line for line in told.splitlines(keepends=True) if line.startswith(only))
    families = text_string_to_metric_families(told)
    return Exposition(
        {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}
    )
