"""Reading rooms and queues."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db.models import Count, QuerySet

from apps.playlist.events import ItemPayload, item_payload
from apps.playlist.models import Play, PlaylistTrack, Room, Vote
from apps.realtime.decorators import cache_result
from core.errors import NotFound

HISTORY_LENGTH = 20
DIGEST_DIGITS = 16
# A history is remembered for the seq at which it was read, so it is never stale; this only bounds the memory.
HISTORY_MEMORY_SECONDS = 60
# The voters of a first queue, who are nobody.
SEED_VOTERS = "seed:"


def room_for(slug: str) -> Room:
    """Raises NotFound."""
    room: Room | None = Room.objects.select_related("stream").filter(slug=slug).first()
    if room is None:
        raise NotFound("There is no such room.", details={"room": slug})
    return room


def rooms_with_counts() -> "QuerySet[Room]":
    rooms: QuerySet[Room] = Room.objects.annotate(item_count=Count("items")).order_by("pk")
    return rooms


def item_in(room: Room, item_id: int) -> PlaylistTrack:
    """The item with its track and room. Raises NotFound."""
    items = PlaylistTrack.objects.select_related("room", "track")
    item: PlaylistTrack | None = items.filter(room=room, pk=item_id).first()
    if item is None:
        raise NotFound("There is no such item in this queue.")
    return item


def queue_of_stream(stream_id: int) -> list[ItemPayload]:
    """The whole queue of the room that this stream belongs to, in order."""
    items = PlaylistTrack.objects.filter(room__stream_id=stream_id).select_related("room", "track")
    return [item_payload(item) for item in items.order_by("position")]


def digest_of(items: Sequence[ItemPayload]) -> str:
    """The first 16 hex digits of the SHA-256 over `id:votes:playing` of each item, joined by `;`."""
    text = ";".join(f"{item.id}:{item.votes}:{int(item.is_playing)}" for item in items)
    return sha256(text.encode()).hexdigest()[:DIGEST_DIGITS]


@cache_result(timeout=HISTORY_MEMORY_SECONDS)
def history_at(*, room_id: int, epoch: str, seq: int) -> list[dict[str, Any]]:
    """The last plays that have ended, newest first, as they were at this moment of the room's stream.

    Plays begin and end with events, so what was read at a moment stays true of it. To be called within the
    consistent read that told the moment.
    """
    del epoch, seq  # they only name the moment, for the cache
    ended = Play.objects.filter(room_id=room_id, ended_at__isnull=False).order_by("-ended_at", "-pk")
    return [{**play.item, "ended_at": play.ended_at} for play in ended[:HISTORY_LENGTH]]


def votes_of(voter: str, *, room: Room) -> dict[str, int]:
    """The voter's votes in this room, by item id as text."""
    votes = Vote.objects.filter(voter=voter, item__room=room).values_list("item_id", "value")
    return {str(item_id): value for item_id, value in votes}


def votes_for_tracks() -> Iterator[tuple[str, int, str]]:
    """Of everybody's votes for items: the voter, the track's id, and its artist as search compares it."""
    votes = Vote.objects.filter(value=1).exclude(voter__startswith=SEED_VOTERS).order_by("pk")
    return votes.values_list("voter", "item__track_id", "item__track__artist_key").iterator()


def plays_of_tracks() -> Iterator[tuple[int, datetime, int, str]]:
    """Of every play of a track that is still there: the room's id, its beginning, and the track as above."""
    plays = Play.objects.filter(track__isnull=False).order_by("pk")
    return plays.values_list("room_id", "started_at", "track_id", "track__artist_key").iterator()
