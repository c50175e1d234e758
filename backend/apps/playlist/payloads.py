"""Payloads of queues, of events and REST responses alike; and replacing a name in stored ones."""

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from django.db import transaction
from django.db.models import Q

from apps.playlist.models import PlaylistTrack, Wish
from apps.realtime.models import Event
from apps.tracks.payloads import EXAMPLE_TRACK, TrackPayload, track_payload
from core.database import within_write_time
from core.json_codec import Instant, json_text
from core.models import IdempotencyRecord
from core.statements import update


class ItemPayload(msgspec.Struct, frozen=True):
    """A complete queue item: a client may replace its own."""

    id: int
    track: TrackPayload
    track_id: int
    position: float
    votes: int
    added_by: str
    is_playing: bool
    added_at: Instant
    played_at: Instant | None


EXAMPLE_ITEM = ItemPayload(
    id=12,
    track=EXAMPLE_TRACK,
    track_id=1,
    position=1.5,
    votes=5,
    added_by="Alice",
    is_playing=False,
    added_at=datetime(2025, 12, 4, 12, 30, tzinfo=UTC),
    played_at=None,
)


class VotedItemPayload(ItemPayload, frozen=True):
    """A queue item as the response to a vote: with the caller's own vote."""

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


class WishesPayload(msgspec.Struct, frozen=True):
    """How many wishes the room has now."""

    count: int


def item_payload(item: PlaylistTrack) -> ItemPayload:
    """For an item whose track and room are loaded."""
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


# --- Plays and wishes --------------------------------------------------------------------------------


OwnVote = Annotated[int, msgspec.Meta(ge=-1, le=1)]


class PlayPayload(ItemPayload, frozen=True):
    """A play that has ended: the item as it was."""

    ended_at: Instant


class WishPayload(msgspec.Struct, frozen=True):
    """What a person in the room wants to hear. Without the name, as responses to writes are kept."""

    id: int
    text: str
    wished_at: Instant


class NamedWishPayload(WishPayload, frozen=True):
    """A wish in the list of a room."""

    wished_by: str


class StopPayload(msgspec.Struct, frozen=True):
    """Nothing plays."""

    status: Literal["stopped"] = "stopped"


def wish_payload(wish: Wish) -> WishPayload:
    return WishPayload(id=wish.pk, text=wish.text, wished_at=wish.wished_at)


def named_wish_payload(wish: Wish) -> NamedWishPayload:
    return NamedWishPayload(id=wish.pk, text=wish.text, wished_at=wish.wished_at, wished_by=wish.wished_by)


# --- Replacing a name in stored events and responses -------------------------------------------------

# Rows that one transaction rewrites, and ids that one statement names.
RESPONSES_PER_QUERY = 50
IDS_PER_QUERY = 300


def shown_item(item_id: int) -> str:
    """The key by which stored responses that show this item are found."""
    return f"item:{item_id}"


def streams_containing(names: Collection[str], *, among: Collection[int]) -> set[int]:
    """The streams whose log has an item that was added under one of these names.

    It reads the whole logs: never within a transaction that writes.
    """
    if not names or not among:
        return set()
    events = Event.objects.filter(_names_in_events(names), stream_id__in=among)
    return set(events.order_by().values_list("stream_id", flat=True).distinct())


def redact_stored_responses(*, item_ids: Collection[int], neutral: str) -> None:
    """Puts a neutral name into stored responses that show these items, and so into later repeats.

    Each portion is a transaction of its own, unless one is open.
    """
    shown = [shown_item(item_id) for item_id in item_ids]
    for start in range(0, len(shown), IDS_PER_QUERY):
        responses = IdempotencyRecord.objects.filter(shows__in=shown[start : start + IDS_PER_QUERY])
        while portion := list(responses.order_by("pk").values_list("pk", "body")[:RESPONSES_PER_QUERY]):
            without = [(pk, json_text({**json.loads(body), "added_by": neutral})) for pk, body in portion]
            with transaction.atomic():
                for pk, body in within_write_time(without):
                    update(IdempotencyRecord, pk, {"body": body, "shows": ""})


def _names_in_events(names: Collection[str]) -> Q:
    condition = Q()
    for name in names:
        condition |= Q(message__contains=f'"added_by":{json_text(name)}')
    return condition
