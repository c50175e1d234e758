"""What the tests of analytics share: Ada and Bo, tracks, and a moment that is now."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from apps.tracks.models import Track
from apps.tracks.tests.factories import new_track
from apps.users.models import User

AddTrack = Callable[..., Track]


@pytest.fixture(autouse=True)
def by_hand(settings) -> None:
    """Rooms are ordered by hand, independent of the environment."""
    settings.AUTO_SORT_BY_VOTES = False


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada")


@pytest.fixture
def bo(db: None) -> User:
    return User.objects.create_user("bo")


@pytest.fixture
def add_track(db: None) -> AddTrack:
    return new_track


@pytest.fixture
def halo(add_track: AddTrack) -> Track:
    return add_track("Halo", "Beyoncé", genre="pop")


@pytest.fixture
def now() -> datetime:
    """A Thursday."""
    return datetime(2025, 12, 4, 10, 0, tzinfo=UTC)
