"""Reads of rooms, and their representation for clients."""

from typing import Any, Literal

import msgspec
from django.db.models import Count, QuerySet

from apps.rooms.models import Room
from core.errors import ErrorSpec, NotFound, raises
from core.json_codec import Instant

NO_SUCH_ROOM = ErrorSpec(NotFound, "There is no such room.")


class RoomPayload(msgspec.Struct, frozen=True):
    """A room. `items` is the number of items in its queue."""

    slug: str
    name: str
    is_public: bool
    order: Literal["manual", "votes"]
    items: int
    created_at: Instant


@raises(NO_SUCH_ROOM)
def room_for(slug: str) -> Room:
    room: Room | None = Room.objects.select_related("stream").filter(slug=slug).first()
    if room is None:
        raise no_such_room(slug)
    return room


def no_such_room(slug: str) -> NotFound:
    return NotFound("There is no such room.", details={"room": slug})


def rooms_with_counts() -> "QuerySet[Room]":
    rooms: QuerySet[Room] = Room.objects.annotate(item_count=Count("items")).order_by("pk")
    return rooms


def room_payload(room: Any) -> RoomPayload:
    """The payload of a room from `rooms_with_counts`."""
    return RoomPayload(
        slug=room.slug,
        name=room.name,
        is_public=room.is_public,
        order=room.order.value,
        items=room.item_count,
        created_at=room.created_at,
    )
