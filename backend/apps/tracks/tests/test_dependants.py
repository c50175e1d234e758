"""Who depends on a track is locked before it changes, and lets go before it goes."""

import pytest
from django.db import transaction

from apps.tracks.dependants import register_dependants
from apps.tracks.facts import TrackFacts
from apps.tracks.models import Track
from apps.tracks.services import change_track, create_track, delete_track

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def calls(nobody_depends) -> list[tuple[str, int, bool]]:
    """What the registered app was called for; whether the track was there; always inside a transaction."""
    made: list[tuple[str, int, bool]] = []

    def called(name: str, track_id: int) -> None:
        assert transaction.get_connection().in_atomic_block
        made.append((name, track_id, Track.objects.filter(pk=track_id).exists()))

    register_dependants(
        lock=lambda track_id: called("lock", track_id), release=lambda track_id: called("release", track_id)
    )
    return made


def test_a_change_locks_first(calls):
    track = create_track(facts=TrackFacts("Halo", "Beyoncé"))
    change_track(track_id=track.pk, changes={"genre": "pop"})
    assert calls == [("lock", track.pk, True)]


def test_what_cannot_be_let_go_stays(nobody_depends):
    def refuse(track_id: int) -> None:
        raise RuntimeError

    register_dependants(lock=lambda track_id: None, release=refuse)
    track = create_track(facts=TrackFacts("Halo", "Beyoncé"))
    with pytest.raises(RuntimeError):
        delete_track(track_id=track.pk)
    assert Track.objects.get() == track
