"""The script that writes the session table: beside the product, and no part of it."""

import subprocess
import sys

from connectors.market import make_sessions
from connectors.market.sessions import SESSIONS

LOADED = """
import sys
import connectors.market.alpaca, connectors.market.portfolio
print(sorted(name for name in sys.modules if "make_sessions" in name or name in ("exchange_calendars", "pandas")))
"""


def test_the_product_loads_neither_the_script_nor_a_calendar_library() -> None:
    """Quotes and portfolio need the table alone."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_the_table_was_written_for_the_dates_that_the_script_names() -> None:
    """The shipped table is the script's: same ends, and each weekday of it a session or a holiday."""
    sessions = {day for day in make_sessions.weekdays() if SESSIONS.has(day)}

    assert (SESSIONS.first, SESSIONS.ends) == (make_sessions.FIRST, make_sessions.LAST)
    assert make_sessions.weekdays() - sessions == SESSIONS.holidays
