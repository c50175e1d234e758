"""Weeks of the calendar as ISO 8601 numbers them, in UTC. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self

# ASCII digits alone, unlike \d.
WRITTEN = re.compile(r"([0-9]{4})-W([0-9]{2})")
DAYS = 7


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """Known by its Monday."""

    begins_on: date

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def written(cls, text: str) -> Self:
        """Of `2025-W49`. Raises ValueError, also for a week that its year doesn't have."""
        match = WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError("Weeks are written like 2025-W49.")
        return cls(date.fromisocalendar(int(match[1]), int(match[2]), 1))

    def __str__(self) -> str:
        year, number, _ = self.begins_on.isocalendar()
        return f"{year:04}-W{number:02}"

    def before(self, weeks: int = 1) -> "Week":
        return Week(self.begins_on - timedelta(days=DAYS * weeks))

    @property
    def ends_on(self) -> date:
        """Its Sunday."""
        return self.begins_on + timedelta(days=DAYS - 1)

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.begins_on, datetime.min.time(), UTC)

    @property
    def is_over_at(self) -> datetime:
        """The first moment that is not in it any more."""
        return self.begins_at + timedelta(days=DAYS)
