import threading
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import connection

from apps.playlist.models import PlaylistTrack
from apps.tracks.models import Track
from apps.tracks.seeds import SEED_TRACKS
from config.startup import prepare_database, seed_once
from core.models import Milestone

QUEUED_ITEMS = 10


def ignore(_line: str) -> None:
    """For what the start tells whoever watches."""


@pytest.fixture
def unseeded(db: None) -> None:
    """A database of which nobody has said yet that it was seeded."""
    assert not Track.objects.exists()
    assert not Milestone.objects.exists()


def test_a_fresh_database_gets_its_first_tracks_and_items(unseeded):
    seed_once(ignore)

    assert Track.objects.count() == len(SEED_TRACKS)
    assert PlaylistTrack.objects.count() == QUEUED_ITEMS


def test_what_was_removed_does_not_come_back(unseeded):
    seed_once(ignore)
    for item in PlaylistTrack.objects.all():
        item.delete()

    seed_once(ignore)

    assert not PlaylistTrack.objects.exists()


def test_a_library_of_ones_own_stays_alone(unseeded):
    Track(title="Ada's own", artist="Ada").save()

    seed_once(ignore)

    assert Track.objects.count() == 1
    assert not PlaylistTrack.objects.exists()


def test_a_library_of_ones_own_stays_alone_when_it_is_emptied_later(unseeded):
    track = Track(title="Ada's own", artist="Ada")
    track.save()
    seed_once(ignore)
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


@pytest.mark.django_db(transaction=True)
def test_starts_at_the_same_moment_seed_once(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    told: list[str] = []

    in_threads(3, lambda: prepare_database(tell=told.append))

    assert told == ["Adding the first tracks …", "Adding sample charts …"]
    assert Track.objects.count() == len(SEED_TRACKS)
    assert PlaylistTrack.objects.count() == QUEUED_ITEMS


def in_threads(count: int, action: Callable[[], None]) -> None:
    together = threading.Barrier(count)
    failures: list[BaseException] = []

    def run() -> None:
        together.wait()
        try:
            action()
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
