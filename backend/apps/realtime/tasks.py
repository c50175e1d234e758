"""Jobs of the event streams."""

from apps.jobs.registry import job
from apps.realtime.presence_rows import forget_past_presence
from apps.realtime.services import trim_log


@job("realtime.trim")
def trim() -> dict[str, int]:
    """Events go that are too many or too old, also in streams to which nobody writes any more."""
    return {"trimmed": trim_log()}


@job("realtime.forget_presence")
def forget_presence() -> dict[str, int]:
    """Who has left is forgotten."""
    return {"forgotten": forget_past_presence()}
