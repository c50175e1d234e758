"""What a server does for its rooms when it starts."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.playlist.models import RemovedItem, Room
from apps.playlist.tally import settle_order
from apps.realtime.services import lock_stream, trim_log
from core.portions import delete_in_portions


def settle_rooms() -> None:
    """Brings queues into the order that AUTO_SORT_BY_VOTES says now, where nobody has chosen another."""
    for room in Room.objects.filter(chosen_order=""):
        with transaction.atomic():
            lock_stream(room.stream_id)
            settle_order(room)


def forget_removed_items(*, now: datetime | None = None) -> int:
    """Drops records of removed items that nobody can refer to any more; returns how many.

    They are kept as long as events: a client may come back that long, and name an item that has gone. They
    also tell in which logs somebody's items are, so those are trimmed first.
    """
    trim_log(now=now)
    before = (now or timezone.now()) - timedelta(days=settings.EVENT_LOG_KEEP_DAYS)
    return delete_in_portions(RemovedItem.objects.filter(removed_at__lt=before))
