"""Fractional positions in a queue: gaps, midpoints, and when no position is free. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

# A client's position beyond this is rejected; a computed one causes a renumbering. Up to here a step of 1 is
# far above the precision of a float.
MAX_POSITION = 1e15


def calculate_position(prev_position: float | None = None, next_position: float | None = None) -> float:
    """The position between two neighbours, either of which may be missing."""
    if prev_position is None and next_position is None:
        return 1.0
    if prev_position is None:
        assert next_position is not None  # noqa: S101 - for the type checker
        return next_position - 1
    if next_position is None:
        return prev_position + 1
    return (prev_position + next_position) / 2


def is_room_between(prev_position: float | None, next_position: float | None) -> bool:
    """Whether a position other than 0 is free between the two."""
    if prev_position is None or next_position is None:
        return True
    middle = calculate_position(prev_position, next_position)
    return prev_position < middle < next_position and bool(middle or prev_position / 2 or next_position / 2)


def is_usable(position: float) -> bool:
    return -MAX_POSITION <= position <= MAX_POSITION  # also false for NaN


def nonzero_position(prev_position: float | None, next_position: float | None) -> float:
    """A position other than 0 between two neighbours around 0, either of which may be missing.

    A known client reads the position 0 as "no neighbour", and then computes a wrong position at the head.
    """
    if next_position is None:
        return 0.5
    # Half of the smallest floats is 0.
    return next_position / 2 or (-1.0 if prev_position is None else prev_position / 2)


def plain(position: float) -> float:
    """The same number, but 0.0 for -0.0, which is written differently and compares equal."""
    return position + 0.0


class QueuePosition(NamedTuple):
    """The position of one item of a queue."""

    position: float
    item_id: int


@dataclass(frozen=True, slots=True)
class Gap:
    """The gap between two adjacent items, either of which may be missing."""

    before: QueuePosition | None
    after: QueuePosition | None

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
        """Whether `position` is inside the gap, with a free position towards both neighbours."""
        return self.holds(position) and not self.is_tight_with(position)

    def is_tight_with(self, position: float) -> bool:
        """Whether no position is free between an item at `position` and one of the neighbours."""
        return not (
            is_room_between(self.before.position if self.before else None, position)
            and is_room_between(position, self.after.position if self.after else None)
        )


def gap_at_end(queue: Sequence[QueuePosition]) -> Gap:
    return Gap(queue[-1] if queue else None, None)


def gap_after(queue: Sequence[QueuePosition], index: int) -> Gap:
    """The gap after the item at `index`; -1 is the head of the queue."""
    return Gap(queue[index] if index >= 0 else None, queue[index + 1] if index + 1 < len(queue) else None)


def gap_around(queue: Sequence[QueuePosition], position: float) -> tuple[Gap, bool]:
    """The gap around `position`, and whether it is free; if not, the gap after the item that has it."""
    index = bisect_left(queue, (position,))
    is_held = index < len(queue) and queue[index].position == position
    return gap_after(queue, index if is_held else index - 1), not is_held


def index_of(queue: Sequence[QueuePosition], item_id: int) -> int | None:
    return next((index for index, standing in enumerate(queue) if standing.item_id == item_id), None)
