"""What a track keeps right about itself, whoever saves it."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from apps.tracks.models import Track
from apps.tracks.normalisation import SearchColumns
from apps.tracks.services import change_track
from core.changes import UnannouncedWrite

pytestmark = pytest.mark.django_db


def assert_search_columns_right(track: Track) -> None:
    """What is stored is what the stored words give."""
    stored = Track.objects.get(pk=track.pk)
    fresh = Track.described_by(stored.facts())
    for name in SearchColumns._fields:
        assert getattr(stored, name) == getattr(fresh, name), name


@pytest.mark.parametrize(
    ("field", "value"), [("title", "Ave"), ("artist", "X"), ("album", "Y"), ("genre", "Z")]
)
def test_search_columns_follow_a_partial_save(add_track, field: str, value: str):
    track = add_track(album="A", genre="b")
    setattr(track, field, value)
    track.save(update_fields=[field])
    assert getattr(Track.objects.get(), field) == value
    assert_search_columns_right(track)


def test_a_partial_save_of_an_outdated_instance_believes_the_database(add_track):
    track = add_track("Halo", "Beyonce")
    outdated = Track.objects.get()
    change_track(track_id=track.pk, changes={"artist": "Porcupine Tree"})
    outdated.title = "Halo II"
    outdated.save(update_fields=["title"])
    assert Track.objects.get().search_text == "halo ii porcupine tree"
    assert_search_columns_right(track)


def test_a_partial_save_of_something_else_writes_nothing_more(add_track):
    track = add_track("Halo", duration_seconds=1)
    track.title = "unsaved"
    track.duration_seconds = 2
    track.save(update_fields=["duration_seconds"])
    stored = Track.objects.get()
    assert (stored.title, stored.duration_seconds) == ("Halo", 2)
    assert_search_columns_right(track)


@pytest.mark.parametrize(
    "write", [lambda: Track.objects.update(title="x"), lambda: Track.objects.bulk_create([])]
)
def test_writes_that_tell_nobody_are_refused(write):
    with pytest.raises(UnannouncedWrite):
        write()


def test_unknown_isrcs_are_many_and_a_known_one_is_one(add_track):
    add_track(isrc=None)
    add_track(isrc=None)
    add_track(isrc="GBUM71029604")
    with pytest.raises(IntegrityError):
        add_track(isrc="GBUM71029604")


def test_a_duration_of_zero_is_refused_by_the_database(add_track):
    with pytest.raises(IntegrityError):
        add_track(duration_seconds=0)


def test_forms_obey_the_same_rules():
    track = Track(title="Halo", artist="B", isrc="nonsense", cover_url="javascript:x", duration_seconds=0)
    with pytest.raises(ValidationError) as refused:
        track.full_clean()
    assert set(refused.value.message_dict) >= {"isrc", "cover_url", "duration_seconds"}


def test_very_long_titles_of_characters_that_grow_are_stored(add_track):
    # U+FDFA is taken apart into 18 characters.
    track = add_track("ﷺ" * 300, genre="İ" * 100)
    assert_search_columns_right(track)
