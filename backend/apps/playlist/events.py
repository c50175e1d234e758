"""What events about a queue carry. REST answers are made from the same types, so both say the same."""

from collections.abc import Sequence

import msgspec

from apps.playlist.models import PlaylistTrack
from apps.tracks.payloads import TrackPayload, track_payload
from core.instants import Instant


class ItemPayload(msgspec.Struct, frozen=True):
    """A queue item, whole: a client may replace what it has."""

    id: int
    track: TrackPayload
    track_id: int
    position: float
    votes: int
    added_by: str
    is_playing: bool
    added_at: Instant
    played_at: Instant | None


class VotedItemPayload(ItemPayload, frozen=True):
    """A queue item as the answer to a vote: with the caller's own."""

    my_vote: int


class RemovedPayload(msgspec.Struct, frozen=True):
    id: int
    track_id: int


class StoppedPayload(msgspec.Struct, frozen=True):
    """Nothing plays any more."""

    id: None
    is_playing: bool
    stopped_id: int | None


class PlacePayload(msgspec.Struct, frozen=True):
    id: int
    position: float


class ReorderedPayload(msgspec.Struct, frozen=True):
    """Every item with its new position, in order."""

    items: Sequence[PlacePayload]


class RoomNamePayload(msgspec.Struct, frozen=True):
    """What the room is called now."""

    name: str


def item_payload(item: PlaylistTrack) -> ItemPayload:
    """Of an item whose track and room are loaded."""
    return ItemPayload(
        id=item.pk,
        track=track_payload(item.track),
        track_id=item.track_id,
        position=item.position,
        votes=item.votes,
        added_by=item.added_by,
        is_playing=item.is_playing,
        added_at=item.added_at,
        played_at=item.played_at,
    )
