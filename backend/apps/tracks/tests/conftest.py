"""What the library's tests share."""

from collections.abc import Callable

import pytest

from apps.tracks.models import Track
from apps.tracks.tests.factories import new_track

AddTrack = Callable[..., Track]


@pytest.fixture
def add_track(db: None) -> AddTrack:
    return new_track
