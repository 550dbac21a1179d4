"""The id of an open: a ULID that sorts by time."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.ids import ulid

ALPHABET = set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
WALLS = st.floats(0, 2**48 / 1000 - 1)
CHANCES = st.binary(min_size=10, max_size=10)


def decoded(text: str) -> int:
    """The number that a text of Crockford's base 32 stands for."""
    number = 0
    for letter in text:
        number = number * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(letter)
    return number


@given(wall=WALLS, chance=CHANCES)
def test_an_id_is_26_characters_that_hold_time_and_chance(wall: float, chance: bytes) -> None:
    """The first 48 bits are the milliseconds of the wall clock, the other 80 the chance, and nothing is lost."""
    made = ulid(wall, chance)

    assert len(made) == 26
    assert set(made) <= ALPHABET
    assert decoded(made) == int(wall * 1000) << 80 | int.from_bytes(chance, "big")


@given(early=WALLS, late=WALLS, chances=st.tuples(CHANCES, CHANCES))
def test_ids_sort_by_the_time_of_their_opens(early: float, late: float, chances: tuple[bytes, bytes]) -> None:
    """As texts, ids of different milliseconds are in the order of time, whatever chance says."""
    early, late = sorted((early, late))

    if int(early * 1000) < int(late * 1000):
        assert ulid(early, chances[0]) < ulid(late, chances[1])


def test_the_known_example_comes_out() -> None:
    """The example of the ULID specification: 1469918176385 ms are the time part 01ARYZ6S41."""
    assert ulid(1469918176.385, b"\0" * 10) == "01ARYZ6S41" + "0" * 16


def test_two_opens_of_one_millisecond_differ_by_chance() -> None:
    """Ids of one instant are different, because chance is."""
    assert ulid(1.0, b"0123456789") != ulid(1.0, b"0123456780")
