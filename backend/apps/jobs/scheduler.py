"""Schedules of jobs, in UTC, and the scheduler that requests the due runs."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from django.db import transaction
from django.utils import timezone

from apps.jobs.models import ScheduleState
from apps.jobs.registry import Job, known_kinds
from apps.jobs.selectors import due_runs
from apps.jobs.services import notify_workers
from core.database import live_deadline_seconds, released_connection, response_deadline

logger = logging.getLogger(__name__)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Trigger(Protocol):
    """Due times that depend on the clock alone, so all processes compute the same."""

    def latest(self, now: datetime) -> datetime:
        """The last due time that is not after `now`."""

    def next(self, now: datetime) -> datetime:
        """The first due time after `now`."""


@dataclass(frozen=True, slots=True)
class Every:
    """At multiples of an interval since 1970."""

    interval: timedelta

    def latest(self, now: datetime) -> datetime:
        return now - (now - EPOCH) % self.interval

    def next(self, now: datetime) -> datetime:
        return self.latest(now) + self.interval


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day, at this hour and minute in UTC."""

    hour: int
    minute: int = 0

    def latest(self, now: datetime) -> datetime:
        due = now.astimezone(UTC).replace(hour=self.hour, minute=self.minute, second=0, microsecond=0)
        return due if due <= now else due - timedelta(days=1)

    def next(self, now: datetime) -> datetime:
        return self.latest(now) + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job without arguments, and its trigger."""

    name: str
    job: Job[[]]
    at: Trigger


_schedules: list[Schedule] = []


def register_schedules(schedules: Sequence[Schedule]) -> None:
    """Called once, when the apps are ready."""
    _schedules[:] = schedules


def all_schedules() -> Sequence[Schedule]:
    return tuple(_schedules)


def seconds_until_next_run(now: datetime, schedules: Sequence[Schedule]) -> float | None:
    """None without schedules."""
    due_times = [schedule.at.next(now) for schedule in schedules]
    return (min(due_times) - now).total_seconds() if due_times else None


# The interval at which the scheduler looks for runs without a notification.
POLL_SECONDS = 15.0
# Runs due for less than this have probably been notified already.
NOTIFICATION_DELAY = timedelta(seconds=3)


def tick(*, now: datetime | None = None) -> float:
    """Checks the clock and the table; returns the seconds until the next check."""
    now = now or timezone.now()
    schedules = all_schedules()
    enqueue_due_runs(schedules, now=now)
    if due_runs(now - NOTIFICATION_DELAY, known_kinds()).exists():
        notify_workers()
    until_run = seconds_until_next_run(now, schedules)
    return POLL_SECONDS if until_run is None else min(POLL_SECONDS, until_run)


def tick_safely(beat: Callable[[], None] = lambda: None) -> float:
    """As `tick`, without raising errors of the database. `beat` is called first, for the heartbeat."""
    try:
        with released_connection(), response_deadline(live_deadline_seconds()):
            beat()
            return tick()
    except Exception as error:  # the scheduler survives all errors of the database
        logger.warning("Could not check schedules: %r", error)
        return POLL_SECONDS


def enqueue_due_runs(schedules: Sequence[Schedule], *, now: datetime) -> list[str]:
    """Requests a run for each schedule that became due since its last run; returns their names.

    Only one of several processes requests it. Missed due times result in one run. A new
    schedule waits for its next due time.
    """
    last = dict(ScheduleState.objects.values_list("name", "last_due_at"))
    overdue = [one for one in schedules if one.name not in last or last[one.name] < one.at.latest(now)]
    return [schedule.name for schedule in overdue if _request_once(schedule, schedule.at.latest(now))]


def _request_once(schedule: Schedule, due_at: datetime) -> bool:
    with transaction.atomic():
        state = ScheduleState.objects.filter(name=schedule.name, last_due_at__lt=due_at)
        if state.update(last_due_at=due_at):
            schedule.job.request()
            return True
    ScheduleState.objects.get_or_create(name=schedule.name, defaults={"last_due_at": due_at})
    return False
