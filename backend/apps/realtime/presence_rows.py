"""Who is in a stream, for every process: one row for each person there, which expires."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Greatest
from django.utils import timezone

from apps.realtime.models import Presence
from apps.realtime.presence import WRITE_EVERY_SECONDS, Person, Row

# So many are written in one transaction, so that writers of events get their turn in between.
WRITE_BATCH = 500
# Somebody's last presence is on record for so long.
KEPT_FOR = timedelta(minutes=10)


def people_in(stream_id: int, *, now: datetime | None = None) -> list[int]:
    """The ids of the users who are there: one of their sockets is open, or was a minute ago.

    Whoever was deleted meanwhile may be among them for a minute.
    """
    there = Presence.objects.filter(stream_id=stream_id, until__gt=now or timezone.now())
    return list(there.order_by("user_id").values_list("user_id", flat=True))


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


def forget_past_presence(*, now: datetime | None = None) -> int:
    """Deletes what has expired; returns how many rows went."""
    past = Presence.objects.filter(until__lt=(now or timezone.now()) - KEPT_FOR)
    return past.delete()[0]


def _write(wanted: Mapping[Person, float], now: float) -> None:
    """Those who are new in one statement, and those who are to stay as long in one for each stream."""
    moment, known = _moment(now), _rows_of(wanted)
    new = [person for person in wanted if person not in known]
    Presence.objects.bulk_create(
        [
            Presence(
                stream_id=person.stream_id,
                user_id=person.user_id,
                until=_moment(wanted[person]),
                written_at=moment,
            )
            for person in new
        ],
        ignore_conflicts=True,
    )
    together: defaultdict[tuple[int, float], list[int]] = defaultdict(list)
    for person, until in wanted.items():
        together[person.stream_id, until].append(person.user_id)
    latest = _moment(now - WRITE_EVERY_SECONDS)
    for (stream_id, until), user_ids in together.items():
        rows = Presence.objects.filter(stream_id=stream_id, user_id__in=user_ids, written_at__lte=latest)
        rows.update(until=Greatest("until", _moment(until)), written_at=moment)


def _rows_of(people: Mapping[Person, float] | list[Person]) -> dict[Person, Row]:
    of_stream: defaultdict[int, list[int]] = defaultdict(list)
    for person in people:
        of_stream[person.stream_id].append(person.user_id)
    asked = Q()
    for stream_id, user_ids in of_stream.items():
        asked |= Q(stream_id=stream_id, user_id__in=user_ids)
    found = Presence.objects.filter(asked).values_list("stream_id", "user_id", "until", "written_at")
    return {
        Person(stream_id, user_id): Row(until.timestamp(), written_at.timestamp())
        for stream_id, user_id, until, written_at in found
    }


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
