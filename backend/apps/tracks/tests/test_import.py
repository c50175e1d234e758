"""Rows become tracks of the library: which are the same, what is filled in, what stays."""

import pytest
from django.db import transaction
from django.db.models.signals import post_save

from apps.tracks import services
from apps.tracks.import_rows import BadRow, GoodRow
from apps.tracks.metadata import TrackMetadata
from apps.tracks.models import Track
from apps.tracks.selectors import listed_tracks
from apps.tracks.services import import_rows

pytestmark = pytest.mark.django_db

HALO = TrackMetadata("Halo", "Beyoncé", "I Am", 261, "pop", "https://example.org/halo.jpg", "USSM10804556")


def imported(*metadata: TrackMetadata) -> tuple[int, int, int]:
    """How many were added, completed, unchanged."""
    rows = [GoodRow(line, each) for line, each in enumerate(metadata, start=2)]
    result = import_rows(rows=rows, after_batch=lambda: None)
    assert result.bad == []
    return result.added, result.completed, result.unchanged


def test_new_tracks_are_added_in_order_and_found_and_importing_again_changes_nothing():
    zombie = TrackMetadata("Zombie", "Fela Kuti")
    assert imported(HALO, zombie) == (2, 0, 0)
    assert [track.metadata() for track in Track.objects.all()] == [HALO, zombie]
    assert listed_tracks(search="beyonce halo").get().isrc == HALO.isrc
    before = list(Track.objects.values())
    assert imported(HALO, zombie) == (0, 0, 2)
    assert list(Track.objects.values()) == before


@pytest.mark.parametrize(
    "same",
    [
        TrackMetadata("Another name", "Somebody", isrc="USSM10804556"),
        TrackMetadata("HALO", "beyonce", "i am…"),
        TrackMetadata("Halo!", "Beyoncé", "I am", isrc="GBUM71029604"),
    ],
)
@pytest.mark.parametrize("is_in_one_file", [True, False])
def test_the_same_track_is_not_added_again(same: TrackMetadata, is_in_one_file: bool):
    if is_in_one_file:
        assert imported(HALO, same) == (1, 0, 1)
    else:
        assert imported(HALO) == (1, 0, 0)
        assert imported(same) == (0, 0, 1)
    assert Track.objects.get().metadata() == HALO


@pytest.mark.parametrize(
    "other",
    [
        TrackMetadata("Halo", "Beyoncé", "Live"),
        TrackMetadata("Halo", "Beyoncé"),
        TrackMetadata("Halo", "B", "I Am"),
    ],
)
def test_another_album_or_artist_is_another_track(other: TrackMetadata):
    assert imported(HALO, other) == (2, 0, 0)


@pytest.mark.parametrize("is_in_one_file", [True, False])
def test_an_import_fills_only_empty_fields(is_in_one_file: bool):
    known = TrackMetadata("Halo", "Beyoncé", "I Am", genre="r&b")
    if is_in_one_file:
        assert imported(known, HALO, HALO) == (1, 1, 1)
    else:
        imported(known)
        assert imported(HALO) == (0, 1, 0)
        assert imported(HALO) == (0, 0, 1)
    stored = Track.objects.get().metadata()
    assert (stored.genre, stored.duration_seconds, stored.cover_url, stored.isrc) == (
        "r&b",
        261,
        HALO.cover_url,
        HALO.isrc,
    )


def test_an_isrc_filled_in_by_a_row_matches_the_next_row(add_track):
    add_track("Halo", "Beyoncé", album="I Am")
    assert imported(HALO, TrackMetadata("Halo (Radio Edit)", "Beyoncé", isrc=HALO.isrc)) == (0, 1, 1)
    assert Track.objects.get().isrc == HALO.isrc


def test_a_matching_isrc_has_precedence_over_names(add_track):
    of_isrc = add_track("Halo (Radio Edit)", "Beyoncé", isrc=HALO.isrc)
    of_words = add_track("Halo", "Beyoncé", album="I Am")
    assert imported(HALO) == (0, 1, 0)
    assert Track.objects.get(pk=of_isrc.pk).duration_seconds == 261
    assert Track.objects.get(pk=of_words.pk).duration_seconds is None


def test_filled_fields_send_events_and_new_tracks_do_not(add_track):
    titles: list[str] = []

    def listener(instance: Track, **_: object) -> None:
        titles.append(instance.title)

    add_track("Halo", "Beyoncé", album="I Am")
    post_save.connect(listener, sender=Track)
    try:
        imported(HALO, TrackMetadata("Zombie", "Fela Kuti"))
    finally:
        post_save.disconnect(listener, sender=Track)
    assert titles == ["Halo"]


def test_an_import_of_many_batches_adds_every_row(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(services, "BATCH_ROWS", 10)
    batches: list[int] = []
    rows = [GoodRow(line, TrackMetadata(f"T{line % 30}", "A")) for line in range(65)]
    result = import_rows(rows=rows, after_batch=lambda: batches.append(Track.objects.count()))
    assert (result.added, result.unchanged) == (30, 35)
    assert batches == [10, 20, 30, 30, 30, 30, 30]


def test_a_taken_isrc_makes_the_row_invalid(add_track):
    add_track("Zombie", "Fela Kuti", isrc=HALO.isrc)
    track = add_track("Halo", "Beyoncé", album="I Am")
    result = services.ImportResult()
    with transaction.atomic():
        services._complete(GoodRow(5, HALO), track.pk, result)
    assert result.bad == [BadRow(5, "Another track has this ISRC.")]
    assert Track.objects.get(pk=track.pk).isrc is None
