"""The page of the matrix, as `MATRIX.md` holds it."""

from collections.abc import Callable
from pathlib import Path

from faults.matrix import Form, Row, table
from faults.playing import ROWS

PAGE = Path(__file__).parent / "MATRIX.md"

_HEAD = """\
# The fault matrix

Made by `make faults`, which plays every row against every connector on real sockets and prints this page:
`make faults > tests/faults/MATRIX.md`. The rows stand in `reaching.py`, `framing.py`, `refusing.py` and
`saying.py` beside it.

Of every row, on a new connection with nothing cached, and again on a connection that has carried answers with an older
value in the cache (then the reason is the same, and the value `stale` unless the source said that it no longer holds):

* the answer is 200, has every field, fits the schema of the template, and comes within the budget and 100 ms;
* the signal is over at the limit that ends it, or at once, and within 100 ms; it has the reason required, and the
  operator is told the cause in brackets;
* the other signals are live, and no later than with all vendors well: half of the row's opens are within 2 ms of 99 of
  100 well ones;
* the ask, its calls and their verdict are counted exactly once;
* every permit and connection is back within twice the longest call; no task and no descriptor is left;
* the memory of the process grows by 8 MiB at most, however short a time;
* no body, URL, ticket, viewer's value or secret is logged;
* then the vendor is well again, and so is the signal.

A case has the loop to itself, and time in which the computer did not let the process run does not count.
"""


def page(held: Callable[[Row, Form, str], bool]) -> str:
    """The whole page, with a mark for each connector where a form held."""
    return "\n".join([_HEAD, *table(ROWS, held), ""])
