"""Reconciles the roll-ups with the activities: everything is counted again, and wrong counts are
corrected.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import models, transaction

from apps.analytics.models import BY_DAY, BY_PERSON, Activity, RollUp
from apps.analytics.rollups import QUARTERS_A_DAY, SqlCondition, lock_exclusive, quarters_of, reconcile
from apps.analytics.services import reconcile_room_plays
from apps.jobs.registry import job
from apps.realtime.decorators import log_action

# More would delay concurrent reports of activities; fewer would take a transaction for nearly every user.
PEOPLE_PER_QUERY = 20


@dataclass(frozen=True, slots=True)
class Recount:
    """The recounted roll-ups, and the number of wrong counts."""

    days: int
    people: int
    wrong: int


@log_action("roll_up")
def roll_up() -> Recount:
    """Safe to repeat, to be killed half-way, and to run during other writes.

    A day, or a few people, is one short transaction; new activities wait for no longer than one takes.
    """
    days = _known(
        "day", BY_DAY, Activity.objects.values_list(models.F("quarter") / QUARTERS_A_DAY, flat=True)
    )
    people = _known("user_id", BY_PERSON, Activity.objects.values_list("user_id", flat=True))
    groups = (people[start : start + PEOPLE_PER_QUERY] for start in range(0, len(people), PEOPLE_PER_QUERY))
    wrong = sum(map(_reconcile_day, days)) + sum(map(_reconcile_people, groups)) + reconcile_room_plays()
    return Recount(days=len(days), people=len(people), wrong=wrong)


def _known(column: str, roll_ups: Iterable[type[RollUp]], raw: "models.QuerySet[Activity, int]") -> list[int]:
    """All in raw rows or in counts."""
    counted = [roll_up._default_manager.values_list(column, flat=True) for roll_up in roll_ups]
    return sorted({number for rows in (raw, *counted) for number in rows.order_by().distinct()})


@transaction.atomic
def _reconcile_day(day: int) -> int:
    quarters = quarters_of(day)
    where = SqlCondition("quarter BETWEEN %s AND %s", [quarters[0], quarters[-1]])
    return _reconcile(BY_DAY, where, own=SqlCondition("day = %s", [day]))


@transaction.atomic
def _reconcile_people(user_ids: Sequence[int]) -> int:
    """Of users with consecutive IDs."""
    of_people = SqlCondition("user_id BETWEEN %s AND %s", [user_ids[0], user_ids[-1]])
    return _reconcile(BY_PERSON, of_people, own=of_people)


def _reconcile(roll_ups: Iterable[type[RollUp]], where: SqlCondition, *, own: SqlCondition) -> int:
    lock_exclusive(Activity)
    return sum(reconcile(one, raw=Activity._meta.db_table, where=where, own=own) for one in roll_ups)


@job("analytics.roll_up", is_long=True)
def roll_up_analytics() -> dict[str, int]:
    """Recounts everything and corrects wrong counts. There should be none."""
    done = roll_up()
    return {"days": done.days, "people": done.people, "wrong": done.wrong}
