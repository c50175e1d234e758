"""Maintenance of queues: by jobs and at the start of a server."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.jobs.registry import job
from apps.playlist.models import RemovedItem
from apps.playlist.rules import apply_vote_order
from apps.playlist.wish_services import purge_old_wishes
from apps.realtime.services import lock_stream, trim_log
from apps.rooms.models import Room
from apps.rooms.services import purge_empty_rooms
from core.database import delete_in_batches


def apply_default_order() -> None:
    """Sorts the queues of rooms without an order of their own as AUTO_SORT_BY_VOTES says now."""
    for room in Room.objects.filter(chosen_order=""):
        with transaction.atomic():
            lock_stream(room.stream_id)
            apply_vote_order(room)


def purge_removed_items(*, now: datetime | None = None) -> int:
    """Deletes records of removed items to which no client can refer any more, and returns their number.

    They are retained as long as events, since a client may return that long, and name a removed item. They
    also show which logs have items of a person, so the logs are trimmed first.
    """
    trim_log(now=now)
    before = (now or timezone.now()) - timedelta(days=settings.EVENT_LOG_KEEP_DAYS)
    return delete_in_batches(RemovedItem.objects.filter(removed_at__lt=before))


# --- Jobs --------------------------------------------------------------------------------------------


@job("playlist.purge_removals")
def purge_removals() -> dict[str, int]:
    """Purges records of removed items that no client can refer to any more."""
    return {"purged": purge_removed_items()}


@job("playlist.purge_rooms")
def purge_rooms() -> dict[str, int]:
    """Purges rooms that are empty and were not entered for long."""
    return {"purged": purge_empty_rooms()}


@job("playlist.purge_wishes")
def purge_wishes() -> dict[str, int]:
    """Purges wishes after a day."""
    return {"purged": purge_old_wishes()}
