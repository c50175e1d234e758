"""What a track guarantees for every way of saving it; tracks in the admin; an empty library."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from apps.tracks.metadata import checked_duration, checked_isrc
from apps.tracks.models import Track
from apps.tracks.normalisation import SearchColumns
from apps.tracks.selectors import listed_tracks
from apps.tracks.services import SEED_TRACKS, change_track, seed_library
from core.tests.admin_pages import Admin

pytestmark = pytest.mark.django_db


def assert_search_columns_right(track: Track) -> None:
    """What is stored is what the stored words give."""
    stored = Track.objects.get(pk=track.pk)
    fresh = Track.described_by(stored.metadata())
    for name in SearchColumns._fields:
        assert getattr(stored, name) == getattr(fresh, name), name


def test_a_partial_save_of_an_outdated_instance_uses_the_values_of_the_database(add_track):
    track = add_track("Halo", "Beyonce")
    outdated = Track.objects.get()
    change_track(track_id=track.pk, changes={"artist": "Porcupine Tree"})
    outdated.title = "Halo II"
    outdated.save(update_fields=["title"])
    assert Track.objects.get().search_text == "halo ii porcupine tree"
    assert_search_columns_right(track)


def test_a_partial_save_writes_only_its_fields(add_track):
    track = add_track("Halo", duration_seconds=1)
    track.title = "unsaved"
    track.duration_seconds = 2
    track.save(update_fields=["duration_seconds"])
    stored = Track.objects.get()
    assert (stored.title, stored.duration_seconds) == ("Halo", 2)
    assert_search_columns_right(track)


def test_very_long_titles_whose_search_text_is_longer_are_stored(add_track):
    # U+FDFA is taken apart into 18 characters.
    track = add_track("ﷺ" * 300, genre="İ" * 100)
    assert_search_columns_right(track)


def test_a_duration_of_zero_and_a_taken_isrc_are_rejected_by_database_and_forms(add_track):
    add_track(isrc="GBUM71029604")
    for metadata in ({"duration_seconds": 0}, {"isrc": "GBUM71029604"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            add_track(**metadata)
    track = Track(title="Halo", artist="B", isrc="nonsense", cover_url="javascript:x", duration_seconds=0)
    with pytest.raises(ValidationError) as rejected:
        track.full_clean()
    assert set(rejected.value.message_dict) >= {"isrc", "cover_url", "duration_seconds"}


def test_the_admin_adds_tracks_without_an_isrc_and_one_of_each_isrc_and_finds_what_the_api_finds(add_track):
    add_track("Halo", "Beyoncé", isrc="GBUM71029604")
    admin = Admin()
    for _ in range(2):
        page = admin.open_new(Track)
        assert page.send(title="Hello", artist="Adele", isrc="", cover_url="").status_code == 302
    page = admin.open_new(Track).send(title="Hello", artist="Adele", isrc="gbum71029604")
    assert (page.status_code, bool(page.context["errors"])) == (200, True)
    unknown = Track.objects.filter(title="Hello").values_list("isrc", "cover_url", "duration_seconds")
    assert list(unknown) == [(None, None, None)] * 2
    found = admin.client.get("/admin/tracks/track/", {"q": "beyonce halo"}).context["cl"].result_list
    assert [track.title for track in found] == ["Halo"]


# --- 35 well-known tracks for an empty library -------------------------------------------------------


def test_seeding_again_keeps_changes_of_staff_and_restores_only_deleted_tracks(capsys):
    call_command("seed_tracks")
    first = Track.objects.order_by("id")[0]
    assert first.metadata() == SEED_TRACKS[0]
    assert (first.title, first.duration_seconds, first.isrc) == ("Bohemian Rhapsody", 355, "GBUM71029604")
    halo = listed_tracks(search="beyonce halo").get()
    change_track(track_id=halo.pk, changes={"genre": "", "duration_seconds": None})
    change_track(track_id=first.pk, changes={"title": "Bo Rhap"})
    call_command("seed_tracks")
    assert Track.objects.get(pk=halo.pk).metadata().genre == ""
    assert Track.objects.get(pk=first.pk).title == "Bo Rhap"
    listed_tracks(search="so what miles davis").get().delete()
    assert seed_library() == 1
    assert capsys.readouterr().out.splitlines() == [
        "35 tracks added to the library, 0 were there already.",
        "0 tracks added to the library, 35 were there already.",
    ]


def test_each_sample_track_is_valid():
    for metadata in SEED_TRACKS:
        assert metadata.album
        assert metadata.genre
        assert metadata.duration_seconds
        assert checked_duration(metadata.duration_seconds) == metadata.duration_seconds
        assert metadata.isrc is None or checked_isrc(metadata.isrc) == metadata.isrc


# --- Lists, genres and searches, where the whole library has to be the test's own --------------------


def found(search: str) -> list[str]:
    return [track.title for track in listed_tracks(search=search)]


def test_texts_sort_without_accents_and_equals_by_id_and_unknown_durations_come_last_both_ways(add_track):
    for title, seconds in (("delta", None), ("Éclair", 500), ("alpha", 100), ("Bravo", 200), ("ALPHA", 300)):
        add_track(title, duration_seconds=seconds)
    for ordering, expected in {
        "title": ["alpha", "ALPHA", "Bravo", "delta", "Éclair"],
        "-title": ["Éclair", "delta", "Bravo", "alpha", "ALPHA"],
        "duration_seconds": ["alpha", "Bravo", "ALPHA", "Éclair", "delta"],
        "-duration_seconds": ["Éclair", "ALPHA", "Bravo", "alpha", "delta"],
    }.items():
        assert [track.title for track in listed_tracks(ordering=ordering)] == expected


def test_a_search_without_letters_is_literal_and_ranked(add_track):
    for title in ("Halo", "Me and !!!", "!!! again", "!!!", "50%", "a_b", "☆"):
        add_track(title, f"Artist of {title.count('!')}")
    assert found("!!!") == ["!!!", "!!! again", "Me and !!!"]
    assert (found("%"), found("_"), found("☆")) == (["50%"], ["a_b"], ["☆"])


def test_genres_are_sorted_by_use_then_name_without_unknown_ones(client, add_track):
    assert client.get("/api/tracks/genres/").json() == []
    for genre in ("soul", "Rock", "rock", "jazz", "ROCK", "rock", "", "folk"):
        add_track(genre=genre)
    response = client.get("/api/tracks/genres/")
    assert response.json() == [
        {"genre": "rock", "count": 4},
        *({"genre": genre, "count": 1} for genre in ("folk", "jazz", "soul")),
    ]
    assert response["X-Total-Count"] == "4"
