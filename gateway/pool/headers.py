"""The headers of a reply: any case finds them, nothing changes them, and only what is asked for is decoded."""

from collections.abc import Iterator, Mapping, Sequence


class Headers(Mapping[str, str]):
    """The headers as they came; of several with one name the first counts."""

    __slots__ = ("_pairs",)

    def __init__(self, pairs: Sequence[tuple[bytes, bytes]]) -> None:
        self._pairs = pairs

    def __getitem__(self, name: str) -> str:
        wanted = name.lower().encode()
        for raw, value in self._pairs:
            if raw.lower() == wanted:
                return value.decode("latin-1")
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter({raw.lower(): raw.decode("latin-1") for raw, _ in reversed(self._pairs)}.values())

    def __len__(self) -> int:
        return len({raw.lower() for raw, _ in self._pairs})
