"""Locks and changes queues before a library track is changed or deleted."""

from django.db import connection, transaction

from apps.playlist.models import PlaylistTrack
from apps.realtime.services import lock_streams
from apps.tracks.models import Track


class _MoreRooms(Exception):
    """The track was queued in another room while its rooms were being locked."""


def lock_rooms_of_track(track_id: int) -> None:
    """Locks every room whose queue shows the track, then the track's own row, which who adds it takes too."""
    if not connection.features.has_select_for_update:
        return  # SQLite: the transaction itself is the only writer
    stream_ids: set[int] = set()
    while True:
        stream_ids |= _streams_showing(track_id)
        lock_streams(sorted(stream_ids))
        try:
            with transaction.atomic():  # gives the track's row back when a room is missing
                list(Track.objects.select_for_update(no_key=True).filter(pk=track_id).values_list("pk"))
                if not _streams_showing(track_id) <= stream_ids:
                    raise _MoreRooms
                return
        except _MoreRooms:
            continue


def remove_items_of_track(track_id: int) -> None:
    """Takes the track out of every queue, one item after the other, each with an event in its room."""
    for item in PlaylistTrack.objects.filter(track_id=track_id).order_by("room__stream_id"):
        item.delete()


def _streams_showing(track_id: int) -> set[int]:
    items = PlaylistTrack.objects.filter(track_id=track_id)
    return set(items.values_list("room__stream_id", flat=True))
