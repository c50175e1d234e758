"""The library in the admin."""

import pytest
from django.contrib.auth import get_user_model

from apps.tracks.models import Track

pytestmark = pytest.mark.django_db
FORM = {
    "title": "Halo",
    "artist": "Beyoncé",
    "album": "",
    "genre": "pop",
    "duration_seconds": "",
    "cover_url": "",
}


@pytest.fixture
def ada(client):
    client.force_login(get_user_model().objects.create_superuser("ada", "ada@example.org", "secret"))
    return client


def test_search_finds_what_the_api_finds(ada, add_track):
    add_track("Halo", "Beyoncé")
    add_track("Hello", "Adele")
    page = ada.get("/admin/tracks/track/", {"q": "beyonce halo"})
    assert [track.title for track in page.context["cl"].result_list] == ["Halo"]


def test_tracks_without_isrc_can_be_added(ada):
    for _ in range(2):
        assert ada.post("/admin/tracks/track/add/", {**FORM, "isrc": ""}).status_code == 302
    assert (
        list(Track.objects.values_list("isrc", "cover_url", "duration_seconds")) == [(None, None, None)] * 2
    )


def test_an_isrc_in_use_is_an_error_in_the_form(ada, add_track):
    add_track(isrc="GBUM71029604")
    page = ada.post("/admin/tracks/track/add/", {**FORM, "isrc": "gbum71029604"})
    assert page.status_code == 200
    assert page.context["errors"]
    assert Track.objects.count() == 1
