"""Who depends on a track is locked before it changes, and lets go before it goes."""

import pytest
from django.db import transaction

from apps.tracks.dependants import register_dependants
from apps.tracks.facts import TrackFacts
from apps.tracks.models import Track
from apps.tracks.services import change_track, create_track, delete_track
from core.errors import NotFound

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


def test_a_new_track_has_nobody_to_lock(calls):
    create_track(facts=TrackFacts("Halo", "Beyoncé"))
    assert calls == []


def test_a_change_locks_first(calls):
    track = create_track(facts=TrackFacts("Halo", "Beyoncé"))
    change_track(track_id=track.pk, changes={"genre": "pop"})
    assert calls == [("lock", track.pk, True)]


def test_a_save_in_the_shell_locks_too(calls):
    track = create_track(facts=TrackFacts("Halo", "Beyoncé"))
    track.save()
    assert calls == [("lock", track.pk, True)]


def test_a_track_that_was_changed_is_locked_again_for_its_next_change(calls):
    track = create_track(facts=TrackFacts("Halo", "Beyoncé"))
    changed = change_track(track_id=track.pk, changes={"genre": "pop"})
    changed.save()
    assert calls == [("lock", track.pk, True)] * 2


@pytest.mark.parametrize("way", ["service", "instance", "queryset"])
def test_before_a_track_goes_it_is_let_go(calls, way: str):
    track = create_track(facts=TrackFacts("Halo", "Beyoncé"))
    if way == "service":
        delete_track(track_id=track.pk)
    elif way == "instance":
        Track.objects.get().delete()
    else:
        Track.objects.all().delete()
    assert calls[0] == ("lock", track.pk, True)
    assert calls[-1] == ("release", track.pk, True)
    assert [name for name, *_ in calls].count("release") == 1
    assert not Track.objects.exists()


def test_what_cannot_be_let_go_stays(nobody_depends):
    def refuse(track_id: int) -> None:
        raise RuntimeError

    register_dependants(lock=lambda track_id: None, release=refuse)
    track = create_track(facts=TrackFacts("Halo", "Beyoncé"))
    with pytest.raises(RuntimeError):
        delete_track(track_id=track.pk)
    assert Track.objects.get() == track


def test_registering_twice_calls_once(nobody_depends):
    made: list[int] = []
    for _ in range(2):
        register_dependants(lock=made.append, release=made.append)
    assert len(nobody_depends) == 1


def test_a_track_that_is_not_there_releases_nobody(calls):
    with pytest.raises(NotFound):
        delete_track(track_id=77)
    assert "release" not in [name for name, *_ in calls]
