import pytest
from django.core.management import call_command

from apps.playlist.models import PlaylistTrack
from apps.tracks.models import Track
from apps.tracks.seeds import SEED_TRACKS
from config.startup import seed_once
from core.models import Milestone

QUEUED_ITEMS = 10


def ignore(_line: str) -> None:
    """For what the start tells whoever watches."""


@pytest.fixture
def unseeded(db: None) -> None:
    """A database of which nobody has said yet that it was seeded."""
    assert not Track.objects.exists()
    assert not Milestone.objects.exists()


def test_a_fresh_database_gets_its_first_tracks_and_items_once(unseeded):
    seed_once(ignore)
    assert Track.objects.count() == len(SEED_TRACKS)
    assert PlaylistTrack.objects.count() == QUEUED_ITEMS

    for item in PlaylistTrack.objects.all():
        item.delete()
    seed_once(ignore)
    assert not PlaylistTrack.objects.exists()


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
