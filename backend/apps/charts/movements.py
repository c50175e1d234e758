"""How a track moved from one edition to the next. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class MovementKind(StrEnum):
    NEW = "new"
    UP = "up"
    DOWN = "down"
    SAME = "same"
    # It was on the chart before, and not on the edition before this one.
    RE_ENTRY = "re-entry"


@dataclass(frozen=True, slots=True)
class Movement:
    """`by` is how many places up or down; else 0."""

    kind: MovementKind
    by: int = 0


def movement(rank: int, *, before: int | None, was_ever: bool) -> Movement:
    """`before` is its rank on the edition before, None where it wasn't on it."""
    if before is None:
        return Movement(MovementKind.RE_ENTRY if was_ever else MovementKind.NEW)
    if rank == before:
        return Movement(MovementKind.SAME)
    return Movement(MovementKind.UP if rank < before else MovementKind.DOWN, abs(before - rank))
