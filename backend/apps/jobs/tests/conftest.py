"""What the tests of jobs share: jobs of their own, and the words that workers are told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from apps.jobs import registry
from apps.jobs.leases import take_run
from apps.jobs.messages import Messenger, tell_workers_by
from apps.jobs.models import JobProcess, JobRun, ScheduledTurn
from apps.jobs.registry import Job, job, known_kinds


@pytest.fixture(autouse=True)
def own_jobs(monkeypatch) -> None:
    monkeypatch.setattr(registry, "_jobs", {})


class Words(Messenger):
    """Stands in for what carries words to workers."""

    def __init__(self) -> None:
        self.delays: list[float] = []

    def tell(self, after_seconds: float) -> None:
        self.delays.append(after_seconds)


@pytest.fixture
def words() -> Iterator[Words]:
    told = Words()
    tell_workers_by(told)
    yield told
    tell_workers_by(None)


@dataclass
class Desk:
    """A job that does what it is told to, and remembers for whom."""

    done: list[int] = field(default_factory=list)
    # Called before each run is done; raises what is to go wrong.
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
    """Real commits, for tests with threads; only the tables of jobs are emptied afterwards."""
    with django_db_blocker.unblock():
        yield
        for model in (JobRun, JobProcess, ScheduledTurn):
            model.objects.all().delete()


def take(now: datetime | None = None) -> JobRun | None:
    return take_run(kinds=known_kinds(), now=now)


def taken(now: datetime | None = None) -> JobRun:
    """The run that a worker takes, which has to be there."""
    run = take(now)
    assert run
    return run
