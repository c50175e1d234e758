"""Jobs of the queue."""

from apps.jobs.registry import job
from apps.playlist.room_services import forget_empty_rooms
from apps.playlist.upkeep import forget_removed_items


@job("playlist.forget_removals")
def forget_removals() -> dict[str, int]:
    """Records of removed items go when nobody can refer to them any more."""
    return {"forgotten": forget_removed_items()}


@job("playlist.forget_rooms")
def forget_rooms() -> dict[str, int]:
    """Rooms go that are empty, and that nobody has entered for long."""
    return {"forgotten": forget_empty_rooms()}
