"""A play in a room is counted, and is an activity of whoever added the track, when that is a known person."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from apps.analytics.adding_up import add_numbers, hold_writers
from apps.analytics.models import Activity, RoomPlayDayCount
from apps.analytics.quarters import day_of
from apps.analytics.services import record_room_play
from apps.playlist.models import Play, Room
from apps.realtime.services import lock_streams
from apps.users.holding import hold_person
from apps.users.models import key_of_user
from core.identity import user_id_of
from core.portions import while_time_lasts

# The rooms of so many plays are locked at once.
PLAYS_AT_ONCE = 20


def count_play(*, instance: Play, created: bool, raw: bool, **_: Any) -> None:
    """When a play begins: in the transaction that changes what the room plays, under the room's lock."""
    if raw or not created:
        return
    user_id = user_id_of(instance.adder)
    if user_id is not None:
        record_room_play(play=instance, user_id=user_id)
    add_numbers(RoomPlayDayCount, {(day_of(instance.started_at),): 1})


def forget_plays_of_room(*, instance: Room, **_: Any) -> None:
    """Before a room goes, its plays go, and are counted no more. Activities stay: they are the people's."""
    plays = Play.objects.filter(room=instance)
    gone = _by_day(plays.values_list("started_at", flat=True))
    plays.delete()
    add_numbers(RoomPlayDayCount, {key: -count for key, count in gone.items()})


def claim_room_plays(*, user_id: int, adder: str) -> int:
    """Counts plays that have been of nobody known for a person, when a guest becomes an account: how many.

    `adder` is the key under which the tracks were added. Plays that are counted already stay as they are.
    """
    with transaction.atomic():
        plays = list(_unclaimed_plays(adder))
        for play in plays:
            record_room_play(play=play, user_id=user_id)
    return len(plays)


def claim_room_plays_in_portions(*, user_id: int, adder: str) -> None:
    """The same in short transactions. Raises NotAuthenticated when the person has gone."""
    waiting = list(_unclaimed_plays(adder).values_list("pk", flat=True))
    while waiting:
        done = _claim_first_plays(waiting[:PLAYS_AT_ONCE], user_id=user_id)
        del waiting[:done]


@transaction.atomic
def _claim_first_plays(play_ids: Sequence[int], *, user_id: int) -> int:
    """How many of them there was time for."""
    hold_person(key_of_user(user_id))
    plays = Play.objects.filter(pk__in=play_ids)
    lock_streams(sorted(set(plays.values_list("room__stream_id", flat=True))))
    found = plays.in_bulk()  # under the locks: none of them goes
    done = 0
    for play_id in while_time_lasts(play_ids):
        done += 1
        if play_id in found:
            record_room_play(play=found[play_id], user_id=user_id)
    return done


def _unclaimed_plays(adder: str) -> QuerySet[Play]:
    claimed = Activity.objects.filter(room_play=OuterRef("pk"))
    return Play.objects.filter(~Exists(claimed), adder=adder).order_by("pk")


@transaction.atomic
def mend_room_plays() -> int:
    """Counts all plays anew; how many days were wrong."""
    hold_writers(Play)
    wrong = _by_day(Play.objects.values_list("started_at", flat=True).iterator())
    wrong.subtract({(day,): count for day, count in RoomPlayDayCount.objects.values_list("day", "count")})
    wrong = Counter({key: difference for key, difference in wrong.items() if difference})
    add_numbers(RoomPlayDayCount, wrong)
    return len(wrong)


def _by_day(moments: Iterable[datetime]) -> Counter[tuple[int, ...]]:
    return Counter((day_of(moment),) for moment in moments)
