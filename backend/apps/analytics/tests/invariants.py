"""The invariant of roll-ups: each equals a count of all raw rows, computed here by other means."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from apps.analytics.models import (
    Activity,
    DayCount,
    PersonDayCount,
    PersonQuarterCount,
    PersonTrackCount,
    PersonTrackHourCount,
    RollUp,
    RoomPlayDayCount,
    TrackDayCount,
)
from apps.playlist.models import Play

FIRST_DAY = date(1970, 1, 1)
Key = tuple[Any, ...]


def utc_day(moment: datetime) -> int:
    return (moment.astimezone(UTC).date() - FIRST_DAY).days


def quarter(moment: datetime) -> int:
    utc = moment.astimezone(UTC)
    return utc_day(moment) * 96 + utc.hour * 4 + utc.minute // 15


# Of an activity: which key it has there; None where it has none.
KEYS: dict[type[RollUp], Callable[[Activity], Key | None]] = {
    DayCount: lambda one: (utc_day(one.occurred_at), one.kind),
    TrackDayCount: lambda one: (
        (utc_day(one.occurred_at), one.track_id, one.kind) if one.track_id is not None else None
    ),
    PersonDayCount: lambda one: (utc_day(one.occurred_at), one.user_id),
    PersonQuarterCount: lambda one: (one.user_id, quarter(one.occurred_at), one.kind),
    PersonTrackHourCount: lambda one: (
        (one.user_id, one.track_id, quarter(one.occurred_at) // 4, one.kind)
        if one.track_id is not None
        else None
    ),
    PersonTrackCount: lambda one: (one.user_id, one.track_id, one.kind) if one.track_id is not None else None,
}


def stored(roll_up: type[RollUp]) -> dict[Key, int]:
    rows = roll_up._default_manager.values_list(*roll_up.counted_by, "count")
    return {tuple(key): count for *key, count in rows}


def recounted(roll_up: type[RollUp]) -> dict[Key, int]:
    activities = list(Activity.objects.all())
    if roll_up is TrackDayCount:  # of a person, a kind and a track one an hour
        hours = {KEYS[PersonTrackHourCount](one): one for one in activities}
        activities = list(hours.values())
    keys = [KEYS[roll_up](activity) for activity in activities]
    return dict(Counter(key for key in keys if key is not None))


def check_roll_ups() -> None:
    for roll_up in KEYS:
        assert stored(roll_up) == recounted(roll_up), roll_up.__name__
    started = Play.objects.values_list("started_at", flat=True)
    assert stored(RoomPlayDayCount) == dict(Counter((utc_day(moment),) for moment in started))
