"""What the tests of rooms and queues share."""

import pytest

from apps.playlist.tests.rooms import new_room
from apps.rooms.models import Room
from core.tests.admin_pages import Admin


@pytest.fixture(autouse=True)
def by_hand(settings) -> None:
    """Whatever the environment says, rooms are ordered by hand unless a test says otherwise."""
    settings.AUTO_SORT_BY_VOTES = False


@pytest.fixture
def room(db: None) -> Room:
    """A room ordered by hand."""
    return new_room()


@pytest.fixture
def voted_room(db: None) -> Room:
    """A room that votes order."""
    return new_room(order="votes")


@pytest.fixture
def admin(db: None) -> Admin:
    return Admin()
