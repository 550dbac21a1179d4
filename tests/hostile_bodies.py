"""Bodies that no vendor should send: any JSON at all, and good bodies with one part of them replaced by any JSON."""

from typing import Any

from hypothesis import strategies as st

_NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
_LEAVES = st.none() | st.booleans() | _NUMBERS | st.text(max_size=20) | st.sampled_from([0, "", "N/A", "0", 1e308, -1])


def any_json(*names: str) -> st.SearchStrategy[Any]:
    """Any JSON value; objects often use the names given."""
    keys = st.sampled_from(names) | st.text(max_size=8) if names else st.text(max_size=8)
    return st.recursive(
        _LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5), max_leaves=12
    )


@st.composite
def one_part_replaced(draw: st.DrawFn, body: Any) -> Any:
    """A good body with one part, however deep, replaced by any JSON or taken out."""
    paths = list(_paths(body))
    path = draw(st.sampled_from(paths))
    return _replaced(body, path, draw(any_json()), taken_out=draw(st.booleans()))


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Any:
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield from _paths(part, (*path, name))


def _replaced(value: Any, path: tuple[Any, ...], part: Any, *, taken_out: bool) -> Any:
    if not path:
        return part
    copy = dict(value) if isinstance(value, dict) else list(value)
    if len(path) == 1 and taken_out:
        del copy[path[0]]
    else:
        copy[path[0]] = _replaced(value[path[0]], path[1:], part, taken_out=taken_out)
    return copy
