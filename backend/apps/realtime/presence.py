"""Who is in a room, as one process sees it: what to write of whom, and when. Pure; clocks come from outside.

Each person has one row for each stream, which says until when they are there. While a socket is open it is
written every 30 seconds and says a minute from then; when the last one was closed, a minute from that. So
whatever is written only ever says later, also by several processes, and a killed one is believed for a
minute at most. Whoever may not write yet, because another process just has, finds the row saying enough
until they may. So somebody whose sockets were open in several processes may stay for half a minute more:
the one that writes does not know when the others will have something to say, only that they can't before.
"""

from dataclasses import dataclass
from typing import NamedTuple

# Somebody is there while a socket is open, and for so long after.
STAYS_SECONDS = 60.0
# One row is written no more often than this.
WRITE_EVERY_SECONDS = 30.0
# What is written says at least this much more than until the next write: for those who come meanwhile.
SPARE_SECONDS = 2.0
# Rows are kept to the microsecond.
ROUNDING_SECONDS = 0.001


class Person(NamedTuple):
    """Somebody in a stream."""

    stream_id: int
    user_id: int


class Row(NamedTuple):
    """What is stored of somebody: until when they are there, and when that was written."""

    until: float
    written_at: float


@dataclass(slots=True)
class _Stay:
    """Somebody of whom a socket is, or was lately, open here."""

    open: int = 0
    left_at: float = 0.0
    # What the row says, as far as is known here.
    until: float = 0.0
    may_write_at: float = 0.0

    @property
    def is_told(self) -> bool:
        """Whether the row says until when somebody is there who has left."""
        return not self.open and self.until + ROUNDING_SECONDS >= self.left_at + STAYS_SECONDS

    def wanted(self, now: float) -> float:
        there_until = (now if self.open else self.left_at) + STAYS_SECONDS
        return max(there_until, now + WRITE_EVERY_SECONDS + SPARE_SECONDS)


class PresenceBook:
    """Counts each person's sockets, and merges what they mean into few writes."""

    def __init__(self) -> None:
        self._stays: dict[Person, _Stay] = {}

    def __bool__(self) -> bool:
        """Whether there is anything to write, now or later."""
        return bool(self._stays)

    def enter(self, person: Person) -> None:
        """A socket of theirs was opened."""
        self._stays.setdefault(person, _Stay()).open += 1

    def leave(self, person: Person, now: float) -> None:
        """One of them was closed."""
        if stay := self._stays.get(person):
            stay.open -= 1
            stay.left_at = now

    def due(self, now: float) -> dict[Person, float]:
        """Until when each row is to say that somebody is there, of those that may be written now.

        What becomes of it is to be noted. Who left, and has nothing to write any more, is forgotten.
        """
        may_be_written = {person: stay for person, stay in self._stays.items() if stay.may_write_at <= now}
        for person, stay in may_be_written.items():
            if stay.is_told:
                del self._stays[person]
        return {person: stay.wanted(now) for person, stay in may_be_written.items() if not stay.is_told}

    def note(self, person: Person, row: Row) -> None:
        """The row as it is now: of this process, or of another one, so lately that this one has to wait."""
        if stay := self._stays.get(person):
            stay.until = row.until
            stay.may_write_at = row.written_at + WRITE_EVERY_SECONDS

    def next_due_at(self) -> float | None:
        """When `due` is to be asked next; None when nobody is here."""
        return min((stay.may_write_at for stay in self._stays.values()), default=None)
