"""Rooms and plays as clients get them; what events carry stands in `events`."""

from typing import Annotated, Any, Literal

import msgspec

from apps.playlist.events import ItemPayload
from core.instants import Instant

OwnVote = Annotated[int, msgspec.Meta(ge=-1, le=1)]


class RoomPayload(msgspec.Struct, frozen=True):
    """A place people share. `items` is how many its queue holds."""

    slug: str
    name: str
    is_public: bool
    order: Literal["manual", "votes"]
    items: int
    created_at: Instant


class PlayPayload(ItemPayload, frozen=True):
    """A play that has ended: the item as it was."""

    ended_at: Instant


class StopPayload(msgspec.Struct, frozen=True):
    """Nothing plays."""

    status: Literal["stopped"] = "stopped"


def room_payload(room: Any) -> RoomPayload:
    """Of a room from `rooms_with_counts`."""
    return RoomPayload(
        slug=room.slug,
        name=room.name,
        is_public=room.is_public,
        order=room.order.value,
        items=room.item_count,
        created_at=room.created_at,
    )
