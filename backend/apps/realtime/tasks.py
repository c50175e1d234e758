"""Jobs of the event streams."""

from apps.jobs.registry import job
from apps.realtime.presence import purge_expired_presence
from apps.realtime.services import trim_log


@job("realtime.trim")
def trim() -> dict[str, int]:
    """Trims events that are too many or too old, also in streams without further writes."""
    return {"trimmed": trim_log()}


@job("realtime.purge_presence")
def purge_presence() -> dict[str, int]:
    """Purges presence that expired without an orderly end."""
    return {"purged": purge_expired_presence()}
