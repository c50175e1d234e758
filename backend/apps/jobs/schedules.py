"""When jobs are due by the clock: every so often, or once a day. All of it in UTC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from apps.jobs.registry import Job

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Rhythm(Protocol):
    """Its turns are moments that follow from the clock alone, so every process knows the same."""

    def latest(self, now: datetime) -> datetime:
        """The last turn that is not after `now`."""

    def next(self, now: datetime) -> datetime:
        """The first turn after `now`."""


@dataclass(frozen=True, slots=True)
class Every:
    """So often, counted from 1970."""

    interval: timedelta

    def latest(self, now: datetime) -> datetime:
        return now - (now - EPOCH) % self.interval

    def next(self, now: datetime) -> datetime:
        return self.latest(now) + self.interval


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day, at this hour and minute of UTC."""

    hour: int
    minute: int = 0

    def latest(self, now: datetime) -> datetime:
        turn = now.astimezone(UTC).replace(hour=self.hour, minute=self.minute, second=0, microsecond=0)
        return turn if turn <= now else turn - timedelta(days=1)

    def next(self, now: datetime) -> datetime:
        return self.latest(now) + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job that takes no arguments, and when it is due."""

    name: str
    job: Job[[]]
    at: Rhythm


_schedules: list[Schedule] = []


def follow_schedules(schedules: Sequence[Schedule]) -> None:
    """Called once, when the apps are ready."""
    _schedules[:] = schedules


def all_schedules() -> Sequence[Schedule]:
    return tuple(_schedules)


def seconds_until_next_turn(now: datetime, schedules: Sequence[Schedule]) -> float | None:
    """None without schedules."""
    turns = [schedule.at.next(now) for schedule in schedules]
    return (min(turns) - now).total_seconds() if turns else None
