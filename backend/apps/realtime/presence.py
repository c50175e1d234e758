"""Presence in rooms: one process's tracker of which rows to write when, and the rows.

Each person has one row for each stream, with the time at which their presence expires. While a socket is
open, a process writes the row every 30 seconds, with a time one minute later; after the last socket was
closed, the presence expires a minute later. Writes only ever extend the time, also those of several
processes, and rows of a killed process expire within a minute. A process does not write if another has just
done so. Therefore, a person whose sockets were open in several processes may stay for another half minute.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Greatest
from django.utils import timezone

from apps.realtime.models import Presence
from core.identity import user_id_of

# A person is present while a socket is open, and for so long after.
STAYS_SECONDS = 60.0
# One row is written no more often than this.
WRITE_EVERY_SECONDS = 30.0
# What is written says at least this much more than until the next write: for those who come meanwhile.
MARGIN_SECONDS = 2.0
# Rows are kept to the microsecond.
ROUNDING_SECONDS = 0.001


class Person(NamedTuple):
    """A person in a stream."""

    stream_id: int
    # The caller's, as in `core.identity`.
    key: str


class Row(NamedTuple):
    """The stored presence of a person: until when, and when that was written."""

    until: float
    written_at: float


@dataclass(slots=True)
class _OpenSockets:
    """A person with a socket here, open or lately closed."""

    open: int = 0
    left_at: float = 0.0
    # What the row says, as far as is known here.
    until: float = 0.0
    may_write_at: float = 0.0

    @property
    def is_stored(self) -> bool:
        """Whether the row holds until when a person is present who has left."""
        return not self.open and self.until + ROUNDING_SECONDS >= self.left_at + STAYS_SECONDS

    def wanted(self, now: float) -> float:
        there_until = (now if self.open else self.left_at) + STAYS_SECONDS
        return max(there_until, now + WRITE_EVERY_SECONDS + MARGIN_SECONDS)


class PresenceTracker:
    """Counts each person's sockets, and merges what they mean into few writes."""

    def __init__(self) -> None:
        self._people: dict[Person, _OpenSockets] = {}

    def __bool__(self) -> bool:
        """Whether there is anything to write, now or later."""
        return bool(self._people)

    def enter(self, person: Person) -> None:
        """A socket of theirs was opened."""
        self._people.setdefault(person, _OpenSockets()).open += 1

    def leave(self, person: Person, now: float) -> None:
        """One of them was closed."""
        if stay := self._people.get(person):
            stay.open -= 1
            stay.left_at = now

    def remove(self, person: Person) -> bool:
        """One of their sockets is another person's from now on. Whether it was the last one here."""
        stay = self._people.get(person)
        if stay is None or stay.open > 1:
            self.leave(person, 0.0)
            return False
        del self._people[person]
        return True

    def due(self, now: float) -> dict[Person, float]:
        """Until when each person is present, for the rows that may be written now.

        What becomes of it is to be noted. Who left, and has nothing to write any more, is forgotten.
        """
        may_be_written = {person: stay for person, stay in self._people.items() if stay.may_write_at <= now}
        for person, stay in may_be_written.items():
            if stay.is_stored:
                del self._people[person]
        return {person: stay.wanted(now) for person, stay in may_be_written.items() if not stay.is_stored}

    def note(self, person: Person, row: Row) -> None:
        """The row as it is now: of this process, or of another one, so lately that this one has to wait."""
        if stay := self._people.get(person):
            stay.until = row.until
            stay.may_write_at = row.written_at + WRITE_EVERY_SECONDS

    def next_due_at(self) -> float | None:
        """When `due` is to be asked next; None when no one is present."""
        return min((stay.may_write_at for stay in self._people.values()), default=None)


# --- Rows, for every process: one for each person there, which expires -------------------------------


# So many are written in one transaction, so that writers of events get their turn in between.
WRITE_BATCH = 500
# How long a person's last presence is recorded.
RETENTION = timedelta(minutes=10)


def present_user_ids(stream_id: int, *, now: datetime | None = None) -> list[int]:
    """The ids of the users who are there: one of their sockets is open, or was a minute ago.

    A deleted account may be among them for a minute.
    """
    there = present_keys([stream_id], now=now).get(stream_id, [])
    return sorted(user_id for key in there if (user_id := user_id_of(key)) is not None)


def present_keys(stream_ids: Collection[int], *, now: datetime | None = None) -> dict[int, list[str]]:
    """By stream, the keys of all callers who are there, in the order in which they came."""
    there = Presence.objects.filter(stream_id__in=stream_ids, until__gt=now or timezone.now())
    keys: defaultdict[int, list[str]] = defaultdict(list)
    for stream_id, key in there.order_by("pk").values_list("stream_id", "key"):
        keys[stream_id].append(key)
    return keys


def delete_presence(people: Collection[Person]) -> None:
    """Deletes their rows."""
    for person in people:
        Presence.objects.filter(stream_id=person.stream_id, key=person.key).delete()


def write_presence(wanted: Mapping[Person, float], *, now: float) -> dict[Person, Row]:
    """Has each row say at least this; gives the rows as they are then.

    A row that anybody wrote within the last 30 seconds is left as it is: it says enough until it may be
    written again.
    """
    rows: dict[Person, Row] = {}
    people = list(wanted)
    for first in range(0, len(people), WRITE_BATCH):
        batch = people[first : first + WRITE_BATCH]
        with transaction.atomic():
            _write({person: wanted[person] for person in batch}, now)
        rows |= _rows_of(batch)
    return rows


def purge_expired_presence(*, now: datetime | None = None) -> int:
    """Deletes what has expired; returns how many rows went."""
    past = Presence.objects.filter(until__lt=(now or timezone.now()) - RETENTION)
    return past.delete()[0]


def _write(wanted: Mapping[Person, float], now: float) -> None:
    """Those who are new in one statement, and those who are to stay as long in one for each stream."""
    moment, known = _moment(now), _rows_of(wanted)
    new = [person for person in wanted if person not in known]
    Presence.objects.bulk_create(
        [
            Presence(
                stream_id=person.stream_id,
                key=person.key,
                until=_moment(wanted[person]),
                written_at=moment,
            )
            for person in new
        ],
        ignore_conflicts=True,
    )
    together: defaultdict[tuple[int, float], list[str]] = defaultdict(list)
    for person, until in wanted.items():
        together[person.stream_id, until].append(person.key)
    latest = _moment(now - WRITE_EVERY_SECONDS)
    for (stream_id, until), keys in together.items():
        rows = Presence.objects.filter(stream_id=stream_id, key__in=keys, written_at__lte=latest)
        rows.update(until=Greatest("until", _moment(until)), written_at=moment)


def _rows_of(people: Mapping[Person, float] | list[Person]) -> dict[Person, Row]:
    of_stream: defaultdict[int, list[str]] = defaultdict(list)
    for person in people:
        of_stream[person.stream_id].append(person.key)
    asked = Q()
    for stream_id, keys in of_stream.items():
        asked |= Q(stream_id=stream_id, key__in=keys)
    found = Presence.objects.filter(asked).values_list("stream_id", "key", "until", "written_at")
    return {
        Person(stream_id, key): Row(until.timestamp(), written_at.timestamp())
        for stream_id, key, until, written_at in found
    }


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
