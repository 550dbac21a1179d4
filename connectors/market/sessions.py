"""The exchange's calendar: what an instant is to it, read from the shipped table `sessions.json` (`make sessions`).

All is told by the exchange's own wall clock, never by an offset from UTC: America and Europe change their clocks in
different weeks. The table lists the days that differ from an ordinary Monday to Friday, and ends at a date; beyond it
nothing is claimed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

State = Literal["pre", "regular", "post", "closed", "holiday", "unknown"]

# Hours of the electronic venues, which the calendars of the exchanges do not list: from 04:00, and until four hours
# after the close, on half days too (NYSE: "late trading sessions will close at 5:00 p.m.").
_EARLIEST = time(4)
_LATE_HOURS = 4
_FRIDAY = 4
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Sessions:
    """The sessions of one exchange between two dates, both included. `ends` is the last one known."""

    zone: ZoneInfo
    opens: time
    closes: time
    half_day_closes: time
    first: date
    ends: date
    holidays: frozenset[date]
    half_days: frozenset[date]

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> "Sessions":
        """Read the table as `make sessions` writes it."""
        return cls(
            zone=ZoneInfo(table["zone"]),
            opens=time.fromisoformat(table["opens"]),
            closes=time.fromisoformat(table["closes"]),
            half_day_closes=time.fromisoformat(table["half_day_closes"]),
            first=date.fromisoformat(table["first"]),
            ends=date.fromisoformat(table["last"]),
            holidays=frozenset(map(date.fromisoformat, table["holidays"])),
            half_days=frozenset(map(date.fromisoformat, table["half_days"])),
        )

    @cached_property
    def zone_name(self) -> str:
        """The IANA name of the exchange's zone."""
        return self.zone.key

    def local(self, at: datetime) -> datetime:
        """The instant by the exchange's wall clock.

        Raises:
            ValueError: the instant has no zone of its own.
        """
        if at.tzinfo is None:
            raise ValueError("an instant has a zone")
        return at.astimezone(self.zone)

    def knows(self, day: date) -> bool:
        """Whether the table says anything about a day."""
        return self.first <= day <= self.ends

    def has(self, day: date) -> bool:
        """Whether there is regular trading on a day of the table."""
        return self.knows(day) and day.weekday() <= _FRIDAY and day not in self.holidays

    def close_of(self, day: date) -> time:
        """When regular trading ends on a day with trading, by the exchange's wall clock."""
        return self.half_day_closes if day in self.half_days else self.closes

    def state(self, at: datetime) -> State:
        """What the market is at an instant; a weekday without trading is a holiday, beyond the table all is unknown."""
        local = self.local(at)
        day, clock = local.date(), local.time()
        if not self.knows(day):
            return "unknown"
        if not self.has(day):
            return "holiday" if day.weekday() <= _FRIDAY else "closed"
        close = self.close_of(day)
        stages: tuple[tuple[time, State], ...] = (
            (_EARLIEST, "closed"),
            (self.opens, "pre"),
            (close, "regular"),
            (close.replace(hour=close.hour + _LATE_HOURS), "post"),
        )
        return next((state for end, state in stages if clock < end), "closed")

    def trading_date(self, at: datetime) -> date | None:
        """The newest session that had opened by an instant, so the date of the last regular price; None if unknown."""
        local = self.local(at)
        day = local.date()
        if not self.knows(day):
            return None
        if local.time() < self.opens:
            day -= _DAY
        while self.knows(day) and not self.has(day):
            day -= _DAY
        return day if self.knows(day) else None

    def days_left(self, at: datetime) -> int:
        """How many days the table still reaches beyond an instant's date; negative once it has ended."""
        return (self.ends - self.local(at).date()).days


SESSIONS = Sessions.from_table(json.loads(Path(__file__).with_name("sessions.json").read_bytes()))
