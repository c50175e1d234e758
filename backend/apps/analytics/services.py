"""Every write of activities."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from apps.analytics.hooks import tracks_of_recommendations
from apps.analytics.models import Activity, Kind, RoomPlayDayCount
from apps.analytics.rollups import add_counts, date_of, day_of, lock_exclusive, lock_shared
from apps.playlist.models import Play
from apps.realtime.decorators import log_action
from apps.realtime.services import lock_streams
from apps.rooms.models import Room
from apps.tracks.models import Track
from apps.users.models import User, key_of_user
from apps.users.services import lock_person
from core.database import within_write_time
from core.errors import ErrorSpec, NotAuthenticated, NotFound, RateLimited, raises
from core.identity import user_id_of
from core.rate_limits import ACTIVITIES_OF_DAY, ACTIVITIES_OF_HOUR, RateLimitExceeded, scaled


@dataclass(frozen=True, slots=True)
class NewActivity:
    """An activity that a user reports: with a track, or with a recommendation made for the user."""

    kind: Kind
    track_id: int | None = None
    recommendation_id: int | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    # None: just now.
    occurred_at: datetime | None = None


@raises(
    ErrorSpec(NotFound, "There is no such track, or no such recommendation.", {"track_id": 77}),
    ErrorSpec(RateLimited, "Too many requests, or too many activities of this person: none is stored."),
)
@log_action("record_activities")
@transaction.atomic
def record_activities(*, user_id: int, activities: Sequence[NewActivity]) -> list[Activity]:
    """Stores and counts all of them, or none, in the given order.

    Raises NotAuthenticated also if the account has just been deleted.
    """
    lock_person(key_of_user(user_id))  # also, so that concurrent reports count each other's activities
    if not _is_there(user_id):
        raise NotAuthenticated
    now = timezone.now()
    _count_new(user_id, len(activities), now)
    tracks = _tracks_of(user_id, activities)
    return Activity.objects.record(
        Activity(
            user_id=user_id,
            track_id=track_id,
            kind=one.kind,
            context=dict(one.context),
            occurred_at=one.occurred_at or now,
            received_at=now,
            recommendation_number=one.recommendation_id,
        )
        for one, track_id in zip(activities, tracks, strict=True)
    )


@transaction.atomic
def record_room_play(*, play: Play, user_id: int) -> None:
    """Counts the play as this user's, once, if the account exists. Called under the room's lock."""
    if not _is_there(user_id) or Activity.objects.filter(room_play=play).exists():
        return
    locked = _lock_tracks({play.track_id} if play.track_id else set())
    Activity(
        user_id=user_id,
        track_id=play.track_id if play.track_id in locked else None,
        kind=Kind.PLAY,
        occurred_at=play.started_at,
        room_play=play,
    ).save()


def delete_person_activities(*, instance: User, **_: Any) -> None:
    """Before an account is deleted, also in the admin or a shell."""
    with suppress(NotAuthenticated):  # it was deleted since
        lock_person(instance.key)  # before the writers, as record_activities does: else a deadlock
    delete_activities(instance.pk)


def delete_activities(user_id: int) -> None:
    """Deletes the activities of an account, also from the counts of all users together.

    Until this transaction ends no other transaction stores activities. The erasure of a person locks rooms
    before this, and deletes the account's row after it.
    """
    Activity.objects.filter(user_id=user_id).delete()


def detach_track(_track_id: int) -> None:
    """Before a track is deleted: its counts are deleted with it, and no other writer waits in a deadlock."""
    lock_shared(Activity)


def _is_there(user_id: int) -> bool:
    """Whether the account exists; then it can't be deleted before this transaction has ended.

    Its row needs no lock for that: a deletion blocks all writers first. A room's lock may be held here, and
    the holder of a person's lock may be waiting for the room's.
    """
    lock_shared(Activity)
    return User.objects.filter(pk=user_id).exists()


def check_activity_limits(user_id: int, number: int) -> None:
    """Whether the user may record this many activities now. Raises RateLimitExceeded. Recording checks it
    again.
    """
    _count_new(user_id, number, timezone.now())


def _count_new(user_id: int, number: int, now: datetime) -> None:
    """Raises RateLimitExceeded beyond the limits of a user. Plays in rooms don't count.

    Stored rows are counted, so the limit is valid for all processes and across restarts.
    """
    own = Activity.objects.filter(user_id=user_id, room_play__isnull=True).order_by("-received_at")
    moments = own.values_list("received_at", flat=True)
    for limit in (ACTIVITIES_OF_HOUR, ACTIVITIES_OF_DAY):
        most, period = scaled(limit.max_calls), timedelta(seconds=limit.period_seconds)
        if most is None:
            return
        if number > most:
            raise RateLimitExceeded(calls=number, retry_after_seconds=limit.period_seconds)
        # The latest activity that must have left the period before the new ones fit.
        within = moments.filter(received_at__gt=now - period)[most - number : most - number + 1]
        for in_the_way in within:
            wait = in_the_way + period - now
            raise RateLimitExceeded(calls=most + 1, retry_after_seconds=wait.total_seconds())


def _tracks_of(user_id: int, activities: Sequence[NewActivity]) -> list[int]:
    """The track of each, all of which stay in the library until this transaction ends. Raises NotFound."""
    numbers = sorted({one.recommendation_id for one in activities if one.recommendation_id is not None})
    recommended = tracks_of_recommendations(user_id, numbers)
    for number in numbers:
        if number not in recommended:
            raise NotFound("There is no such recommendation.", details={"recommendation_id": number})
    named = [_track_id(one, recommended) for one in activities]
    locked = _lock_tracks(set(named))
    for track_id in named:
        if track_id not in locked:
            raise NotFound("There is no such track in the library.", details={"track_id": track_id})
    return named


def _lock_tracks(track_ids: Collection[int]) -> set[int]:
    """Those that are there, and stay until this transaction ends."""
    locked = Track.objects.select_for_update(no_key=True).filter(pk__in=track_ids).order_by("pk")
    return set(locked.values_list("pk", flat=True))


def _track_id(one: NewActivity, recommended: Mapping[int, int]) -> int:
    if one.recommendation_id is not None:
        return recommended[one.recommendation_id]
    assert one.track_id is not None  # noqa: S101 - the serializer asks for one of the two
    return one.track_id


# --- Plays in rooms: counted, and activities of the users who added the tracks, if they are known ----


# The rooms of this many plays are locked in one transaction.
PLAYS_PER_WRITE = 20


def count_play(*, instance: Play, created: bool, raw: bool, **_: Any) -> None:
    """When a play begins: in the transaction that changes what the room plays, under the room's lock."""
    if raw or not created:
        return
    user_id = user_id_of(instance.adder)
    if user_id is not None:
        record_room_play(play=instance, user_id=user_id)
    add_counts(RoomPlayDayCount, {(day_of(instance.started_at),): 1})


