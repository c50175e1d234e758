"""Counting everything anew: mends what the roll-ups say wherever it is not what the raw rows say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import models, transaction

from apps.analytics.adding_up import Where, hold_writers, mend
from apps.analytics.models import BY_DAY, BY_PERSON, Activity, RollUp
from apps.analytics.quarters import QUARTERS_A_DAY, quarters_of
from apps.analytics.room_plays import mend_room_plays
from apps.realtime.decorators import log_action

# More would make those wait who tell meanwhile; fewer would make a transaction for nearly every person.
PEOPLE_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Recount:
    """What was counted anew, and how many counts were wrong."""

    days: int
    people: int
    wrong: int


@log_action("roll_up")
def roll_up() -> Recount:
    """Safe to repeat, to be killed half-way, and while people go on.

    A day, or a few people, is one short transaction; new activities wait for no longer than one takes.
    """
    days = _known(
        "day", BY_DAY, Activity.objects.values_list(models.F("quarter") / QUARTERS_A_DAY, flat=True)
    )
    people = _known("user_id", BY_PERSON, Activity.objects.values_list("user_id", flat=True))
    groups = (people[start : start + PEOPLE_AT_ONCE] for start in range(0, len(people), PEOPLE_AT_ONCE))
    wrong = sum(map(_mend_day, days)) + sum(map(_mend_people, groups)) + mend_room_plays()
    return Recount(days=len(days), people=len(people), wrong=wrong)


def _known(column: str, roll_ups: Iterable[type[RollUp]], raw: "models.QuerySet[Activity, int]") -> list[int]:
    """All that either raw rows or counts speak of."""
    counted = [roll_up._default_manager.values_list(column, flat=True) for roll_up in roll_ups]
    return sorted({number for rows in (raw, *counted) for number in rows.order_by().distinct()})


@transaction.atomic
def _mend_day(day: int) -> int:
    quarters = quarters_of(day)
    where = Where("quarter BETWEEN %s AND %s", [quarters[0], quarters[-1]])
    return _mend(BY_DAY, where, own=Where("day = %s", [day]))


@transaction.atomic
def _mend_people(user_ids: Sequence[int]) -> int:
    """Of people in the order of their ids, between whom is nobody known."""
    of_people = Where("user_id BETWEEN %s AND %s", [user_ids[0], user_ids[-1]])
    return _mend(BY_PERSON, of_people, own=of_people)


def _mend(roll_ups: Iterable[type[RollUp]], where: Where, *, own: Where) -> int:
    hold_writers(Activity)
    return sum(mend(one, raw=Activity._meta.db_table, where=where, own=own) for one in roll_ups)
