"""Concurrent writes of tracks, with threads as processes; apps that depend on a track."""

import pytest
from django.db import transaction

from apps.jobs.tests.concurrent_users import run_concurrently
from apps.tracks import models
from apps.tracks.import_rows import GoodRow
from apps.tracks.metadata import TrackMetadata, TrackMetadataPatch
from apps.tracks.models import Track
from apps.tracks.services import change_track, create_track, delete_track, import_rows, seed_library
from core.errors import Conflict

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 4


def test_concurrent_imports_add_no_duplicates():
    rows = [GoodRow(line, TrackMetadata(f"T{line}", "A")) for line in range(1200)]
    results = run_concurrently(
        WRITERS, lambda _writer: import_rows(rows=rows, after_batch=lambda: None).added
    )
    assert sum(results) == Track.objects.count() == 1200


def test_concurrent_seeding_adds_no_duplicates():
    assert sorted(run_concurrently(WRITERS, lambda _writer: seed_library())) == [0, 0, 0, 35]
    assert Track.objects.count() == 35


def test_of_concurrent_tracks_with_one_isrc_one_is_stored():
    def create(writer: int) -> str:
        try:
            create_track(metadata=TrackMetadata(f"T{writer}", "A", isrc="GBUM71029604"))
        except Conflict:
            return "rejected"
        return "stored"

    assert sorted(run_concurrently(WRITERS, create)) == ["rejected", "rejected", "rejected", "stored"]


def test_concurrent_changes_of_different_fields_are_all_indexed():
    track = create_track(metadata=TrackMetadata("Halo", "Beyoncé"))
    changes: tuple[TrackMetadataPatch, ...] = (
        {"title": "Un"},
        {"artist": "Deux"},
        {"album": "Trois"},
        {"genre": "quatre"},
    )
    run_concurrently(WRITERS, lambda writer: change_track(track_id=track.pk, changes=changes[writer]))
    stored = Track.objects.get()
    assert (stored.search_text, stored.genre_key) == ("un deux trois", "quatre")


def test_dependents_of_a_track_are_locked_before_its_change_and_prevent_its_deletion(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(models, "_registered", [])
    locked: list[str] = []

    def lock(track_id: int) -> None:
        assert transaction.get_connection().in_atomic_block
        locked.append(Track.objects.get(pk=track_id).genre)

    def reject(track_id: int) -> None:
        raise RuntimeError

    models.register_dependents(lock=lock, release=reject)
    track = create_track(metadata=TrackMetadata("Halo", "Beyoncé", genre="soul"))
    change_track(track_id=track.pk, changes={"genre": "pop"})
    assert locked == ["soul"]
    with pytest.raises(RuntimeError):
        delete_track(track_id=track.pk)
    assert Track.objects.get() == track
