"""Shared fixtures: test jobs, and recorded notifications of workers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from apps.jobs import registry
from apps.jobs.leases import take_run
from apps.jobs.models import JobRun, ScheduleState, WorkerProcess
from apps.jobs.registry import Job, job, known_kinds
from apps.jobs.services import WorkerNotifier, set_worker_notifier


@pytest.fixture(autouse=True)
def own_jobs(monkeypatch) -> None:
    monkeypatch.setattr(registry, "_jobs", {})


class RecordedNotifications(WorkerNotifier):
    """A notifier that records notifications."""

    def __init__(self) -> None:
        self.delays: list[float] = []

    def notify(self, after_seconds: float) -> None:
        self.delays.append(after_seconds)


@pytest.fixture
def words() -> Iterator[RecordedNotifications]:
    notifier = RecordedNotifications()
    set_worker_notifier(notifier)
    yield notifier
    set_worker_notifier(None)


@dataclass
class Desk:
    """A test job with configurable behaviour, which records its arguments."""

    done: list[int] = field(default_factory=list)
    # Called during each run; raises the error to test.
    before: Callable[[], None] = lambda: None

    def declare(self, kind: str = "desk.work", **options: Any) -> Job[Any]:
        @job(kind, **options)
        def work(*, person: int) -> dict[str, Any]:
            self.before()
            self.done.append(person)
            return {"person": person}

        return work


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def stored(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Real commits, for tests with threads; afterwards only the tables of jobs are emptied."""
    with django_db_blocker.unblock():
        yield
        for model in (JobRun, WorkerProcess, ScheduleState):
            model.objects.all().delete()


def take(now: datetime | None = None) -> JobRun | None:
    return take_run(kinds=known_kinds(), now=now)


def taken(now: datetime | None = None) -> JobRun:
    """The run that a worker takes; fails without one."""
    run = take(now)
    assert run
    return run
