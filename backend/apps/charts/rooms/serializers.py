"""Which week an address asks for."""

from datetime import date

from apps.charts.rooms.weeks import Week
from core.errors import InvalidInput

# No room is as old. Far from the first year that there is, so that a year can be looked back.
FIRST_YEAR = 1980


def week_asked_for(text: str | None, *, today: date) -> Week:
    """Without one the week that goes on. Raises InvalidInput."""
    this_week = Week.of(today)
    if text is None:
        return this_week
    try:
        week = Week.written(text)
    except ValueError as error:
        raise InvalidInput.of("week", str(error)) from None
    if week > this_week:
        raise InvalidInput.of("week", "Must not be in the future.")
    if week.begins_on.isocalendar().year < FIRST_YEAR:
        raise InvalidInput.of("week", f"Lies before {FIRST_YEAR}.")
    return week
