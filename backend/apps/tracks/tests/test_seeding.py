"""35 well-known tracks for an empty library."""

from io import StringIO

import pytest
from django.core.management import call_command

from apps.tracks.facts import checked_duration, checked_isrc
from apps.tracks.models import Track
from apps.tracks.seeds import SEED_TRACKS
from apps.tracks.selectors import listed_tracks
from apps.tracks.services import change_track, seed_library

pytestmark = pytest.mark.django_db


def test_the_first_is_the_contracts_example():
    seed_library()
    first = Track.objects.order_by("id")[0]
    assert first.facts() == SEED_TRACKS[0]
    assert (first.title, first.duration_seconds, first.isrc) == ("Bohemian Rhapsody", 355, "GBUM71029604")


def test_what_staff_changed_stays():
    seed_library()
    halo = listed_tracks(search="beyonce halo").get()
    rhapsody = Track.objects.get(isrc="GBUM71029604")
    change_track(track_id=halo.pk, changes={"genre": "", "duration_seconds": None})
    change_track(track_id=rhapsody.pk, changes={"title": "Bo Rhap"})
    assert seed_library() == 0
    assert Track.objects.get(pk=halo.pk).facts().genre == ""
    assert Track.objects.get(pk=rhapsody.pk).title == "Bo Rhap"


def test_what_was_deleted_comes_back_alone():
    seed_library()
    listed_tracks(search="so what miles davis").get().delete()
    assert seed_library() == 1


def test_each_obeys_the_rules():
    assert len(SEED_TRACKS) == 35
    for facts in SEED_TRACKS:
        assert facts.album
        assert facts.genre
        assert facts.duration_seconds
        assert checked_duration(facts.duration_seconds) == facts.duration_seconds
        assert facts.isrc is None or checked_isrc(facts.isrc) == facts.isrc


def test_the_command_tells_what_it_did():
    out = StringIO()
    call_command("seed_tracks", stdout=out)
    call_command("seed_tracks", stdout=out)
    assert out.getvalue().splitlines() == [
        "35 tracks added to the library, 0 were there already.",
        "0 tracks added to the library, 35 were there already.",
    ]