def delete_plays_of_room(*, room: Room, **_: Any) -> None:
    """Before a room is deleted: deletes its plays with their counts. Activities stay: they are the users'."""
    plays = Play.objects.filter(room=room).order_by()
    by_day = plays.values_list(TruncDate("started_at")).annotate(Count("pk"))
    gone = {((day - date_of(0)).days,): -count for day, count in by_day}
    # Django would read each play first, which takes ten times as long, under the lock.
    QuerySet(Activity).filter(room_play__in=plays).update(room_play=None)
    plays._raw_delete(plays.db)
    add_counts(RoomPlayDayCount, gone)


def claim_room_plays(*, user_id: int, adder: str) -> int:
    """Assigns unassigned plays to a user when a guest becomes an account, and returns their number.

    `adder` is the key under which the tracks were added. Plays that are counted already stay as they are.
    """
    with transaction.atomic():
        plays = list(_unclaimed_plays(adder))
        for play in plays:
            record_room_play(play=play, user_id=user_id)
    return len(plays)


def claim_room_plays_in_batches(*, user_id: int, adder: str) -> None:
    """The same in short transactions. Raises NotAuthenticated if the account has been deleted."""
    waiting = list(_unclaimed_plays(adder).values_list("pk", flat=True))
    while waiting:
        done = _claim_first_plays(waiting[:PLAYS_PER_WRITE], user_id=user_id)
        del waiting[:done]


@transaction.atomic
def _claim_first_plays(play_ids: Sequence[int], *, user_id: int) -> int:
    """How many of them there was time for."""
    lock_person(key_of_user(user_id))
    plays = Play.objects.filter(pk__in=play_ids)
    lock_streams(sorted(set(plays.values_list("room__stream_id", flat=True))))
    found = plays.in_bulk()  # under the locks, so none of them is deleted
    done = 0
    for play_id in within_write_time(play_ids):
        done += 1
        if play_id in found:
            record_room_play(play=found[play_id], user_id=user_id)
    return done


def _unclaimed_plays(adder: str) -> QuerySet[Play]:
    claimed = Activity.objects.filter(room_play=OuterRef("pk"))
    return Play.objects.filter(~Exists(claimed), adder=adder).order_by("pk")


@transaction.atomic
def reconcile_room_plays() -> int:
    """Recounts all plays, and returns the number of days with a wrong count."""
    lock_exclusive(Play)
    wrong = _by_day(Play.objects.values_list("started_at", flat=True).iterator())
    wrong.subtract({(day,): count for day, count in RoomPlayDayCount.objects.values_list("day", "count")})
    wrong = Counter({key: difference for key, difference in wrong.items() if difference})
    add_counts(RoomPlayDayCount, wrong)
    return len(wrong)


def _by_day(moments: Iterable[datetime]) -> Counter[tuple[int, ...]]:
    return Counter((day_of(moment),) for moment in moments)
