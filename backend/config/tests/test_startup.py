"""A fresh database gets its first tracks once, and all that is done by the clock can be run, and is."""

import pytest
from django.core.management import call_command

from apps.jobs.models import JobRun, Status
from apps.jobs.schedules import all_schedules
from apps.jobs.work import Workbench
from apps.playlist.models import PlaylistTrack
from apps.tracks.models import Track
from config.schedules import SCHEDULES
from config.startup import seed_once
from core.models import Milestone


def ignore(_line: str) -> None:
    """For what the start tells whoever watches."""


@pytest.fixture
def unseeded(db: None) -> None:
    """A database of which nobody has said yet that it was seeded."""
    assert not Track.objects.exists()
    assert not Milestone.objects.exists()


def test_a_library_of_ones_own_stays_alone_also_when_it_is_emptied_later(unseeded):
    track = Track(title="Ada's own", artist="Ada")
    track.save()

    seed_once(ignore)
    assert Track.objects.get() == track
    assert not PlaylistTrack.objects.exists()

    track.delete()
    seed_once(ignore)
    assert not Track.objects.exists()


def test_half_a_seeding_is_none(unseeded, monkeypatch):
    def die_before_the_queue(command: str, **options: object) -> None:
        if command == "seed_playlist":
            raise KeyboardInterrupt
        call_command(command, **options)

    monkeypatch.setattr("config.startup.call_command", die_before_the_queue)
    with pytest.raises(KeyboardInterrupt):
        seed_once(ignore)

    assert not Track.objects.exists()
    assert not Milestone.objects.exists()


def test_the_table_is_followed_and_its_names_are_unlike():
    assert SCHEDULES
    assert tuple(all_schedules()) == SCHEDULES
    assert len({schedule.name for schedule in SCHEDULES}) == len(SCHEDULES)


@pytest.mark.django_db
def test_each_of_its_jobs_runs_and_may_run_again():
    for _ in range(2):
        for schedule in SCHEDULES:
            schedule.job.request()
        Workbench().work()

    ended = {run.kind: run.status for run in JobRun.objects.all()}
    assert ended == {schedule.job.kind: Status.SUCCEEDED for schedule in SCHEDULES}
