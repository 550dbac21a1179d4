"""The id of an open: a ULID, so that ids sort by the time of their opens. Time and chance are passed in."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid(wall: float, chance: bytes) -> str:
    """26 characters of Crockford's base 32: 48 bits of Unix milliseconds, then the 80 bits of `chance` (10 bytes)."""
    number = int(wall * 1000) << 80 | int.from_bytes(chance, "big")
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
