"""Positions of items: between which neighbours, at which number; renumbering when the numbers run out."""

from collections.abc import Sequence

from django.dispatch import Signal

from apps.playlist.models import PlaylistTrack
from apps.playlist.positions import (
    Gap,
    QueuePosition,
    gap_after,
    gap_around,
    index_of,
    is_usable,
    nonzero_position,
    plain,
)
from apps.rooms.models import Room
from core.statements import fetch_all

# Sent when a whole queue was renumbered. `subject` is the Room.
queue_reordered = Signal()
_POSITIONS = "SELECT position, id FROM playlist_playlisttrack WHERE room_id = %s ORDER BY position"


def queue_positions(room: Room, *, without: int | None = None) -> list[QueuePosition]:
    """The queue in order, but for one item."""
    rows = fetch_all(_POSITIONS, [room.pk])
    return [QueuePosition(position, item_id) for position, item_id in rows if item_id != without]


def free_position(room: Room, gap: Gap) -> float:
    """A number in the gap. Renumbers the room where there would be none within the limits."""
    position = gap.middle
    if is_usable(position) and gap.holds(position):
        return position
    renumber(room)
    moved = {standing.item_id: standing for standing in queue_positions(room)}
    return Gap(
        moved[gap.before.item_id] if gap.before else None, moved[gap.after.item_id] if gap.after else None
    ).middle


def nonzero_position_of(item: PlaylistTrack) -> float:
    """The stored value of a position of 0: another number in the same gap."""
    gap = item.gap if item.is_current else None
    if gap is None or not gap.holds(0.0):
        gap, _ = gap_around(queue_positions(item.room, without=item.pk), 0.0)
    return nonzero_position(
        gap.before.position if gap.before else None, gap.after.position if gap.after else None
    )


def renumber_if_tight(room: Room, item_id: int) -> None:
    """Renumbers when the item has left a neighbour without a number in between."""
    queue = queue_positions(room)
    index = index_of(queue, item_id)
    if index is None:
        return
    position = queue[index].position
    gap = Gap(queue[index - 1] if index else None, gap_after(queue, index).after)
    if gap.is_tight_with(position):
        renumber(room)


def renumber(room: Room, *, order: Sequence[int] | None = None) -> None:
    """Gives the items 1.0, 2.0, … in their order, or in that of `order`, and sends it as one event.

    Two updates, because no two items may share a position at any moment: first above everything that is
    there, then down.
    """
    items: list[PlaylistTrack] = list(room.items.order_by("position"))
    if order is not None:
        rank = {item_id: index for index, item_id in enumerate(order)}
        items.sort(key=lambda item: rank[item.pk])
    highest = max((item.position for item in items), default=0.0)
    base = float(int(max(highest, len(items))) + 1)
    for start in (base, 0.0):
        for number, item in enumerate(items, start=1):
            item.position = plain(start + number)
        room.items.bulk_update_without_events(items, ["position"])
    queue_reordered.send(sender=type(room), subject=room)
