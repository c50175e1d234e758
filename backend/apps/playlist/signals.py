"""Which change of which model is which event. Nothing else in the code broadcasts.

The docstrings are the payloads in `docs/protocol.md`: `make events` writes them there.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models.signals import post_delete, post_save

from apps.playlist.models import PlaylistTrack, Wish
from apps.playlist.payloads import (
    ItemPayload,
    PlacePayload,
    RemovedPayload,
    ReorderedPayload,
    RoomNamePayload,
    StoppedPayload,
    WishesPayload,
    item_payload,
)
from apps.playlist.placement import queue_positions, queue_reordered
from apps.realtime.decorators import Broadcast, broadcast_event, changed, created
from apps.rooms.models import Room
from apps.tracks.models import Track
from core.changes import Change

ItemChange = Change[PlaylistTrack]
# The fields of a track that an item shows.
SHOWN_OF_TRACK = (
    *("title", "artist", "album", "duration_seconds", "genre", "cover_url", "isrc", "created_at"),
    *("has_audio", "explicit"),
)


def of_item(change: ItemChange | Change[Wish]) -> int:
    stream_id: int = row(change).room.stream_id
    return stream_id


def of_room(change: Change[Room]) -> int:
    stream_id: int = row(change).stream_id
    return stream_id


def row(change: Change[Any]) -> Any:
    return change.after or change.before


@broadcast_event("track.added", on=post_save, sender=PlaylistTrack, stream=of_item, when=created)
def track_added(change: ItemChange) -> ItemPayload:
    """The item."""
    return item_payload(row(change))


@broadcast_event("track.voted", on=post_save, sender=PlaylistTrack, stream=of_item, when=changed("votes"))
def track_voted(change: ItemChange) -> ItemPayload:
    """The item."""
    return item_payload(row(change))


@broadcast_event("track.moved", on=post_save, sender=PlaylistTrack, stream=of_item, when=changed("position"))
def track_moved(change: ItemChange) -> ItemPayload:
    """The item."""
    return item_payload(row(change))


@broadcast_event(
    "track.updated",
    on=post_save,
    sender=PlaylistTrack,
    stream=of_item,
    when=changed("track_id", "added_by", "added_at", "played_at"),
)
def track_updated(change: ItemChange) -> ItemPayload:
    """The item, after any other change: its track was corrected, a name was erased."""
    return item_payload(row(change))


@broadcast_event("track.updated", on=post_save, sender=Track, when=changed(*SHOWN_OF_TRACK))
def library_track_corrected(change: Change[Track]) -> Iterator[Broadcast[ItemPayload]]:
    items = PlaylistTrack.objects.filter(track_id=row(change).pk).select_related("room", "track")
    for item in items.order_by("room__stream_id"):
        yield Broadcast(item.room.stream_id, item_payload(item))


@broadcast_event("track.removed", on=post_delete, sender=PlaylistTrack, stream=of_item)
def track_removed(change: ItemChange) -> RemovedPayload:
    """`{"id", "track_id"}`."""
    item = change.before
    assert item is not None  # noqa: S101 - a deleted row existed
    return RemovedPayload(id=item.pk, track_id=item.track_id)


@broadcast_event("track.playing", on=post_save, sender=Room, stream=of_room, when=changed("playing_id"))
def track_playing(change: Change[Room]) -> ItemPayload | StoppedPayload:
    """The item that plays now; no other item plays.

    Or `{"id": null, "is_playing": false, "stopped_id"}` if none plays.
    """
    room = row(change)
    if room.playing_id is None:
        stopped_id = change.before.playing_id if change.before else None
        return StoppedPayload(id=None, is_playing=False, stopped_id=stopped_id)
    if room.is_current:
        return item_payload(room.playing)
    playing: PlaylistTrack = PlaylistTrack.objects.select_related("room", "track").get(pk=room.playing_id)
    return item_payload(playing)


@broadcast_event("room.renamed", on=post_save, sender=Room, stream=of_room, when=changed("name"))
def room_renamed(change: Change[Room]) -> RoomNamePayload:
    """`{"name"}`: the new name of the room; its slug stays the same."""
    return RoomNamePayload(name=row(change).name)


@broadcast_event("room.wishes", on=post_save, sender=Wish, stream=of_item, when=created)
def wish_made(change: Change[Wish]) -> WishesPayload:
    """`{"count"}`: how many wishes the room has now."""
    return _wishes_of(row(change).room)


@broadcast_event("room.wishes", on=post_delete, sender=Wish, stream=of_item)
def wish_removed(change: Change[Wish]) -> WishesPayload:
    return _wishes_of(row(change).room)


def _wishes_of(room: Room) -> WishesPayload:
    return WishesPayload(count=room.wishes.count())


@broadcast_event("playlist.reordered", on=queue_reordered, sender=Room, stream=lambda room: room.stream_id)
def playlist_reordered(room: Room) -> ReorderedPayload:
    """`{"items": [{"id", "position"}, …]}` with all items."""
    places = [PlacePayload(id=item_id, position=position) for position, item_id in queue_positions(room)]
    return ReorderedPayload(items=places)
