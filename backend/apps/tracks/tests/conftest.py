"""What the library's tests share."""

from collections.abc import Callable

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from apps.tracks import dependants
from apps.tracks.facts import TrackFacts
from apps.tracks.models import Track

AddTrack = Callable[..., Track]


@pytest.fixture
def add_track(db: None) -> AddTrack:
    """Stores a track of which the test says only what matters to it."""

    def add(title: str = "Halo", artist: str = "Beyoncé", **facts: object) -> Track:
        track = Track.described_by(TrackFacts(title, artist, **facts))  # type: ignore[arg-type]
        track.save()
        return track

    return add


@pytest.fixture(autouse=True)
def own_addresses(settings) -> None:
    settings.ROOT_URLCONF = "apps.tracks.tests.urls"


@pytest.fixture
def staff(db: None) -> Client:
    """Ada may write."""
    return _logged_in("ada", is_staff=True)


@pytest.fixture
def visitor(db: None) -> Client:
    """Bo has an account and no more."""
    return _logged_in("bo", is_staff=False)


@pytest.fixture
def nobody_depends(monkeypatch: pytest.MonkeyPatch) -> list[dependants.Dependants]:
    """A registry of the test's own."""
    registered: list[dependants.Dependants] = []
    monkeypatch.setattr(dependants, "_registered", registered)
    return registered


def _logged_in(name: str, *, is_staff: bool) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_user(name, is_staff=is_staff))
    return client
