"""Every fault against every connector: each row of the matrix holds, and the page that shows it is of today."""

import pytest

from faults.matrix import Row
from faults.page import PAGE, page
from faults.playing import ROWS, Played, play

pytestmark = pytest.mark.timeout(900)  # on a computer that is busy; alone it takes a minute


@pytest.fixture(scope="module")
def played() -> Played:
    """The whole matrix, each of its rows once, on a loop whose clock leaves out what the computer took from it."""
    return play()


def test_no_fault_is_left_out() -> None:
    """The forty faults stand in the matrix, each once and in order."""
    assert [row.id for row in ROWS] == [f"F{number}" for number in range(1, 41)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.id} {row.what}")
def test_a_fault_costs_its_own_signal(row: Row, played: Played) -> None:
    """In time, with its reason and cause, counted once, nothing left behind, no other signal touched, then live."""
    cases = [(row.id, form.name, name) for form in row.forms for name in form.only]
    unplayable = {case: played.unplayable[case] for case in cases if case in played.unplayable}

    assert {case: played.wrong[case] for case in cases if played.wrong.get(case)} == {}
    assert played.beside.get(row.id) is None
    if len(unplayable) == len(cases):
        pytest.skip(f"not played here: {next(iter(unplayable.values()))}")
    assert set(cases) == {case for case in cases if case in played.wrong} | unplayable.keys()


def test_nothing_is_left_behind_or_told(played: Played) -> None:
    """After all of it no task and no descriptor more than before, and no canary and no error in the logs."""
    assert played.left + played.heard.leaks == []


def test_anothers_data_raises_an_alarm(played: Played) -> None:
    """Of all faults the one in which a viewer is sent another's data is logged as an error, with whose doing it was."""
    assert played.heard.alarms == {"voucherify"}


def test_the_page_is_of_today() -> None:
    """`MATRIX.md` is what the rows say now; `make faults > tests/faults/MATRIX.md` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page(lambda *_: True)
