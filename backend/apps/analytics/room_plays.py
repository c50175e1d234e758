"""A play in a room is counted, and is an activity of whoever added the track, when that is a known person."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.analytics.adding_up import add_numbers, hold_writers
from apps.analytics.models import RoomPlayDayCount
from apps.analytics.quarters import day_of
from apps.analytics.services import record_room_play
from apps.playlist.models import Play, Room
from core.identity import user_id_of


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
        plays = list(Play.objects.filter(adder=adder).order_by("pk"))
        for play in plays:
            record_room_play(play=play, user_id=user_id)
    return len(plays)


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
