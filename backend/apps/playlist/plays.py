"""What was played: a record that begins and ends with every change of what a room plays."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec
from django.utils import timezone

from apps.playlist.events import item_payload
from core.errors import InvalidInput
from core.statements import update_and_read

if TYPE_CHECKING:
    from apps.playlist.models import Play, PlaylistTrack, Room


# How many plays go on in a room, and of which item.
_GOING_ON = ", ".join(
    f"(SELECT {found} FROM playlist_play WHERE room_id = %s AND ended_at IS NULL)"  # noqa: S608
    for found in ("COUNT(*)", "MIN(item_number)")
)


def switch(
    *, room: "Room", to_item_id: int | None, to_item: "PlaylistTrack | None" = None
) -> list[int] | None:
    """Ends the open play and begins another, in the transaction that changes what `room` plays.

    Returns the items whose plays the database then says go on, where it was asked on the way.

    Called before the room's row changes, with the room as it was; with the item too, where it has been read
    under the room's lock. Raises InvalidInput for an item that is not in the room.
    """
    now = timezone.now()
    for play, played in _open_plays(room) if room.open_plays is None else room.open_plays:
        if played is not None:
            play.item = _as_it_was(played)
        play.ended_at = now
        play.save(update_fields=["item", "ended_at"])
    if to_item_id is None:
        return None
    item = to_item or _item(room, to_item_id)
    if item is None:
        raise InvalidInput.of("playing", "There is no such item in this room.")
    item.played_at = now
    room.plays.create(
        item_number=item.pk,
        track_id=item.track_id,
        item=_as_it_was(item),
        adder=item.adder,
        started_at=now,
    )
    # Told by the event of the switch, which carries the whole item.
    found = update_and_read(
        type(item), item.pk, {"played_at": now}, read=_GOING_ON, params=[room.pk, room.pk]
    )
    return [found[1]] * found[0] if found else None


def _open_plays(room: "Room") -> "Iterator[tuple[Play, PlaylistTrack | None]]":
    for play in room.plays.filter(ended_at__isnull=True):
        yield play, _item(room, play.item_number)


def _item(room: "Room", item_id: int) -> "PlaylistTrack | None":
    found: PlaylistTrack | None = room.items.select_related("track", "room").filter(pk=item_id).first()
    return found


def _as_it_was(item: "PlaylistTrack") -> dict[str, Any]:
    return {**msgspec.to_builtins(item_payload(item)), "is_playing": False}
