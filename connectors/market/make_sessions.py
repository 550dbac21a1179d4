"""Writes `sessions.json`, the session table beside this file. Run by `make sessions`, never imported by the product.

It stands here because it and the table change together. The calendar library that it reads brings a data-frame
library along and lives in a throw-away environment of its own: at run time the table alone is needed. Python is to run
this file isolated (`-I`), for the folder of a script comes first on its path, and this one has a `signal.py`.
"""

import importlib
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

MIC = "XNYS"
FIRST, LAST = date(2021, 1, 4), date(2030, 12, 31)
_FRIDAY = 4


def table() -> dict[str, Any]:
    """The table of the exchange: its zone and hours, and the days that differ from an ordinary weekday.

    Raises:
        SystemExit: the exchange has changed its hours, and a table of this shape can no longer say so.
    """
    library = importlib.import_module("exchange_calendars")  # by name: no dependency of the product
    calendar = library.get_calendar(MIC, start=FIRST.isoformat(), end=LAST.isoformat())
    opens = {calendar.session_open(day).tz_convert(calendar.tz).time() for day in calendar.sessions}
    early = {calendar.session_close(day).tz_convert(calendar.tz).time() for day in calendar.early_closes}
    late = {
        calendar.session_close(day).tz_convert(calendar.tz).time()
        for day in calendar.sessions.difference(calendar.early_closes)
    }
    sessions = {day.date() for day in calendar.sessions}
    if [len(times) for times in (opens, late, early)] != [1, 1, 1] or not sessions <= weekdays():
        raise SystemExit(f"{MIC} no longer keeps one time for each: {opens}, {late}, {early}, Monday to Friday")
    return {
        "mic": MIC,
        "zone": str(calendar.tz),
        "opens": f"{opens.pop():%H:%M}",
        "closes": f"{late.pop():%H:%M}",
        "half_day_closes": f"{early.pop():%H:%M}",
        "first": min(sessions).isoformat(),
        "last": max(sessions).isoformat(),
        "holidays": [day.isoformat() for day in sorted(weekdays() - sessions)],
        "half_days": [f"{day:%Y-%m-%d}" for day in calendar.early_closes],
    }


def weekdays() -> set[date]:
    """Monday to Friday, from the first date to the last."""
    days = (FIRST + timedelta(days=count) for count in range((LAST - FIRST).days + 1))
    return {day for day in days if day.weekday() <= _FRIDAY}


if __name__ == "__main__":
    made = table()
    # A date a line, so that a change reads as one.
    Path(__file__).with_name("sessions.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    print(
        f"{MIC} {made['first']} to {made['last']}:",
        len(made["holidays"]),
        "holidays,",
        len(made["half_days"]),
        "half days",
    )
