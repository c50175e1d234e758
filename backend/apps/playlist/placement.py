"""Putting an item into its place: between which neighbours, at which number; renumbering when they end."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.dispatch import Signal

from apps.playlist.positions import (
    calculate_position,
    is_room_between,
    is_usable,
    nonzero_position,
    plain,
)

if TYPE_CHECKING:
    from apps.playlist.models import PlaylistTrack, Room

# Sent when a whole queue was renumbered. `subject` is the Room.
queue_reordered = Signal()


class Standing(NamedTuple):
    """Where one item of a queue stands."""

    position: float
    item_id: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Between two items that stand next to each other, either of which may be missing."""

    before: Standing | None
    after: Standing | None

    @property
    def middle(self) -> float:
        return calculate_position(
            self.before.position if self.before else None, self.after.position if self.after else None
        )

    def holds(self, position: float) -> bool:
        return (self.before is None or self.before.position < position) and (
            self.after is None or position < self.after.position
        )

    def is_wide_with(self, position: float) -> bool:
        """Whether an item at `position` stands in it, and leaves both neighbours a number in between."""
        return self.holds(position) and not self.is_tight_with(position)

    def is_tight_with(self, position: float) -> bool:
        """Whether an item at `position` leaves a neighbour without a number in between."""
        return not (
            is_room_between(self.before.position if self.before else None, position)
            and is_room_between(position, self.after.position if self.after else None)
        )


def standings(room: "Room", *, without: int | None = None) -> list[Standing]:
    """The queue in order, but for one item."""
    rows = room.items.order_by("position").values_list("position", "pk")
    return [Standing(position, item_id) for position, item_id in rows if item_id != without]


def gap_at_end(queue: Sequence[Standing]) -> Gap:
    return Gap(queue[-1] if queue else None, None)


def gap_after(queue: Sequence[Standing], index: int) -> Gap:
    """Behind the item at `index`; -1 is the head of the queue."""
    return Gap(queue[index] if index >= 0 else None, queue[index + 1] if index + 1 < len(queue) else None)


def gap_around(queue: Sequence[Standing], position: float) -> tuple[Gap, bool]:
    """Where `position` belongs, and whether it is free; directly after the item that holds it, if not."""
    index = bisect_left(queue, (position,))
    is_held = index < len(queue) and queue[index].position == position
    return gap_after(queue, index if is_held else index - 1), not is_held


def index_of(queue: Sequence[Standing], item_id: int) -> int | None:
    return next((index for index, standing in enumerate(queue) if standing.item_id == item_id), None)


def free_position(room: "Room", gap: Gap) -> float:
    """A number in the gap. Renumbers the room where there would be none within the limits."""
    position = gap.middle
    if is_usable(position) and gap.holds(position):
        return position
    renumber(room)
    moved = {standing.item_id: standing for standing in standings(room)}
    return Gap(
        moved[gap.before.item_id] if gap.before else None, moved[gap.after.item_id] if gap.after else None
    ).middle


def nonzero_position_of(item: "PlaylistTrack") -> float:
    """What is stored for an item that would be at 0: another number in the same gap."""
    gap, _ = gap_around(standings(item.room, without=item.pk), 0.0)
    return nonzero_position(
        gap.before.position if gap.before else None, gap.after.position if gap.after else None
    )


def renumber_if_tight(room: "Room", item_id: int) -> None:
    """Renumbers when the item has left a neighbour without a number in between."""
    queue = standings(room)
    index = index_of(queue, item_id)
    if index is None:
        return
    position = queue[index].position
    gap = Gap(queue[index - 1] if index else None, queue[index + 1] if index + 1 < len(queue) else None)
    if gap.is_tight_with(position):
        renumber(room)


def renumber(room: "Room", *, order: Sequence[int] | None = None) -> None:
    """Gives the items 1.0, 2.0, … in their order, or in that of `order`, and tells it as one event.

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
        room.items.bulk_update_unannounced(items, ["position"])
    queue_reordered.send(sender=type(room), subject=room)
