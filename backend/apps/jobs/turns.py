"""What beat does each time: makes what schedules ask for, and looks for runs that nobody was told of."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from apps.jobs.messages import tell_workers
from apps.jobs.models import ScheduledTurn
from apps.jobs.registry import known_kinds
from apps.jobs.schedules import Schedule, all_schedules, seconds_until_next_turn
from apps.jobs.selectors import due_runs

# How long a run that no word was heard of may wait, at most, before beat finds it.
LOOK_SECONDS = 15.0
# What has become due just now is on its way to a worker already.
ON_ITS_WAY = timedelta(seconds=3)


def take_turn(*, now: datetime | None = None) -> float:
    """One look at the clock and at the table; returns after how many seconds the next one is to be."""
    now = now or timezone.now()
    schedules = all_schedules()
    make_due_runs(schedules, now=now)
    if due_runs(now - ON_ITS_WAY, known_kinds()).exists():
        tell_workers()
    until_turn = seconds_until_next_turn(now, schedules)
    return LOOK_SECONDS if until_turn is None else min(LOOK_SECONDS, until_turn)


def make_due_runs(schedules: Sequence[Schedule], *, now: datetime) -> list[str]:
    """Makes a run for each schedule that has had a turn since the last one made; returns their names.

    Of several processes one makes it. Turns that nobody was there for are made up for by one run. A schedule
    that is new waits for its next turn.
    """
    made = dict(ScheduledTurn.objects.values_list("name", "turn_at"))
    behind = [one for one in schedules if one.name not in made or made[one.name] < one.at.latest(now)]
    return [schedule.name for schedule in behind if _is_made_here(schedule, schedule.at.latest(now))]


def _is_made_here(schedule: Schedule, turn: datetime) -> bool:
    with transaction.atomic():
        if ScheduledTurn.objects.filter(name=schedule.name, turn_at__lt=turn).update(turn_at=turn):
            schedule.job.request()
            return True
    ScheduledTurn.objects.get_or_create(name=schedule.name, defaults={"turn_at": turn})
    return False
