"""Jobs of the figures."""

from apps.analytics.rolling_up import roll_up
from apps.jobs.registry import job


@job("analytics.roll_up", is_long=True)
def roll_up_analytics() -> dict[str, int]:
    """Everything is counted anew, and what was wrong is mended. Nothing should be."""
    done = roll_up()
    return {"days": done.days, "people": done.people, "wrong": done.wrong}
