"""Sample tracks are added once per database; all scheduled jobs run."""

import pytest
from django.core.management import call_command

from apps.jobs.models import JobRun, Status
from apps.jobs.scheduler import all_schedules
from apps.jobs.worker import Worker
from apps.playlist.models import PlaylistTrack
from apps.tracks.models import Track
from config.schedules import SCHEDULES
from core.models import OneTimeTask
from server.database_setup import remove_sample_queue_once, seed_once


def ignore(_line: str) -> None:
    """Ignores progress messages."""


@pytest.fixture
def unseeded(db: None) -> None:
    """A database without the record of its seeding."""
    assert not Track.objects.exists()
    assert not OneTimeTask.objects.exists()


def test_an_existing_library_is_never_seeded(unseeded):
    track = Track(title="Ada's own", artist="Ada")
    track.save()

    seed_once(ignore)
    assert Track.objects.get() == track
    assert not PlaylistTrack.objects.exists()

    track.delete()
    seed_once(ignore)
    assert not Track.objects.exists()


def test_with_music_no_sample_is_added_and_those_of_an_earlier_start_leave_the_queue_once(
    unseeded, settings, tmp_path
):
    settings.MUSIC_DIRS = [tmp_path]
    seed_once(ignore)
    remove_sample_queue_once()
    assert not Track.objects.exists()

    OneTimeTask.objects.all().delete()
    settings.MUSIC_DIRS = []
    seed_once(ignore)
    remove_sample_queue_once()
    assert PlaylistTrack.objects.exists()
    settings.MUSIC_DIRS = [tmp_path]
    remove_sample_queue_once()
    assert Track.objects.exists()
    assert not PlaylistTrack.objects.exists()

    call_command("seed_playlist", verbosity=0)
    remove_sample_queue_once()
    assert PlaylistTrack.objects.exists()


def test_an_interrupted_seeding_is_rolled_back(unseeded, monkeypatch):
    def die_before_the_queue(command: str, **options: object) -> None:
        if command == "seed_playlist":
            raise KeyboardInterrupt
        call_command(command, **options)

    monkeypatch.setattr("server.database_setup.call_command", die_before_the_queue)
    with pytest.raises(KeyboardInterrupt):
        seed_once(ignore)

    assert not Track.objects.exists()
    assert not OneTimeTask.objects.exists()


def test_all_schedules_are_registered_with_unique_names():
    assert SCHEDULES
    assert tuple(all_schedules()) == SCHEDULES
    assert len({schedule.name for schedule in SCHEDULES}) == len(SCHEDULES)


@pytest.mark.django_db
def test_each_scheduled_job_runs_and_can_be_repeated():
    for _ in range(2):
        for schedule in SCHEDULES:
            schedule.job.request()
        Worker().work()

    ended = {run.kind: run.status for run in JobRun.objects.all()}
    assert ended == {schedule.job.kind: Status.SUCCEEDED for schedule in SCHEDULES}
