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
)
from apps.rooms.models import Room
from core.statements import fetch_all, run_later

# Sent when a whole queue was renumbered. `subject` is the Room.
queue_reordered = Signal()
# SQLite's limit of parameters is higher than two for each.
ITEMS_PER_STATEMENT = 500
# Django's bulk_update takes some 100 ms for a thousand items, in which no other room could be written.
_RAISE = (
    "UPDATE playlist_playlisttrack AS item SET position = place.column2 FROM (VALUES {}) AS place"
    " WHERE item.id = place.column1"
)
_LOWER = "UPDATE playlist_playlisttrack SET position = position - %s WHERE room_id = %s"
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

    Two steps, because no two items may share a position at any moment: first above everything that is
    there, then down.
    """
    queue = queue_positions(room)
    ids = [standing.item_id for standing in queue] if order is None else order
    highest = queue[-1].position if queue else 0.0
    base = float(int(max(highest, len(ids))) + 1)
    for start in range(0, len(ids), ITEMS_PER_STATEMENT):
        places = list(enumerate(ids[start : start + ITEMS_PER_STATEMENT], start=start + 1))
        values = ", ".join(["(%s, %s)"] * len(places))
        run_later(_RAISE.format(values), [one for number, pk in places for one in (pk, base + number)])
    run_later(_LOWER, [base, room.pk])
    queue_reordered.send(sender=type(room), subject=room)
